/** Samples as tensors, and what training draws for them. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { PreparedDataset, SampleReader, Split } from '../../datasets/dataset.ts';
import { drawDropoutMask, dropsNeurons } from '../../models/dropout.ts';
import { drawInitialState, MEAN_STATE } from '../../models/initial-state.ts';
import { lengthOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import type { Sample } from '../backend.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import type { BatchDraws, Samples } from './passes.ts';

export function readSample(
  { encoding, inputs, steps, maxEvents }: PreparedDataset,
  reader: SampleReader,
  split: Split,
  epoch: number,
  index: number,
): Sample {
  if (encoding === 'current') {
    const current = new Float32Array(inputs);
    return { label: reader.current(split, epoch, index, current), current };
  }
  const offsets = new Uint32Array(steps + 1);
  const channels = new Uint16Array(maxEvents);
  return { label: reader.events(split, epoch, index, offsets, channels), offsets, channels };
}

/** Constant inputs as [B, M]; of events how often each channel fired in each step, [T, B, M]. */
export function samplesOf(tf: TensorFlow, plan: NetworkPlan, samples: readonly Sample[]): Samples {
  const { inputs: M, steps: T, encoding } = plan;
  const B = samples.length;
  const labels = tf.tensor1d(
    samples.map(({ label }) => label),
    'int32',
  );
  const constant = encoding === 'current';
  const x = new Float32Array((constant ? 1 : T) * B * M);
  samples.forEach((sample, b) => {
    if ('current' in sample) x.set(sample.current, b * M);
    else
      for (let t = 0; t < T; t++)
        for (let e = sample.offsets[t]!; e < sample.offsets[t + 1]!; e++) x[(t * B + b) * M + sample.channels[e]!]!++;
  });
  return { input: { x: tf.tensor(x, constant ? [B, M] : [T, B, M]), constant }, labels };
}

/** Dropout and states that training samples `batch` of an epoch start from. */
export function drawn(tf: TensorFlow, plan: NetworkPlan, seed: number, epoch: number, batch: Uint32Array): BatchDraws {
  const { layers, dropout } = plan;
  const B = batch.length;
  const dropoutMasks = layers.map(({ output }, layer): Tensor | undefined => {
    const N = lengthOf(output);
    if (!dropsNeurons(plan, layer)) return undefined;
    const factors = new Float32Array(B * N);
    batch.forEach((sample, b) => {
      drawDropoutMask(factors.subarray(b * N, (b + 1) * N), N, dropout, { seed, epoch, sample, layer });
    });
    return tf.tensor2d(factors, [B, N]);
  });
  const initial = layers.map(({ neuron, output }, layer) => {
    const N = lengthOf(output);
    if (!('initialState' in neuron) || neuron.initialState !== 'random') return undefined;
    const [u, o] = [new Float32Array(B * N), new Float32Array(B * N)];
    batch.forEach((sample, b) => {
      const row = [b * N, (b + 1) * N] as const;
      drawInitialState(u.subarray(...row), o.subarray(...row), N, { seed, epoch, sample, layer });
    });
    return { u: tf.tensor2d(u, [B, N]), o: tf.tensor2d(o, [B, N]) };
  });
  return { dropoutMasks, initial, training: true };
}

/** Where nothing is drawn: no dropout, and the states' mean. */
export function still(tf: TensorFlow, { layers }: NetworkPlan, samples: number): BatchDraws {
  const initial = layers.map(({ neuron, output }) => {
    if (!('initialState' in neuron) || neuron.initialState !== 'random') return undefined;
    const mean = tf.fill([samples, lengthOf(output)], MEAN_STATE);
    return { u: mean, o: mean };
  });
  return { dropoutMasks: [], initial, training: false };
}
