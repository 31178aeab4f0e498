/** Jobs of runs that may lie in several stores. */
import type { Executor, JobOptions } from '../executors/executor.ts';
import type { Job } from '../jobs/job.ts';
import { storeOf } from '../runs/folder.ts';

/** Those of each store are a submission of their own, one after the other. Rejects with a UserError. */
export async function submitByStore(
  executor: Pick<Executor, 'submit'>,
  jobs: readonly Job[],
  options: JobOptions,
): Promise<void> {
  for (const store of new Set(jobs.map(({ run }) => storeOf(run))))
    await executor.submit(
      jobs.filter(({ run }) => storeOf(run) === store),
      { ...options, store },
    );
}
