/** An analysis in this process: opens the network of a checkpoint, asks, and leaves the answer in the store. */
import { BACKENDS } from '../backends/registry.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { LockHeldError, ownerOf } from '../base/lock.ts';
import {
  clearAnalysisStop,
  isAnalysisStopped,
  lockAnalysis,
  placeOf,
  readAnalysis,
  updateAnalysis,
} from '../runs/analyses.ts';
import { readCheckpoint } from '../runs/checkpoints.ts';
import { type AnalysisFile, HEARTBEAT_MS } from '../runs/format.ts';
import { decodeSafetensors } from '../runs/safetensors.ts';
import { RunBusyError, readRun } from './claim.ts';
import { reasonOfFailure } from './endings.ts';
import type { AnalyseJob } from './job.ts';

/** How soon a stop file is noticed. */
const STOP_POLL_MS = 250;

/** Rejects with the reason when it fails. */
export async function executeAnalysis(
  job: AnalyseJob,
  { threads, signal }: { threads: number; signal: AbortSignal },
): Promise<'finished' | 'stopped'> {
  const place = placeOf(job.run, job.analysis, job.key);
  const lock = lockOrRefuse(place);
  const abort = new AbortController();
  const stop = () => abort.abort();
  signal.addEventListener('abort', stop);
  let progress = 0;
  const beat = () => attempt(() => updateAnalysis(place, { progress }));
  const timers = [
    setInterval(beat, HEARTBEAT_MS / 2),
    setInterval(() => {
      if (isAnalysisStopped(place)) stop();
    }, STOP_POLL_MS),
  ];
  try {
    const request = readAnalysis(place);
    if ('damage' in request) throw new UserError(`${place.name} cannot be done: ${request.damage}`);
    updateAnalysis(place, { state: 'running', ...ownerOf(process.pid), progress, message: undefined });
    if (signal.aborted) stop();
    const result = await answer(job, request.value, threads, abort.signal, (done) => {
      progress = done;
    });
    updateAnalysis(place, { state: 'finished', progress: 1, result });
    return 'finished';
  } catch (error) {
    if (abort.signal.aborted) {
      updateAnalysis(place, { state: 'stopped' });
      return 'stopped';
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

async function answer(
  { run: folder, checkpoint, analysis: id }: AnalyseJob,
  { params }: AnalysisFile,
  threads: number,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<unknown> {
  // Readers of data formats are large; training loads them with its trainer.
  const { analysisOf, paramsOf } = await import('../analysis/registry.ts');
  const { prepareDataset } = await import('../datasets/prepare.ts');
  const { planNetwork } = await import('../models/build/network.ts');
  const analysis = analysisOf(id);
  // The request may have come with somebody else's store.
  const checked = paramsOf(analysis, Object(params));
  const { spec } = readRun(folder);
  const bytes = readCheckpoint(folder, checkpoint);
  if (!bytes)
    throw new UserError(`The checkpoint after ${checkpoint} weight updates is not there any more, or damaged.`);
  const data = await prepareDataset(spec.dataset, { file: spec.file, seed: spec.seed, signal });
  const plan = planNetwork(spec, data);
  const backend = BACKENDS[spec.backend];
  const refusal = backend.refuses(plan);
  if (refusal !== undefined) throw new UserError(refusal);
  const { batchSize } = spec.training;
  const network = await backend.open(plan, data, { batchSize, threads, seed: spec.seed });
  try {
    network.restore(decodeSafetensors(bytes).tensors);
    return analysis.result.parse(await analysis.run({ network, data, spec, progress, signal }, checked));
  } finally {
    await network.close();
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
