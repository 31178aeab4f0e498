/** One run in this process: what the `lif execute` child does. Everything it has to say goes to the store. */
import { performance } from 'node:perf_hooks';
import { BACKENDS } from '../backends/registry.ts';
import { RunEnded, UserError } from '../base/errors.ts';
import { type Lock, ownerOf } from '../base/lock.ts';
import { engineVersion } from '../base/version.ts';
import type { RunSpec } from '../experiment/schema.ts';
import { newestCheckpoint } from '../runs/checkpoints.ts';
import { runExists } from '../runs/folder.ts';
import { CLUSTER_HEARTBEAT_MS, HEARTBEAT_MS, type RunFile, type Status } from '../runs/format.ts';
import { appendError, appendLog } from '../runs/log.ts';
import { readHistory } from '../runs/metrics/reader.ts';
import {
  clearStop,
  isStopRequested,
  knownStatus,
  MetricsLog,
  recordDataset,
  sweepLeftovers,
  writeStatus,
} from '../runs/write.ts';
import type { TrainObserver } from '../training/trainer.ts';
import { executeAnalysis } from './analyse.ts';
import { lockRun, readRun } from './claim.ts';
import { Diary } from './diary.ts';
import { reasonOfFailure } from './endings.ts';
import type { Ending, ExecuteOptions } from './execute-options.ts';
import type { Job } from './job.ts';

/** How soon a stop file is noticed. */
const STOP_POLL_MS = 250;

/** Does a job in this process, whatever kind it is of and whatever started it. Rejects with the reason when it fails. */
export function executeJob(job: Job, options: ExecuteOptions): Promise<Ending> {
  return job.kind === 'train' ? executeRun(job.run, options) : executeAnalysis(job, options);
}

/** Trains the run of this folder, from its newest checkpoint if it has one. Rejects with the reason when it fails. */
export async function executeRun(folder: string, options: ExecuteOptions): Promise<Ending> {
  const lock = lockRun(folder);
  const execution = new Execution(folder, lock, options);
  try {
    sweepLeftovers(folder);
    const run = readRun(folder);
    execution.begin(run.spec.training.epochs, options.maxSeconds);
    const outcome = await execution.train(run, options);
    const leaves = outcome === 'stopped' && !isStopRequested(folder) ? options.leaves?.() : undefined;
    if (leaves !== undefined) execution.leave(leaves);
    else execution.end(outcome);
    return leaves !== undefined ? 'queued' : outcome;
  } catch (error) {
    execution.end('failed', error);
    throw error;
  } finally {
    execution.close();
  }
}

class Execution {
  private readonly abort = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private status: Status;
  private metrics: MetricsLog | undefined;
  private diary = new Diary();
  private lastWrite = Number.NEGATIVE_INFINITY;
  private readonly beatMs: number;
  /** Why training had to be given up from outside the trainer. */
  private fatal: Error | undefined;
  /** The seconds that it was given, once they are over. */
  private budget: number | undefined;

  constructor(
    private readonly folder: string,
    private readonly lock: Lock,
    private readonly options: Pick<ExecuteOptions, 'cluster'>,
  ) {
    this.beatMs = options.cluster ? CLUSTER_HEARTBEAT_MS : HEARTBEAT_MS / 2;
    const known = knownStatus(folder);
    const { message: _, started: __, stoppedBy: ___, ...rest } = known;
    this.status = rest;
  }

  begin(epochs: number, maxSeconds?: number): void {
    this.status = { ...this.status, state: 'running', ...ownerOf(process.pid), epochs, samplesPerSecond: 0 };
    this.write();
    this.timers.push(setInterval(() => this.heartbeat(), HEARTBEAT_MS / 2));
    this.timers.push(setInterval(() => this.pollStop(), STOP_POLL_MS));
    if (maxSeconds !== undefined) this.timers.push(setTimeout(() => this.timeIsUp(maxSeconds), 1000 * maxSeconds));
    this.pollStop();
  }

