/**
 * What the analyses are timed on: the N-MNIST network (2312-512-10) and the other models of the paper's Table 7, each after a short
 * training on spikes that are made here: random manifolds over 2,312 channels, about as many events as a sample of N-MNIST has.
 */
import { resolve } from 'node:path';
import { BACKENDS } from '../../engine/backends/registry.ts';
import { prepareDataset } from '../../engine/datasets/prepare.ts';
import { type RunSpec, settingsSchema } from '../../engine/experiment/schema.ts';
import { planNetwork } from '../../engine/models/build/network.ts';
import type { Tensor } from '../../engine/models/parameters.ts';
import { orderOf } from '../../engine/training/codec.ts';
import { optimizerStep } from '../../engine/training/schedule.ts';

/** The models of Table 7 by their names there: what they have that the baseline has not. */
export const MODELS: Record<string, object> = {
  baseline: {},
  'without leakage': { neuron: { leak: 1 } },
  'complete leakage': { neuron: { leak: 0 } },
  'without reset': { neuron: { reset: 'none' } },
  'with recurrence': { neuron: { recurrent: true } },
  'without leakage, with recurrence': { neuron: { leak: 1, recurrent: true } },
  'without leakage and reset, with recurrence': { neuron: { leak: 1, reset: 'none', recurrent: true } },
  'vanilla RNN': { model: 'rnn' },
  LSTM: { model: 'lstm' },
  GRU: { model: 'gru' },
};
const NEURON = { threshold: 0.3, leak: 0.3, surrogate: { width: 0.25 } };

/** The length of a step in training, and those of Table 7; a step of training stands for 3 ms, as there. */
export const STEP_MS = 3;
export const DTS_MS = [1, 2, 3, 5, 10];

export function specOf(model: string): RunSpec {
  const own = MODELS[model] as { neuron?: { recurrent?: boolean } };
  const settings = settingsSchema.parse({
    dataset: {
      name: 'randman',
      channels: 2312,
      spikes: 2,
      steps: 105,
      classes: 10,
      smoothness: 3,
      trainSamples: 2560,
      testSamples: 10_000,
    },
    network: { hidden: [512], readout: { kind: 'spike-rate' }, weightGain: own.neuron?.recurrent ? 1 : 4 },
    training: { epochs: 1, batchSize: 256, learningRate: 1e-3 },
    ...own,
    neuron: { ...NEURON, ...own.neuron },
  });
  return { ...settings, study: 'S', variant: model, seed: 1, file: resolve('bench/analyses.lif.yaml') };
}

export interface Trained {
  spec: RunSpec;
  state: ReadonlyMap<string, Tensor>;
  /** Of the test samples, and the share of the hidden neurons that fire in a step; null where none fire. */
  accuracy: number;
  activity: number | null;
}

/** The parameters after the epochs. */
export async function trained(spec: RunSpec, epochs: number, threads: number, tested: number): Promise<Trained> {
  const { training, seed, file } = spec;
  const data = await prepareDataset(spec.dataset, { file, seed });
  const network = await BACKENDS[spec.backend].open(planNetwork(spec, data), data, {
    batchSize: training.batchSize,
    threads,
    seed,
  });
  try {
    const updates = Math.ceil(data.sizes.train / training.batchSize);
    for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
      network.beginEpoch(epoch, orderOf(seed, epoch, data.sizes.train));
      for (let from = 0; from < updates; from += network.maxUpdates) {
        const to = Math.min(updates, from + network.maxUpdates);
        await network.train(from, to, optimizerStep(training, { step, epoch, update: from }, to, updates));
        step += to - from;
      }
    }
    const samples = Math.min(tested, data.sizes.test);
    const { accuracy, spikes } = await network.evaluate('test', { samples });
    const spiking = spec.model === 'lif';
    return {
      spec,
      state: network.state(),
      accuracy: accuracy / samples,
      activity: spiking ? spikes[0]! / (samples * data.steps * 512) : null,
    };
  } finally {
    await network.close();
  }
}
