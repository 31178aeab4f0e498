/** Training that outlives whoever started it: a `lif work` process of its own, with its words in a file of the store. */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import * as z from 'zod';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { ownerOf } from '../../base/lock.ts';
import { type Job, jobSchema } from '../../jobs/job.ts';
import { recordOf } from '../../jobs/job-record.ts';
import { openWorkLog } from '../../runs/log.ts';
import type { StatusPatch } from '../../runs/write.ts';
import { attempt } from './child.ts';

/** What `lif work` reads from its standard input. */
export const workSchema = z.object({
  jobs: z.array(jobSchema).min(1),
  threads: z.int().min(1).optional(),
  checkpointSeconds: z.int().min(0).optional(),
  maxSeconds: z.int().min(1).optional(),
  /** File of its standard error; removed at the end when nothing was said. */
  log: z.string().optional(),
});
export type DetachedJobs = z.output<typeof workSchema>;

/** Starts the process that does these queued jobs, and returns as soon as it has its orders. */
export async function detachWork(lif: string[], store: string, work: DetachedJobs): Promise<void> {
  let log: number | undefined;
  try {
    const { file, fd } = openWorkLog(store, work.jobs[0]!.run);
    log = fd;
    const child = spawn(lif[0]!, [...lif.slice(1), 'work'], {
      stdio: ['pipe', log, log],
      detached: true,
      windowsHide: true,
    });
    if (child.pid !== undefined) handOver(work.jobs, ownerOf(child.pid));
    await new Promise<void>((done, fail) => {
      child.once('error', fail);
      child.stdin!.once('error', fail);
      child.stdin!.end(JSON.stringify({ ...work, log: file }), done);
    });
    child.unref();
  } catch (error) {
    handOver(work.jobs, { pid: undefined, host: undefined, started: undefined });
    throw new UserError(`The runs could not be started in the background: ${reason(error)}.`);
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

/**
 * They wait for this process from now on, whether or not it has begun: on a busy machine it may need longer to load than a run
 * without an owner is taken for one that waits. It does nothing to them before it has its orders.
 */
function handOver(jobs: readonly Job[], owner: Pick<StatusPatch, 'pid' | 'host' | 'started'>): void {
  for (const job of jobs) attempt(() => recordOf(job).update({ state: 'queued', ...owner }));
}