  async train(run: RunFile & { spec: RunSpec }, options: ExecuteOptions): Promise<'finished' | 'stopped'> {
    const stop = () => this.abort.abort();
    if (options.signal.aborted) stop();
    options.signal.addEventListener('abort', stop);
    // What goes wrong outside of any promise (a worker thread, a timer) ends the run with its reason, too.
    let crash = (_: Error) => {};
    const crashed = new Promise<never>((_, reject) => {
      crash = reject;
    });
    process.on('uncaughtException', crash);
    try {
      const { threads, checkpointSeconds } = options;
      const { host } = this.status;
      const backend = BACKENDS[run.spec.backend];
      const missing = backend.missing?.();
      if (missing !== undefined) throw new UserError(missing);
      for (const remark of backend.remarks?.() ?? []) appendLog(this.folder, remark);
      appendLog(
        this.folder,
        `Process ${process.pid} on ${host} trains this run with ${threads} thread(s) and ${backend.describe()}.`,
      );
      const checkpoint = this.resume();
      this.compareBuilds(run);
      const train = await options.loadTrainer();
      const { signal } = this.abort;
      const observer = this.observer(run);
      const training = train(run.spec, {
        threads,
        signal,
        observer,
        ...(checkpoint && { checkpoint }),
        ...(checkpointSeconds !== undefined && { checkpointSeconds }),
      });
      const outcome = await Promise.race([training, crashed]);
      if (this.fatal) throw this.fatal;
      return outcome;
    } catch (error) {
      if (this.fatal) throw this.fatal;
      // Asked to stop before there was anything to save, while data were made ready, say.
      if (this.abort.signal.aborted && isAbort(error)) return 'stopped';
      throw error;
    } finally {
      options.signal.removeEventListener('abort', stop);
      process.removeListener('uncaughtException', crash);
    }
  }

  /** Opens the log where the newest whole checkpoint left it. */
  private resume(): Uint8Array | undefined {
    const { found, skipped } = newestCheckpoint(this.folder);
    for (const { file, damage } of skipped)
      appendLog(this.folder, `${file} is damaged (${damage}) and is passed over for the one before.`);
    this.metrics = new MetricsLog(this.folder);
    // With a checkpoint the trainer says itself where it goes on.
    if (!found && this.metrics.restart()) appendLog(this.folder, 'There is no whole checkpoint: training begins anew.');
    if (found) appendLog(this.folder, `Resumes after ${found.step} weight updates.`);
    this.diary = new Diary(readHistory(this.folder));
    return found?.bytes;
  }

  /** Another build goes on just as well, but perhaps not with the bits that the first one would have had. */
  private compareBuilds({ provenance, spec }: RunFile & { spec: RunSpec }): void {
    const { kernels, nativeKernels = 'none', tensorflow } = BACKENDS[spec.backend].provenance();
    const builds = [
      ['kernels', provenance.kernels, kernels],
      ['native kernels', provenance.kernels && (provenance.nativeKernels ?? 'none'), nativeKernels],
      ['TensorFlow', provenance.tensorflow, tensorflow],
      ['engine version', provenance.engineVersion, engineVersion()],
      ['Node', provenance.node, process.version],
    ] as const;
    for (const [what, before, now] of builds)
      if (before !== undefined && now !== undefined && before !== now)
        appendLog(this.folder, `From here on with ${what} ${now} instead of ${before}, which may give other bits.`);
  }

  private observer(run: RunFile & { spec: RunSpec }): TrainObserver {
    const metrics = this.metrics!;
    // What trains it from the start on, wherever it was put into the queue.
    const builds = run.provenance.dataset ? {} : BACKENDS[run.spec.backend].provenance();
    let recorded: RunFile = { ...run, provenance: { ...run.provenance, ...builds } };
    const stillOurs = () => {
      if (this.fatal) throw this.fatal;
    };
    return {
      metric: (line) => {
        stillOurs();
        metrics.append(line);
        if (line.kind === 'resume') this.diary.resumed(line);
        if (line.kind === 'warning') {
          const news = this.diary.warning(line);
          if (news !== undefined) attempt(() => appendLog(this.folder, news));
        }
        if (line.kind !== 'epoch') return;
        this.status = { ...this.status, epoch: line.epoch };
        attempt(() => appendLog(this.folder, this.diary.epoch(line, run.spec.training.epochs)));
      },
      checkpoint: (step, bytes) => {
        stillOurs();
        metrics.checkpoint(step, bytes, this.diary.counting());
      },
      progress: ({ epoch, progress, seconds, samplesPerSecond }) => {
        this.status = { ...this.status, epoch, progress, seconds, samplesPerSecond };
        this.heartbeat();
      },
      preparing: (text) => {
        const { message: _, ...rest } = this.status;
        this.status = text === undefined ? rest : { ...rest, message: text };
        this.heartbeat();
      },
      dataset: (checksums, samples, remarks) => {
        const before = recorded.provenance.dataset;
        if (before && !sameFiles(before, checksums))
          throw new UserError('The data set is not the one this run was started with; start a new run.');
        recorded = recordDataset(this.folder, recorded, checksums, samples, remarks);
        for (const remark of remarks) appendLog(this.folder, remark);
      },
      log: (line) => appendLog(this.folder, line),
    };
  }

