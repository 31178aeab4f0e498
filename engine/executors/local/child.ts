/** One job in a child process, and what became of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { basename } from 'node:path';
import { reason } from '../../base/files.ts';
import { type Lock, LockHeldError } from '../../base/lock.ts';
import { type End, reasonOfEnd, unwritable } from '../../jobs/endings.ts';
import type { Job } from '../../jobs/job.ts';
import { type JobRecord, recordOf } from '../../jobs/job-record.ts';
import { openLog } from '../../runs/log.ts';
import type { JobOptions } from '../executor.ts';

/** Exit codes of `lif execute` beyond 0 (finished or stopped) and 1 (failed). */
export const EXIT_BUSY = 75;

/** `queued`: the queue was paused, and it goes on later. */
export type ChildOutcome = 'finished' | 'stopped' | 'failed' | 'busy' | 'deleted' | 'queued';

/** A job with what the store holds of it. */
export interface Waiting {
  job: Job;
  record: JobRecord;
}

export const waitingOf = (job: Job): Waiting => ({ job, record: recordOf(job) });

export interface LocalOptions extends JobOptions {
  /** Program and first arguments of the `lif` command, to start children with. */
  lif: string[];
  /** Aborting stops all runs after a last checkpoint. */
  stop: AbortSignal;
  /** Aborting ends all children at once. */
  kill: AbortSignal;
  /** What no run can say for itself, one sentence each. */
  report: (sentence: string) => void;
}

/** A status that cannot be written now is no reason to leave the other runs alone. */
export function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The reader sees a stale heartbeat.
  }
}

/** Does one job in a child process that holds these slots. */
export async function runChild(
  { job, record }: Waiting,
  threads: number,
  held: Lock[],
  options: LocalOptions,
): Promise<ChildOutcome> {
  const { stop, kill } = options;
  let asked = false;
  try {
    const { child, logBefore } = startChild(job, threads, options);
    if (child.pid !== undefined) for (const lock of held) lock.handTo(child.pid, record.title);
    const onStop = () => {
      asked = true;
      stopChild(record, child);
    };
    const onKill = () => child.kill('SIGKILL');
    if (stop.aborted) onStop();
    if (kill.aborted) onKill();
    stop.addEventListener('abort', onStop);
    kill.addEventListener('abort', onKill);
    const end = { ...(await ended(child)), logBefore };
    stop.removeEventListener('abort', onStop);
    kill.removeEventListener('abort', onKill);
    // One that had no time to hear the request yet just ends; it was stopped all the same.
    const obeyed = asked && (end.signal === 'SIGTERM' || kill.aborted);
    return conclude(record, end, obeyed, options.report);
  } catch (error) {
    return conclude(record, { error }, false, options.report);
  } finally {
    for (const lock of held) lock.release();
  }
}

/** The child leads a session of its own: a Ctrl-C in the terminal reaches us alone, and we pass it on as a request. */
function startChild(
  { run, ...what }: Job,
  threads: number,
  { lif, checkpointSeconds, maxSeconds }: LocalOptions,
): { child: ChildProcess; logBefore: number } {
  const log = openLog(run);
  try {
    const args = [...lif.slice(1), 'execute', run, '--queue', '--threads', String(threads)];
    if (what.kind !== 'train') args.push('--job', JSON.stringify(what));
    if (checkpointSeconds !== undefined) args.push('--checkpoint-every', String(checkpointSeconds));
    if (maxSeconds !== undefined && what.kind === 'train') args.push('--max-seconds', String(maxSeconds));
    const logBefore = fstatSync(log).size;
    const child = spawn(lif[0]!, args, { stdio: ['ignore', log, log], detached: true, windowsHide: true });
    return { child, logBefore };
  } finally {
    closeSync(log);
  }
}

function stopChild(record: JobRecord, child: ChildProcess): void {
  attempt(() => record.requestStop());
  // Windows has no polite signal; there the stop file alone does it.
  if (process.platform !== 'win32') child.kill('SIGTERM');
}

function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

/** What became of a run whose process ended; writes its status when the process could not. */
function conclude(record: JobRecord, end: End, stopped: boolean, report: (sentence: string) => void): ChildOutcome {
  const id = basename(record.run);
  if (!record.exists()) {
    report(`The folder of ${id} was deleted while it was being trained.`);
    return 'deleted';
  }
  if (end.code === EXIT_BUSY) {
    report(`${id} is already being trained by another process; nothing was changed.`);
    return 'busy';
  }
  const state = record.state();
  // It left by itself; one that could not be started is queued, too.
  if (state === 'queued' && end.code === 0 && !stopped) return state;
  if (state === 'finished' || state === 'stopped' || state === 'failed') return state;
  let patch: { state: 'stopped' } | { state: 'failed'; message: string } = stopped
    ? { state: 'stopped' }
    : { state: 'failed', message: reasonOfEnd(record.run, end) };
  let lock: Lock | undefined;
  try {
    try {
      lock = record.lock();
    } catch (error) {
      if (error instanceof LockHeldError) throw error;
      // What keeps us from writing has ended the run: a status fits on a full disk where the old one was.
      patch = { state: 'failed', message: unwritable(error) };
    }
    record.update(patch);
    if (stopped) record.clearStop();
  } catch (error) {
    report(`The end of ${id} could not be recorded: ${reason(error)}.`);
  } finally {
    lock?.release();
  }
  return patch.state;
}
