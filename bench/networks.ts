/** The networks that are measured, and synthetic input of the stated density for them. */

import { stream } from '../engine/base/random.ts';
import type { PreparedDataset } from '../engine/datasets/dataset.ts';
import type { Model } from '../engine/experiment/schema.ts';

export interface BenchNetwork {
  name: string;
  inputs: number;
  hidden: number;
  classes: number;
  steps: number;
  batch: number;
  /** Probability of an input spike per channel and step. */
  density: number;
  /** Scales the initial weights so that 10 to 28 % of the hidden neurons fire per step. */
  weightGain: number;
  model?: Model;
}

export const NETWORKS: BenchNetwork[] = [
  { name: 'XOR', inputs: 20, hidden: 16, classes: 2, steps: 200, batch: 512, density: 0.0355, weightGain: 4 },
  { name: 'SHD', inputs: 700, hidden: 64, classes: 20, steps: 100, batch: 512, density: 0.08, weightGain: 4 },
  { name: 'SSC', inputs: 700, hidden: 200, classes: 35, steps: 100, batch: 512, density: 0.08, weightGain: 3 },
  { name: 'N-MNIST', inputs: 2312, hidden: 512, classes: 10, steps: 100, batch: 1024, density: 0.018, weightGain: 7 },
  { name: 'MNIST', inputs: 784, hidden: 512, classes: 10, steps: 10, batch: 512, density: 0.13, weightGain: 2 },
];

export const SHD_1MS: BenchNetwork = {
  ...NETWORKS[1]!,
  name: 'SHD at 1 ms',
  steps: 1000,
  density: 0.008,
  weightGain: 10,
};

/** The paper's baselines, in the shape of the N-MNIST network. */
const BASELINES: BenchNetwork[] = (['rnn', 'lstm', 'gru'] as const).map((model) => ({
  ...NETWORKS[3]!,
  name: model.toUpperCase(),
  model,
  weightGain: 1,
}));

export const ALL: BenchNetwork[] = [...NETWORKS, SHD_1MS, ...BASELINES];

/** The paper's vanilla LIF with a fixed leak. */
export const NEURON = { threshold: 0.5, leak: 0.5, surrogate: { width: 0.25 } };

/** Settings of the experiment file for such a network. */
export function settingsOf(network: BenchNetwork, neuron: object = NEURON): object {
  return {
    dataset: { name: 'delayed-xor' },
    model: network.model,
    network: { hidden: [network.hidden], weightGain: network.weightGain, readout: { kind: 'spike-rate' } },
    neuron,
    training: { batchSize: network.batch },
  };
}

export type Events = Extract<PreparedDataset, { source: 'events' }>;

/** Batches of an epoch; all are the same one. */
export const BATCHES = 64;

/** One batch of random spike trains in the form of a prepared event data set. */
export function syntheticEvents(network: BenchNetwork): Events {
  const { inputs, classes, steps, batch: count, density } = network;
  const rng = stream(1, 'bench');
  const starts = new Float64Array(count + 1);
  const recordings: Uint32Array[] = [];
  let maxEvents = 0;
  for (let i = 0; i < count; i++) {
    const offsets = new Uint32Array(steps + 1);
    const channels: number[] = [];
    for (let t = 0; t < steps; t++) {
      // Distances between spikes of a Bernoulli process are geometric.
      for (let c = skip(rng.uniform(), density); c < inputs; c += 1 + skip(rng.uniform(), density)) channels.push(c);
      offsets[t + 1] = channels.length;
    }
    maxEvents = Math.max(maxEvents, channels.length);
    const words = new Uint32Array(steps + 1 + Math.ceil(channels.length / 2));
    words.set(offsets);
    new Uint16Array(words.buffer, 4 * (steps + 1)).set(channels);
    recordings.push(words);
    starts[i + 1] = starts[i]! + words.byteLength;
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(starts[count]!));
  for (const [i, words] of recordings.entries()) bytes.set(new Uint8Array(words.buffer), starts[i]!);
  return {
    source: 'events',
    inputs,
    classes,
    steps,
    encoding: 'events',
    sizes: { train: BATCHES * count, validation: 0, test: 0 },
    maxEvents,
    checksums: {},
    samples: {
      train: Uint32Array.from({ length: count }, (_, i) => i),
      validation: new Uint32Array(),
      test: new Uint32Array(),
    },
    labels: Uint16Array.from({ length: count }, () => rng.below(classes)),
    starts,
    body: { kind: 'memory', file: 'synthetic', bytes },
    dropped: 0,
  };
}

function skip(uniform: number, density: number): number {
  return Math.floor(Math.log(1 - uniform) / Math.log(1 - density));
}
