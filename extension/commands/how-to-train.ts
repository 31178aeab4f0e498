import type { ExecutorId } from '../../protocol/host.ts';

/** What the settings say beyond the file; what they leave open is not sent. */
export function howToTrain({ threads, executor }: { threads: number; executor: string }): {
  threads?: number;
  executor?: ExecutorId;
} {
  return {
    ...(threads > 0 && { threads }),
    ...((executor === 'local' || executor === 'slurm') && { executor }),
  };
}
