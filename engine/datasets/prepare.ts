/** From the `dataset` of an experiment file to a data set ready to train on. */
import { UserError } from '../base/errors.ts';
import type { DatasetSpec } from '../experiment/dataset-schema.ts';
import type { PreparedDataset } from './dataset.ts';
import { prepareRecordings } from './recordings/recordings.ts';
import { checkCifar10, prepareCifar10 } from './sets/cifar10/read.ts';
import { checkDelayedXor, prepareDelayedXor } from './sets/delayed-xor/read.ts';
import { checkGesture, planGesture } from './sets/dvs128-gesture/read.ts';
import { checkMnist, prepareMnist } from './sets/mnist/read.ts';
import { checkNmnist, planNmnist } from './sets/nmnist/read.ts';
import { checkSimulated, planSimulated } from './sets/nmnist-simulated/read.ts';
import { planRandman } from './sets/randman/read.ts';
import { checkSpeech, planSpeech } from './sets/speech/read.ts';

export interface PrepareContext {
  /** The experiment file: data paths are relative to its folder. */
  file: string;
  /** The run's seed, for generated data and random coding. */
  seed: number;
  /** While files are read or decoded. */
  onProgress?: (progress: { what: string; done: number; total: number }) => void;
  /** Aborting rejects with the signal's reason and leaves no half-made cache behind. */
  signal?: AbortSignal;
}

/** Reads or plans a data set. Rejects with a UserError when a file is missing or damaged. */
export async function prepareDataset(spec: DatasetSpec, context: PrepareContext): Promise<PreparedDataset> {
  context.signal?.throwIfAborted();
  switch (spec.name) {
    case 'delayed-xor':
      return prepareDelayedXor(spec, context.seed);
    case 'mnist':
      return prepareMnist(spec, context);
    case 'nmnist':
      return prepareRecordings(planNmnist(spec, context.file), context);
    case 'nmnist-simulated':
      return prepareRecordings(planSimulated(spec, context.file), context);
    case 'shd':
    case 'ssc':
      return prepareRecordings(planSpeech(spec, context.file), context);
    case 'dvs128-gesture':
      return prepareRecordings(planGesture(spec, context.file), context);
    case 'randman':
      return prepareRecordings(planRandman(spec), context);
    case 'cifar10':
      return prepareCifar10(spec, context);
  }
}

/** Cheap check, before a run is started, that the files exist and begin as they must. Rejects with a UserError. */
export async function checkDataset(spec: DatasetSpec, context: { file: string }): Promise<void> {
  switch (spec.name) {
    case 'delayed-xor':
      return checkDelayedXor(spec);
    case 'mnist':
      return checkMnist(spec, context.file);
    case 'nmnist':
      return checkNmnist(spec, context.file);
    case 'nmnist-simulated':
      return checkSimulated(spec, context.file);
    case 'shd':
    case 'ssc':
      return checkSpeech(spec, context.file);
    case 'dvs128-gesture':
      return checkGesture(spec, context.file);
    case 'cifar10':
      return checkCifar10(spec, context.file);
    case 'randman':
      return;
  }
}

/**
 * The same recordings at another integration length `dt` (ms), over the same time unless `steps` is given: what the
 * study of temporal resolution opens. Throws a UserError for data sets without one.
 */
export function atResolution(spec: DatasetSpec, dt: number, steps?: number): DatasetSpec {
  const sameTime = (now: { dt: number; steps: number }) => steps ?? Math.max(1, Math.round((now.steps * now.dt) / dt));
  switch (spec.name) {
    case 'nmnist':
    case 'nmnist-simulated':
      return {
        ...spec,
        dt,
        steps: spec.steps === 'full' ? (steps ?? 'full') : sameTime({ dt: spec.dt, steps: spec.steps }),
      };
    case 'shd':
    case 'ssc':
      return { ...spec, dt, steps: sameTime(spec) };
    case 'dvs128-gesture':
      if (spec.frames === 'fixed') return { ...spec, dt, steps: sameTime(spec) };
  }
  throw new UserError(
    `dataset ${spec.name} has no integration length to change; use nmnist, nmnist-simulated, shd, ssc, or dvs128-gesture with frames: fixed.`,
  );
}
