/**
 * Runs on this machine: each one a child process of its own, so that a crash, a lack of memory or a NaN in one leaves
 * the others alone, and no more at a time than there are cores.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { count, duration } from '../../../protocol/format.ts';
import { reason } from '../../base/files.ts';
import { type Lock, ownerOf } from '../../base/lock.ts';
import type { AnalyseJob, Job } from '../../jobs/job.ts';
import { requestWished } from '../../jobs/request.ts';
import { idOf } from '../../runs/folder.ts';
import { appendLog } from '../../runs/log.ts';
import { joinQueue } from '../../runs/queue/join.ts';
import { attempt, type ChildOutcome, type LocalOptions, runChild, type Waiting, waitingOf } from './child.ts';
import { Slots, type Wait } from './slots.ts';
import { Turns } from './turn.ts';

/** A queued run says so this often. */
const QUEUED_HEARTBEAT_MS = 5000;
const TICK_MS = 250;

/** One thread each while there are at least as many runs as cores; otherwise the cores are shared. */
export function threadsPerRun(runs: number, cores: number, requested?: number): number {
  return requested ?? Math.max(1, Math.floor(cores / Math.max(1, runs)));
}

/** Does queued jobs, in this order, and what is asked of runs once they are trained; resolves when each has ended. */
export async function runLocally(
  jobs: readonly Job[],
  options: LocalOptions & { slots?: Slots; onAnalysis?: (job: AnalyseJob, outcome: ChildOutcome) => void },
): Promise<Map<Job, ChildOutcome>> {
  const slots = options.slots ?? new Slots();
  const threads = threadsPerRun(jobs.length, slots.total, options.threads);
  const outcomes = new Map<Job, ChildOutcome>();
  const queue = new Queue(jobs.map(waitingOf), options.stop, (job, outcome) => outcomes.set(job, outcome));
  // Where that cannot be written they come last.
  attempt(() => joinQueue(jobs.flatMap(({ kind, run }) => (kind === 'train' ? [run] : []))));
  const running = new Set<Promise<void>>();
  const carryOut = async (next: Waiting, held: Lock[]) => {
    const analysis = next.job.kind === 'analyse';
    const { outcome, gaveWay } = analysis
      ? await runYielding(next, threads, held, options, slots)
      : { outcome: await runChild(next, threads, held, options), gaveWay: false };
    // It goes on where it stopped once no training waits.
    if (gaveWay) return queue.add([next]);
    // The queue was paused: it is the first to go on.
    if (outcome === 'queued') {
      attempt(() => joinQueue([next.job.run], true));
      return queue.add([next]);
    }
    outcomes.set(next.job, outcome);
    if (next.job.kind === 'analyse') options.onAnalysis?.(next.job, outcome);
    else if (outcome === 'finished') queue.add(await wished(next.job.run, options));
  };
  try {
    while (!options.stop.aborted) {
      if (queue.waiting.length === 0) {
        if (running.size === 0) break;
        await Promise.race(running);
        continue;
      }
      const first = queue.next();
      if (!first) {
        await delay(TICK_MS, undefined, { signal: options.stop }).catch(() => {});
        continue;
      }
      const held = await slots.acquire(threads, AbortSignal.any([options.stop, queue.emptied]), {
        purpose: first.record.title,
        behind: first.job.kind === 'analyse',
        onWait: (wait) => queue.blocked(wait),
      });
      // Meanwhile the queue may have been paused, or others moved before it.
      const next = held && queue.take();
      if (!held || !next) {
        for (const lock of held ?? []) lock.release();
        continue;
      }
      const done: Promise<void> = carryOut(next, held).finally(() => running.delete(done));
      running.add(done);
    }
  } finally {
    queue.close();
    await Promise.all(running);
  }
  return outcomes;
}

