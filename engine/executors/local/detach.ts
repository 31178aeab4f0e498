/** Training that outlives whoever started it: a `lif work` process of its own, with its words in a file of the store. */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import * as z from 'zod';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { jobSchema } from '../../jobs/job.ts';
import { openWorkLog } from '../../runs/log.ts';

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
    await new Promise<void>((done, fail) => {
      child.once('error', fail);
      child.stdin!.once('error', fail);
      child.stdin!.end(JSON.stringify({ ...work, log: file }), done);
    });
    child.unref();
  } catch (error) {
    throw new UserError(`The runs could not be started in the background: ${reason(error)}.`);
  } finally {
    if (log !== undefined) closeSync(log);
  }
}
