/** Takes tasks out of Slurm, all of a store at once. */
import type { Job } from '../../jobs/job.ts';
import { recordOf } from '../../jobs/job-record.ts';
import { readSubmission } from '../../runs/cluster.ts';
import { storeOf } from '../../runs/folder.ts';
import { type Ask, askSlurm } from './commands.ts';

/** Tasks in one command. */
const AT_ONCE = 500;

/**
 * Cancels the tasks of jobs that were asked to stop already: those that train save a checkpoint, those that wait are
 * stopped here. Jobs that no cluster has are passed over. Rejects with an error when Slurm cannot be asked.
 */
export async function cancelTasks(jobs: readonly Job[], ask: Ask = askSlurm): Promise<void> {
  const tasks = jobs.flatMap((job) => {
    const record = recordOf(job);
    const cluster = record.cluster();
    const array = cluster && readSubmission(storeOf(job.run), cluster.submission)?.job;
    return array === undefined ? [] : [{ record, id: `${array}_${cluster!.index}` }];
  });
  for (let i = 0; i < tasks.length; i += AT_ONCE) {
    const said = await ask(
      'scancel',
      tasks.slice(i, i + AT_ONCE).map(({ id }) => id),
    );
    if (!said.ok) throw new Error(`scancel: ${said.problem}`);
  }
  for (const { record } of tasks) {
    if (record.state() !== 'queued') continue;
    try {
      const lock = record.lock();
      try {
        // One that has just begun hears the request itself.
        if (record.state() !== 'queued') continue;
        record.update({ state: 'stopped', message: undefined });
        record.clearStop();
      } finally {
        lock.release();
      }
    } catch {
      // Its task has it, and will stop.
    }
  }
}