  /** Writes the status when the last one is old enough, and makes sure that the run is still ours. */
  private heartbeat(): void {
    if (this.fatal || performance.now() - this.lastWrite < this.beatMs) return;
    try {
      if (!runExists(this.folder)) throw new RunEnded(`${this.folder} was deleted while it was being trained.`);
      if (!this.lock.isHeld()) throw new RunEnded(`${this.folder} was taken over by another process.`);
    } catch (error) {
      this.fatal = error as Error;
      this.abort.abort();
      return;
    }
    this.pollStop();
    try {
      this.write();
    } catch {
      // A heartbeat may be missed (a full disk, a network folder that is away); results may not, and they speak up.
    }
  }

  private write(): void {
    this.lastWrite = performance.now();
    const { cluster } = this.options;
    this.status = { ...this.status, heartbeat: Date.now(), ...(cluster && { cluster: cluster() }) };
    writeStatus(this.folder, this.status);
  }

  private pollStop(): void {
    if (isStopRequested(this.folder)) this.abort.abort();
  }

  /** Ends training as a request would, unless one came before. */
  private timeIsUp(maxSeconds: number): void {
    if (this.abort.signal.aborted) return;
    this.budget = maxSeconds;
    this.abort.abort();
  }

  /** Back into the queue, with what has been reached. */
  leave(message: string): void {
    for (const timer of this.timers) clearInterval(timer);
    if (!runExists(this.folder) || !this.lock.isHeld()) return;
    attempt(() => appendLog(this.folder, message));
    const { pid: _, host: __, started: ___, ...status } = this.status;
    this.status = { ...status, state: 'queued', samplesPerSecond: 0, message };
    this.write();
  }

  /** The last word. A folder that is gone or not ours any more gets none. */
  end(state: 'finished' | 'stopped' | 'failed', error?: unknown): void {
    for (const timer of this.timers) clearInterval(timer);
    if (!runExists(this.folder) || !this.lock.isHeld()) return;
    this.status = { ...this.status, state, samplesPerSecond: 0 };
    // All that a run says while it runs is how far its data are.
    const { message: preparing, ...rest } = this.status;
    if (preparing !== undefined)
      this.status = state === 'stopped' ? { ...rest, message: `Stopped while ${preparing}: that begins anew.` } : rest;
    // Not all epochs need to be done: training may stop early.
    if (state === 'finished') this.status = { ...this.status, progress: 1 };
    if (state === 'stopped' && this.budget !== undefined)
      this.status = {
        ...this.status,
        stoppedBy: 'max-seconds',
        message: `Stopped after its ${this.budget} s (--max-seconds): resume it to go on.`,
      };
    if (state === 'failed') this.status = { ...this.status, message: reasonOfFailure(error) };
    try {
      if (state === 'failed') appendError(this.folder, error);
      else {
        clearStop(this.folder);
        appendLog(this.folder, this.diary.end(state, this.status));
        if (this.status.message !== undefined) appendLog(this.folder, this.status.message);
      }
    } catch {
      // The status below says the same.
    }
    try {
      this.write();
    } catch (unwritten) {
      // Why it failed is worth more than that it cannot be written, which whoever started this process finds out, too.
      if (state !== 'failed') throw unwritten;
    }
  }

  close(): void {
    for (const timer of this.timers) clearInterval(timer);
    try {
      this.metrics?.close();
      this.lock.release();
    } catch {
      // Closing has nothing left to save; a lock that stays is taken over from a dead process.
    }
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What cannot be said now is no reason to give a run up; results that cannot be written are. */
function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // The next checkpoint finds out, too.
  }
}

/** Whether two lists of checksums are of the same content, wherever the files lie by now. */
function sameFiles(a: Record<string, string>, b: Record<string, string>): boolean {
  const sums = (list: Record<string, string>) => Object.values(list).sort().join('\n');
  return sums(a) === sums(b);
}
