/** What the tests of bits train: small networks that take every way through a weight update. */
import { type RunSpec, settingsSchema } from '../../../engine/experiment/schema.ts';

/** The five variants of the paper. */
const PAPER = {
  baseline: {},
  'without leakage': { neuron: { leak: 1 } },
  'complete leakage': { neuron: { leak: 0 } },
  'without reset': { neuron: { reset: 'none' } },
  'with recurrence': { neuron: { recurrent: true } },
};
/** And what else takes a way of its own through a weight update. */
export const VARIANTS = {
  ...PAPER,
  'one leak per layer, AdamW, clipped': {
    neuron: { leak: { learnable: true, per: 'layer' } },
    training: { optimizer: { kind: 'adamw' }, clipNorm: 0.05 },
  },
  'rates, SGD, price on spikes': {
    network: { readout: { kind: 'spike-rate' } },
    training: {
      optimizer: { kind: 'sgd', momentum: 0.9 },
      schedule: { kind: 'cosine' },
      spikePenalty: { weight: 0.1 },
    },
  },
  'dropout between layers, recurrent': { neuron: { recurrent: true }, network: { hidden: [20, 12], dropout: 0.3 } },
  'layers of one panel, few events': {
    dataset: { lowRate: 0.05, highRate: 0.2 },
    neuron: { threshold: 0.3 },
    network: { hidden: [12, 8, 16], weightGain: 4 },
  },
  'many neurons above and below a panel': { network: { hidden: [40, 16, 24] } },
  'many recurrent neurons, a recurrent readout': {
    neuron: { recurrent: true, recurrentGain: 0.5 },
    network: { hidden: [70, 52], readout: { kind: 'spike-rate' } },
  },
  'rnn, dropout': { model: 'rnn', network: { dropout: 0.5 } },
  'lstm, AdamW, clipped': { model: 'lstm', training: { optimizer: { kind: 'adamw' }, clipNorm: 0.05 } },
  'gru, mean over the steps': { model: 'gru', network: { readout: { kind: 'linear', decode: 'mean' } } },
};
export type Variant = keyof typeof VARIANTS;

/** The components in every combination, and with each another surrogate, readout and way to train. */
const LEAKS = { 'normal leakage': 0.3, 'without leakage': 1, 'complete leakage': 0 };
const SURROGATES = ['rectangular', 'triangular', 'sigmoid', 'arctan', 'superspike', 'multi-gaussian'];
const READOUTS = ['spike-rate', 'mean-membrane', 'last-membrane', 'max-membrane', 'leaky-integrator'];
const WAYS = [
  { classWeights: [1, 2], warmup: 1 },
  { spikePenalty: { weight: 0.1, target: 0.05 }, schedule: { kind: 'step', every: 1, factor: 0.5 } },
  { loss: 'mse', optimizer: { kind: 'sgd', momentum: 0.9 } },
];
export const COMBINATIONS = Object.entries(LEAKS).flatMap(([name, leak], l) =>
  ['hard', 'soft', 'none'].flatMap((reset, r) =>
    [false, true].map((recurrent, v) => {
      const number = 6 * l + 2 * r + v;
      const own: Own = {
        neuron: { leak, reset, recurrent, surrogate: { shape: SURROGATES[number % SURROGATES.length] } },
        network: { readout: { kind: READOUTS[number % READOUTS.length], window: 6 } },
        training: WAYS[(number + l) % WAYS.length]!,
      };
      return { name: `${name}, reset ${reset}${recurrent ? ', recurrence' : ''}`, own };
    }),
  ),
);

interface Own {
  model?: string;
  dataset?: object;
  neuron?: object;
  network?: object;
  training?: object;
}

/** 5 updates an epoch, the last of them with fewer samples than there are shards times threads. */
export function specOf(variant: string, own: Own = VARIANTS[variant as Variant]): RunSpec {
  const { model, dataset, neuron, network, training } = own;
  const settings = settingsSchema.parse({
    model,
    dataset: {
      name: 'delayed-xor',
      // As when the bits were recorded.
      seed: 'run',
      steps: 20,
      pulse: 6,
      trainSamples: 135,
      validationSamples: 70,
      testSamples: 130,
      ...dataset,
    },
    network: { hidden: [20], weightGain: 2, readout: { kind: 'leaky-integrator', window: 6 }, ...network },
    neuron: { threshold: 0.5, leak: { learnable: true }, ...neuron },
    training: { epochs: 3, batchSize: 32, evaluateEvery: 2, ...training },
  });
  return { study: 'bits', variant, seed: 7, file: '/study.lif.yaml', ...settings };
}
