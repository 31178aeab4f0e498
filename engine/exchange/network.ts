/** The network of a run, open and with its data, and what it says of its test set. */
import { basename } from 'node:path';
import type { RunSummary } from '../../protocol/runs.ts';
import type { Subject } from '../analysis/analysis.ts';
import type { SampleScores } from '../backends/backend.ts';
import { restoreState } from '../backends/state.ts';
import { UserError } from '../base/errors.ts';
import { readRun } from '../jobs/claim.ts';
import { openSubject } from '../jobs/subject.ts';
import type { Tensor } from '../models/parameters.ts';
import { type CheckpointChoice, findCheckpoint, readCheckpoint } from '../runs/checkpoints.ts';
import { nameOfStep } from '../runs/metrics/history.ts';
import { readHistory } from '../runs/metrics/reader.ts';
import { decodeSafetensors } from '../runs/safetensors.ts';

export interface OpenRun extends Subject {
  summary: RunSummary;
  /** The parameters by the names of the plan. */
  parameters: ReadonlyMap<string, Tensor>;
  /** Weight updates so far, and in words: `epoch 13 (best validation)`. */
  step: number;
  epoch: string;
  /** Test accuracy that the run logged for it. */
  logged?: number | undefined;
}

export interface OpenChoice {
  checkpoint: CheckpointChoice;
  threads: number;
  signal: AbortSignal;
}

/** Rejects with a UserError when there is no checkpoint, or it cannot be opened. Close `network`. */
export async function openRun(summary: RunSummary, { checkpoint, threads, signal }: OpenChoice): Promise<OpenRun> {
  const { folder } = summary;
  const found = findCheckpoint(folder, checkpoint);
  if ('problem' in found) throw new UserError(`${basename(folder)} ${found.problem}.`);
  const { step } = found;
  const read = readCheckpoint(folder, step);
  if ('problem' in read) throw new UserError(`${basename(folder)} ${read.problem}.`);
  const { tensors } = decodeSafetensors(read.bytes);
  const subject = await openSubject(readRun(folder).spec, tensors, { threads, signal });
  let parameters: ReadonlyMap<string, Tensor> = new Map();
  restoreState(tensors, (part, own) => {
    if (part === 'model') parameters = own;
  });
  const history = readHistory(folder);
  const logged = history.epochs.find((line) => line.step === step)?.test?.accuracy ?? undefined;
  return { ...subject, summary, parameters, step, epoch: nameOfStep(history, step), logged };
}

export interface TestScores extends SampleScores {
  samples: number;
  /** Mean over the samples. */
  meanAccuracy: number;
}

/** What this engine says of the first `most` test samples, or of all. Rejects with a UserError where there are none. */
export async function testScores(
  { network, data }: Subject,
  limit: number | undefined,
  { signal, onPart }: { signal: AbortSignal; onPart: (done: number, of: number) => void },
): Promise<TestScores> {
  const samples = Math.min(data.sizes.test, limit ?? data.sizes.test);
  if (samples === 0) throw new UserError('The data set has no test samples, so nothing can be compared.');
  const options = { perSample: true, samples, signal, onPart: (done: number) => onPart(done, samples) };
  const { perSample, accuracy } = await network.evaluate('test', options);
  return { ...perSample!, samples, meanAccuracy: accuracy / samples };
}
