/** Networks that hold a backend to its page: every kind of layer, readout, reset and loss at least once. */
import type { OptimizerStep } from '../../../../engine/backends/backend.ts';
import type { PreparedDataset } from '../../../../engine/datasets/dataset.ts';
import { namesOf, RESETS, SURROGATES } from '../../../../engine/models/neuron.ts';
import { pictures, spikes } from '../event/support.ts';

/** Of planes with places, whatever the samples are of. */
export const places = (planes: number, height: number, width: number) => ({
  name: 'events',
  path: 'none.npz',
  classes: 2,
  steps: 9,
  input: { planes, height, width },
});

const gains = { weightGain: 3 };
export const NETWORKS: Record<string, { data: () => PreparedDataset; settings: object }> = {
  'spiking layers, learned leaks': {
    data: spikes,
    settings: {
      network: { ...gains, hidden: [20, 9], readout: { kind: 'leaky-integrator', window: 7 } },
      neuron: { leak: { learnable: true }, reset: 'hard' },
      training: { classWeights: [1, 3], spikePenalty: { weight: 0.5, target: 0.1 } },
    },
  },
  'a wide recurrent layer, soft reset, read by its rate': {
    data: spikes,
    settings: {
      network: { ...gains, hidden: [37], readout: { kind: 'spike-rate' } },
      neuron: { reset: 'soft', recurrent: true, surrogate: { shape: 'arctan' } },
    },
  },
  'constant currents, one leak per layer, greatest potential': {
    data: pictures,
    settings: {
      network: { ...gains, hidden: [18, { size: 12, neuron: { reset: 'none' } }], readout: { kind: 'max-membrane' } },
      neuron: { leak: { learnable: true, per: 'layer' } },
      training: { loss: 'mse' },
    },
  },
  'inputs times 1 - k, undecayed soft reset, states that training draws, two softmaxes': {
    data: spikes,
    settings: {
      network: {
        ...gains,
        hidden: [18],
        readout: { kind: 'leaky-integrator', leak: { learnable: true }, scaleInput: true, initialState: 'random' },
      },
      neuron: {
        threshold: 0.3,
        leak: { learnable: true },
        reset: 'soft-undecayed',
        recurrent: true,
        scaleInput: true,
        initialState: 'random',
      },
      training: { loss: 'double-softmax' },
    },
  },
  'rnn, dropout': { data: spikes, settings: { model: 'rnn', network: { ...gains, hidden: [13], dropout: 0.3 } } },
  lstm: {
    data: pictures,
    settings: { model: 'lstm', network: { ...gains, hidden: [10], readout: { kind: 'linear', decode: 'mean' } } },
  },
  'more channels, steps and neurons than are worked on at once': {
    data: () => spikes(37, 70),
    settings: { network: { ...gains, hidden: [50, 20] }, neuron: { surrogate: { shape: 'arctan' } } },
  },
  'convolutions, poolings and learned leaks': {
    data: () => spikes(32, 9),
    settings: {
      dataset: places(2, 4, 4),
      network: {
        ...gains,
        conv: [
          { filters: 3, kernel: 3, pool: { window: 2 } },
          { filters: 5, kernel: 2, padding: 1, pool: { window: 2, operation: 'max' }, neuron: { reset: 'soft' } },
        ],
        hidden: [6],
        readout: { kind: 'leaky-integrator' },
      },
      neuron: { leak: { learnable: true }, reset: 'hard' },
    },
  },
  'a convolution of pictures with steps of two, dropout, no other layer': {
    data: () => pictures(35, 6),
    settings: {
      dataset: places(1, 5, 7),
      network: {
        ...gains,
        conv: [{ filters: 4, kernel: 3, stride: 2, padding: 0 }],
        hidden: [],
        bias: false,
        dropout: 0.3,
      },
      neuron: { leak: { learnable: true, per: 'layer' }, resetGradient: true },
    },
  },
  'convolutions with normalisations, read by their rate': {
    data: () => spikes(32, 6),
    settings: {
      dataset: places(2, 4, 4),
      network: {
        ...gains,
        conv: [
          { filters: 4, kernel: 3, norm: { kind: 'batch', momentum: 0.3 }, pool: { window: 2 } },
          { filters: 3, kernel: 2, norm: { epsilon: 1e-3 }, neuron: { threshold: 0.3, scaleInput: true } },
        ],
        hidden: [],
        dropout: 0.3,
      },
      neuron: { leak: { learnable: true, per: 'layer' }, surrogate: { shape: 'arctan' } },
      training: { loss: 'mse', classWeights: [1, 3], spikePenalty: { weight: 0.5 } },
    },
  },
  'a residual network of convolutions over pictures': {
    data: () => pictures(48, 4),
    settings: {
      dataset: places(3, 4, 4),
      network: {
        ...gains,
        resnet: { width: 2, blocks: [1, 2], norm: { epsilon: 1e-3 } },
        hidden: [],
        readout: { kind: 'leaky-integrator', decode: 'mean', leak: 0 },
      },
      neuron: { threshold: 0.3, reset: 'soft', surrogate: { shape: 'arctan' } },
    },
  },
  gru: { data: () => spikes(35, 40), settings: { model: 'gru', network: { ...gains, hidden: [21] } } },
};

/** Every reset, with and without a gradient through it, and every surrogate: a recurrent layer below another. */
export const NEURONS: [string, object][] = [
  ...namesOf(RESETS).flatMap((reset): [string, object][] => [
    [`reset: ${reset}`, { reset }],
    [`reset: ${reset}, detached`, { reset, resetGradient: false }],
  ]),
  ...namesOf(SURROGATES).map((shape): [string, object] => [`surrogate: ${shape}`, { surrogate: { shape } }]),
];
export const withNeuron = (neuron: object): (typeof NETWORKS)[string] => ({
  data: () => spikes(12, 20),
  settings: {
    network: { ...gains, hidden: [18, 6] },
    neuron: { leak: { learnable: true }, recurrent: true, ...neuron },
  },
});

/** So much to do that one can ask to stop in the middle of it. */
export const manySamples = (): PreparedDataset => ({
  ...spikes(20, 200),
  sizes: { train: 512, validation: 0, test: 8192 },
});
export const WIDE = { hidden: [32] };

export const OPTIMIZERS: OptimizerStep['optimizer'][] = [
  { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 },
  { kind: 'sgd', momentum: 0.9 },
];

export const stepOf = (optimizer: OptimizerStep['optimizer'], updates: number, count: number): OptimizerStep => ({
  optimizer,
  updates,
  learningRates: new Array<number>(count).fill(0.01),
  leakFactor: 2,
  clipNorm: 0.5,
});