/** An analysis, which is stopped when a training waits for cores. */
async function runYielding(
  analysis: Waiting,
  threads: number,
  held: Lock[],
  options: LocalOptions,
  slots: Slots,
): Promise<{ outcome: ChildOutcome; gaveWay: boolean }> {
  const yielding = new AbortController();
  const over = new AbortController();
  const watch = slots.trainingWaits(over.signal).then((waits) => {
    if (waits) yielding.abort();
  });
  try {
    const stop = AbortSignal.any([options.stop, yielding.signal]);
    const outcome = await runChild(analysis, threads, held, { ...options, stop });
    return { outcome, gaveWay: outcome === 'stopped' && yielding.signal.aborted && !options.stop.aborted };
  } finally {
    over.abort();
    // A folder that cannot be read any more is told by whoever asks for cores.
    await watch.catch(() => {});
  }
}

/** What is asked of a run that has been trained; what cannot be asked is reported. */
async function wished(run: string, { report, stop }: LocalOptions): Promise<Waiting[]> {
  if (stop.aborted) return [];
  try {
    return (await requestWished(run)).flatMap(({ job, underWay }) => (underWay ? [] : [waitingOf(job)]));
  } catch (error) {
    report(`What is to be asked of ${idOf(run)} cannot be: ${reason(error)}`);
    return [];
  }
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
  waiting: Waiting[];
  private readonly timer: NodeJS.Timeout;
  private done = new AbortController();
  private lastHeartbeat = Number.NEGATIVE_INFINITY;
  /** What the runs wait for besides each other, and since when. */
  private waits: { sentence: string; since: number } | undefined;
  private readonly own: Set<string>;
  private readonly turns = new Turns();
  private readonly stopAll = () => {
    for (const one of this.waiting.splice(0)) this.stopOne(one);
  };

  constructor(
    jobs: Waiting[],
    private readonly stop: AbortSignal,
    private readonly left: (job: Job, outcome: ChildOutcome) => void,
  ) {
    this.waiting = [...jobs];
    this.own = new Set(jobs.map(({ record }) => record.title));
    this.timer = setInterval(() => this.tick(), TICK_MS);
    if (stop.aborted) this.stopAll();
    stop.addEventListener('abort', this.stopAll);
    this.tick();
  }

  /** They wait from now on, behind the others. */
  add(jobs: readonly Waiting[]): void {
    if (jobs.length === 0) return;
    this.waiting.push(...jobs);
    for (const { record } of jobs) this.own.add(record.title);
    if (this.done.signal.aborted) this.done = new AbortController();
    if (this.stop.aborted) this.stopAll();
    this.lastHeartbeat = Number.NEGATIVE_INFINITY;
  }

  /** Aborts when nothing waits any more. */
  get emptied(): AbortSignal {
    return this.done.signal;
  }

  /** The one whose turn it is, if it is one of ours. */
  next(): Waiting | undefined {
    const turn = this.turns.next(this.waiting);
    if ('next' in turn) return turn.next;
    this.waitFor(turn.because);
    return undefined;
  }

  take(): Waiting | undefined {
    this.tick();
    const next = this.next();
    this.waiting = this.waiting.filter((one) => one !== next);
    if (next !== undefined && this.waits) {
      const { sentence, since } = this.waits;
      const seconds = (performance.now() - since) / 1000;
      attempt(() => appendLog(next.record.run, `Waited ${duration(seconds)}: ${sentence}.`));
    }
    return next;
  }

  /** The first of them was refused cores. */
  blocked(wait: Wait): void {
    this.waitFor(waitSentence(wait, this.own));
  }

  private waitFor(sentence: string | undefined): void {
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
    this.waiting = this.waiting.filter((one) => {
      if (!one.record.exists()) this.left(one.job, 'deleted');
      else if (one.record.isStopRequested()) this.stopOne(one);
      else return true;
      return false;
    });
    if (this.waiting.length === 0) this.done.abort();
    const now = performance.now();
    if (now - this.lastHeartbeat < QUEUED_HEARTBEAT_MS) return;
    this.lastHeartbeat = now;
    const me = ownerOf(process.pid);
    const message = this.waits?.sentence;
    for (const { record } of this.waiting) attempt(() => record.update({ state: 'queued', ...me, message }));
  }

  private stopOne({ job, record }: Waiting): void {
    attempt(() => {
      record.update({ state: 'stopped', message: undefined });
      record.clearStop();
    });
    this.left(job, 'stopped');
  }
}
