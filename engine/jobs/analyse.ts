/** An analysis in this process: opens the network of a checkpoint, asks, and leaves the answer in the store. */
import type { Subject } from '../analysis/analysis.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { LockHeldError, ownerOf } from '../base/lock.ts';
import type { RunSpec } from '../experiment/schema.ts';
import {
  answerPlaceOf,
  clearAnalysisStop,
  isAnalysisStopped,
  lockAnalysis,
  readAnalysis,
  updateAnalysis,
} from '../runs/analyses.ts';
import { readCheckpoint } from '../runs/checkpoints.ts';
import { idOf } from '../runs/folder.ts';
import { CLUSTER_HEARTBEAT_MS, HEARTBEAT_MS } from '../runs/format.ts';
import { decodeSafetensors } from '../runs/safetensors.ts';
import { RunBusyError, readRun } from './claim.ts';
import { reasonOfFailure } from './endings.ts';
import type { Ending, ExecuteOptions } from './execute-options.ts';
import type { AnalyseJob } from './job.ts';

/** How soon a stop file is noticed. */
const STOP_POLL_MS = 250;

/** Rejects with the reason when it fails. */
export async function executeAnalysis(
  job: AnalyseJob,
  { threads, signal, leaves, cluster }: Pick<ExecuteOptions, 'threads' | 'signal' | 'leaves' | 'cluster'>,
): Promise<Ending> {
  const place = answerPlaceOf(job.run, job.analysis, job.key);
  const lock = lockOrRefuse(place);
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal.addEventListener('abort', stop);
  let progress = 0;
  /** What was published since the last time. */
  let part: unknown;
  const task = () => (cluster ? { cluster: cluster() } : {});
  const beat = () => {
    const news = part === undefined ? {} : { result: part };
    part = undefined;
    attempt(() => updateAnalysis(place, { progress, ...news, ...task() }));
  };
  const timers = [
    setInterval(beat, cluster ? CLUSTER_HEARTBEAT_MS : HEARTBEAT_MS / 2),
    setInterval(() => {
      if (isAnalysisStopped(place)) stop();
    }, STOP_POLL_MS),
  ];
  try {
    const request = readAnalysis(place);
    if ('damage' in request) throw new UserError(`${place.name} cannot be done: ${request.damage}`);
    updateAnalysis(place, { state: 'running', ...ownerOf(process.pid), progress, message: undefined, ...task() });
    if (signal.aborted) stop();
    const { params, result: earlier } = request.value;
    const result = await answer(job, { params, earlier, threads, signal: abort.signal }, (now) => {
      progress = now.progress ?? progress;
      part = now.part ?? part;
    });
    updateAnalysis(place, { state: 'finished', progress: 1, result, ...task() });
    return 'finished';
  } catch (error) {
    beat();
    if (abort.signal.aborted) {
      const message = isAnalysisStopped(place) ? undefined : leaves?.();
      const state = message === undefined ? 'stopped' : 'queued';
      updateAnalysis(place, { state, message });
      return state;
    }
    attempt(() => updateAnalysis(place, { state: 'failed', message: reasonOfFailure(error) }));
    throw error;
  } finally {
    for (const timer of timers) clearInterval(timer);
    signal.removeEventListener('abort', stop);
    attempt(() => clearAnalysisStop(place));
    lock.release();
  }
}

interface Question {
  /** Unchecked: the request may have come with somebody else's store. */
  params: unknown;
  earlier: unknown;
  threads: number;
  signal: AbortSignal;
}

async function answer(
  { run: folder, checkpoint, analysis: id }: AnalyseJob,
  { params, earlier, threads, signal }: Question,
  tell: (now: { progress?: number; part?: unknown }) => void,
): Promise<unknown> {
  // Readers of data formats are large; training loads them with its trainer.
  const { analysisOf, paramsOf } = await import('../analysis/registry.ts');
  const { openSubject } = await import('./subject.ts');
  const analysis = analysisOf(id);
  const checked = paramsOf(analysis, Object(params));
  const { spec } = readRun(folder);
  const read = readCheckpoint(folder, checkpoint);
  if ('problem' in read) throw new UserError(`${idOf(folder)} ${read.problem}.`);
  const { tensors } = decodeSafetensors(read.bytes);
  const opened: Subject[] = [];
  const open = async (of: RunSpec, maxEvents?: number) => {
    const subject = await openSubject(of, tensors, { threads, signal, like: opened[0], maxEvents });
    opened.push(subject);
    return subject;
  };
  try {
    const subject = await open(spec);
    const published = analysis.result.safeParse(earlier);
    const result = await analysis.run(
      {
        ...subject,
        open: (change, { maxEvents } = {}) => open(change(structuredClone(spec)), maxEvents),
        progress: (progress) => tell({ progress }),
        publish: (part) => tell({ part }),
        earlier: published.success ? published.data : undefined,
        signal,
      },
      checked,
    );
    return analysis.result.parse(result);
  } finally {
    await Promise.all(opened.map(({ network }) => network.close()));
  }
}

function lockOrRefuse(place: Parameters<typeof lockAnalysis>[0]) {
  try {
    return lockAnalysis(place);
  } catch (error) {
    if (error instanceof LockHeldError) throw new RunBusyError(`${place.name} is being worked on: ${error.message}.`);
    throw new UserError(`${place.name} cannot be written: ${reason(error)}.`);
  }
}

function attempt(write: () => void): void {
  try {
    write();
  } catch {
    // A heartbeat may be missed; the answer speaks up.
  }
}
