/**
 * Runs on this machine: each one a child process of its own, so that a crash, a lack of memory or a NaN in one leaves
 * the others alone, and no more at a time than there are cores.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { count, duration } from '../../../protocol/format.ts';
import { reason } from '../../base/files.ts';
import { type Lock, LockHeldError, ownerOf } from '../../base/lock.ts';
import { type End, reasonOfEnd, unwritable } from '../../jobs/endings.ts';
import type { Job } from '../../jobs/job.ts';
import { acquireRunLock, runExists } from '../../runs/folder.ts';
import { appendLog, openLog } from '../../runs/log.ts';
import { readStatus } from '../../runs/read.ts';
import { clearStop, isStopRequested, requestStop, updateStatus } from '../../runs/write.ts';
import type { JobOptions } from '../executor.ts';
import { Slots, type Wait } from './slots.ts';

/** Exit codes of `lif execute` beyond 0 (finished or stopped) and 1 (failed). */
export const EXIT_BUSY = 75;

/** A queued run says so this often. */
const QUEUED_HEARTBEAT_MS = 5000;
const TICK_MS = 250;

export type Outcome = 'finished' | 'stopped' | 'failed' | 'busy' | 'deleted';

export interface LocalOptions extends JobOptions {
  /** Program and first arguments of the `lif` command, to start children with. */
  lif: string[];
  slots?: Slots;
  /** Aborting stops all runs after a last checkpoint. */
  stop: AbortSignal;
  /** Aborting ends all children at once. */
  kill: AbortSignal;
  /** What no run can say for itself, one sentence each. */
  report: (sentence: string) => void;
}

/** One thread each while there are at least as many runs as cores; otherwise the cores are shared. */
export function threadsPerRun(runs: number, cores: number, requested?: number): number {
  return requested ?? Math.max(1, Math.floor(cores / Math.max(1, runs)));
}

/** Does queued jobs, in this order, and resolves when each has ended in one way or another: outcomes by run folder. */
export async function runLocally(jobs: readonly Job[], options: LocalOptions): Promise<Map<string, Outcome>> {
  const folders = jobs.map(({ run }) => run);
  const slots = options.slots ?? new Slots();
  const threads = threadsPerRun(folders.length, slots.total, options.threads);
  const outcomes = new Map<string, Outcome>();
  const queue = new Queue(folders, options.stop, (folder, outcome) => outcomes.set(folder, outcome));
  const running: Promise<unknown>[] = [];
  try {
    while (queue.waiting.length > 0 && !options.stop.aborted) {
      const held = await slots.acquire(threads, AbortSignal.any([options.stop, queue.emptied]), {
        purpose: purposeOf(queue.waiting[0]!),
        onWait: (wait) => queue.blocked(wait),
      });
      const folder = held && queue.take();
      if (!held || !folder) {
        for (const lock of held ?? []) lock.release();
        break;
      }
      running.push(runChild(folder, threads, held, options).then((outcome) => outcomes.set(folder, outcome)));
    }
  } finally {
    queue.close();
    await Promise.all(running);
  }
  return outcomes;
}

/** What cores are held for, as whoever waits for them reads it. */
function purposeOf(folder: string): string {
  return `${basename(folder)} of ${dirname(dirname(folder))}`;
}

/** `waits for 2 cores held by RUN of STORE`, of what others hold; undefined when only runs of our own are in the way. */
function waitSentence({ cores, holders }: Wait, own: ReadonlySet<string>): string | undefined {
  const [first, ...more] = holders.filter((holder) => !own.has(holder));
  if (first === undefined) return undefined;
  const others = more.length === 0 ? '' : ` and ${count(more.length, 'other')}`;
  return `waits for ${count(cores, 'core')} held by ${first}${others}`;
}

/** Runs that wait: keeps their status fresh, and takes out those that somebody stops or deletes. */
class Queue {
  waiting: string[];
  private readonly timer: NodeJS.Timeout;
  private readonly done = new AbortController();
  private lastHeartbeat = Number.NEGATIVE_INFINITY;
  /** What the runs wait for besides each other, and since when. */
  private waits: { sentence: string; since: number } | undefined;
  private readonly own: ReadonlySet<string>;
  private readonly stopAll = () => {
    for (const folder of this.waiting.splice(0)) this.stopOne(folder);
  };

  constructor(
    folders: string[],
    private readonly stop: AbortSignal,
    private readonly left: (folder: string, outcome: Outcome) => void,
  ) {
    this.waiting = [...folders];
    this.own = new Set(folders.map(purposeOf));
    this.timer = setInterval(() => this.tick(), TICK_MS);
    if (stop.aborted) this.stopAll();
    stop.addEventListener('abort', this.stopAll);
    this.tick();
  }

  /** Aborts when nothing waits any more. */
  get emptied(): AbortSignal {
    return this.done.signal;
  }

