/** Where the runs of a study are to be trained, and the executor of that place. */
import { EXECUTORS, type ExecutorId, type Experiment, type Slurm, slurmSchema } from '../experiment/schema.ts';
import type { Executor } from './executor.ts';
import { localExecutor } from './local/executor.ts';
import { slurmExecutor } from './slurm/executor.ts';

export { EXECUTORS, type ExecutorId };

export type Place = { executor: 'local' } | { executor: 'slurm'; slurm: Slurm };

/** @param chosen goes before what the file says */
export function placeOf(file: Pick<Experiment, 'executor' | 'slurm'>, chosen?: ExecutorId): Place {
  const executor = chosen ?? file.executor ?? 'local';
  return executor === 'local' ? { executor } : { executor, slurm: file.slurm ?? slurmSchema.parse({}) };
}

/** @param lif program and first arguments that start `lif` again */
export function executorAt(place: Place, lif: string[]): Executor {
  return place.executor === 'local' ? localExecutor(lif) : slurmExecutor(lif, place.slurm);
}
