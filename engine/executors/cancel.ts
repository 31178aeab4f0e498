/** Asks jobs to stop after a last checkpoint, wherever they are carried out: the store tells. */
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import type { Job } from '../jobs/job.ts';
import { recordOf } from '../jobs/job-record.ts';
import { cancelTasks } from './slurm/cancel.ts';

/** Rejects with a UserError when one cannot be asked. */
export async function cancelJobs(jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    const record = recordOf(job);
    try {
      record.requestStop();
    } catch (error) {
      throw new UserError(`${record.title} cannot be asked to stop: ${reason(error)}.`);
    }
  }
  try {
    await cancelTasks(jobs);
  } catch (error) {
    throw new UserError(
      `The runs are asked to stop, but Slurm is not: ${reason(error)}; those that wait in its queue stop when they begin.`,
    );
  }
}