  take(): string | undefined {
    this.tick();
    const folder = this.waiting.shift();
    if (folder !== undefined && this.waits) {
      const { sentence, since } = this.waits;
      const seconds = (performance.now() - since) / 1000;
      attempt(() => appendLog(folder, `Waited ${duration(seconds)}: ${sentence}.`));
    }
    return folder;
  }

  /** The first of them was refused cores. */
  blocked(wait: Wait): void {
    const sentence = waitSentence(wait, this.own);
    if (sentence === this.waits?.sentence) return;
    this.waits = sentence === undefined ? undefined : { sentence, since: this.waits?.since ?? performance.now() };
    // Whoever looks learns of it now, and not at the next heartbeat.
    this.lastHeartbeat = Number.NEGATIVE_INFINITY;
    this.tick();
  }

  close(): void {
    clearInterval(this.timer);
    this.stop.removeEventListener('abort', this.stopAll);
  }

  private tick(): void {
    this.waiting = this.waiting.filter((folder) => {
      if (!runExists(folder)) this.left(folder, 'deleted');
      else if (isStopRequested(folder)) this.stopOne(folder);
      else return true;
      return false;
    });
    if (this.waiting.length === 0) this.done.abort();
    const now = performance.now();
    if (now - this.lastHeartbeat < QUEUED_HEARTBEAT_MS) return;
    this.lastHeartbeat = now;
    const me = ownerOf(process.pid);
    const message = this.waits?.sentence;
    for (const folder of this.waiting) attempt(() => updateStatus(folder, { state: 'queued', ...me, message }));
  }

  private stopOne(folder: string): void {
    attempt(() => {
      updateStatus(folder, { state: 'stopped', message: undefined });
      clearStop(folder);
    });
    this.left(folder, 'stopped');
  }
}

/** A status that cannot be written now is no reason to leave the other runs alone. */
function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The reader sees a stale heartbeat.
  }
}

/** Trains one run in a child process that holds these slots. */
async function runChild(folder: string, threads: number, held: Lock[], options: LocalOptions): Promise<Outcome> {
  const { stop, kill } = options;
  let asked = false;
  try {
    const { child, logBefore } = startChild(folder, threads, options);
    if (child.pid !== undefined) for (const lock of held) lock.handTo(child.pid, purposeOf(folder));
    const onStop = () => {
      asked = true;
      stopChild(folder, child);
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
    return conclude(folder, end, obeyed, options.report);
  } catch (error) {
    return conclude(folder, { error }, false, options.report);
  } finally {
    for (const lock of held) lock.release();
  }
}

/** The child leads a session of its own: a Ctrl-C in the terminal reaches us alone, and we pass it on as a request. */
function startChild(
  folder: string,
  threads: number,
  { lif, checkpointSeconds }: LocalOptions,
): { child: ChildProcess; logBefore: number } {
  const log = openLog(folder);
  try {
    const args = [...lif.slice(1), 'execute', folder, '--threads', String(threads)];
    if (checkpointSeconds !== undefined) args.push('--checkpoint-every', String(checkpointSeconds));
    const logBefore = fstatSync(log).size;
    const child = spawn(lif[0]!, args, { stdio: ['ignore', log, log], detached: true, windowsHide: true });
    return { child, logBefore };
  } finally {
    closeSync(log);
  }
}

function stopChild(folder: string, child: ChildProcess): void {
  attempt(() => requestStop(folder));
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
function conclude(folder: string, end: End, stopped: boolean, report: (sentence: string) => void): Outcome {
  const id = basename(folder);
  if (!runExists(folder)) {
    report(`The folder of ${id} was deleted while it was being trained.`);
    return 'deleted';
  }
  if (end.code === EXIT_BUSY) {
    report(`${id} is already being trained by another process; nothing was changed.`);
    return 'busy';
  }
  const status = readStatus(folder);
  const state = 'value' in status ? status.value.state : undefined;
  if (state === 'finished' || state === 'stopped' || state === 'failed') return state;
  let patch: { state: 'stopped' } | { state: 'failed'; message: string } = stopped
    ? { state: 'stopped' }
    : { state: 'failed', message: reasonOfEnd(folder, end) };
  let lock: Lock | undefined;
  try {
    try {
      lock = acquireRunLock(folder);
    } catch (error) {
      if (error instanceof LockHeldError) throw error;
      // What keeps us from writing has ended the run: a status fits on a full disk where the old one was.
      patch = { state: 'failed', message: unwritable(error) };
    }
    updateStatus(folder, { ...patch, samplesPerSecond: 0 });
    if (stopped) clearStop(folder);
  } catch (error) {
    report(`The end of ${id} could not be recorded: ${reason(error)}.`);
  } finally {
    lock?.release();
  }
  return patch.state;
}
