/** The unit of work of an executor: something that one process does for one run, and that can be stopped. */
import { z } from 'zod';

export const jobSchema = z.discriminatedUnion('kind', [
  /** Trains a run from its newest checkpoint, or from the start. `run` is the absolute path of its folder. */
  z.object({ kind: z.literal('train'), run: z.string() }),
]);

export type Job = z.output<typeof jobSchema>;

/** One job for each of these run folders. */
export function trainJobs(folders: readonly string[]): Job[] {
  return folders.map((run) => ({ kind: 'train', run }));
}
