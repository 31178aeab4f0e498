/** `model` and `network`: layers and readout. */
import * as z from 'zod';
import { initialStateSchema, leakSchema, neuronOverride, scaleInputSchema } from './neuron.ts';

const positiveInt = z.int().min(1);

export const modelSchema = z
  .enum(['lif', 'rnn', 'lstm', 'gru'])
  .describe(
    "What the hidden layer is made of. lif: the spiking neurons of `neuron`. rnn (with tanh), lstm, gru: the paper's baselines, with PyTorch's equations and initial weights. They have one hidden layer, ignore `neuron` and `training.spikePenalty`, and read out linearly (`network.readout`).",
  )
  .meta({ examples: ['lstm'] });

const layerSize = positiveInt.max(65_535);

const layerSchema = z.union([
  layerSize.describe('Number of neurons.'),
  z.strictObject({
    size: layerSize.describe('Number of neurons.'),
    neuron: neuronOverride.optional(),
  }),
]);

const normSchema = z
  .strictObject({
    kind: z
      .enum(['batch', 'threshold-dependent'])
      .default('threshold-dependent')
      .describe(
        'What each filter is brought to, over samples, steps and places. batch: mean 0 and variance 1, then a learned scale and shift. threshold-dependent: the same times α·θ with the threshold θ (tdBN, Zheng et al. 2021), α = 1, and 1/√2 where the results of two are added.',
      ),
    momentum: z
      .number()
      .gt(0)
      .max(1)
      .default(0.1)
      .describe(
        'What a batch counts in the running mean and variance, with which samples are evaluated; the first batches of a run count more, so that what a network begins with counts nothing. Default: that of PyTorch.',
      ),
    epsilon: z.number().gt(0).max(1).default(1e-5).describe('Added to the variance. Default: that of PyTorch.'),
  })
  .describe('Normalisation between a convolution and its neurons; the convolution has no bias then.')
  .meta({ examples: [{ kind: 'batch' }, {}] });

const convSchema = z.strictObject({
  filters: positiveInt.max(4096).describe('Number of filters: planes of neurons.'),
  kernel: positiveInt.max(31).default(3).describe('Height and width of a filter, in places of the layer below.'),
  stride: positiveInt.max(31).default(1).describe('Places from one neuron to the next.'),
  padding: z
    .int()
    .min(0)
    .max(30)
    .optional()
    .describe(
      'Zeros around the layer below. Default: half of the kernel, so that with stride 1 and an odd kernel the size stays.',
    ),
  norm: normSchema.optional(),
  pool: z
    .strictObject({
      window: positiveInt
        .max(31)
        .default(2)
        .describe('Height and width of a window, which is also the step to the next one.'),
      operation: z
        .enum(['mean', 'max'])
        .default('mean')
        .describe('mean: the share of neurons that fired. max: whether any did.'),
    })
    .optional()
    .describe('Pools the spikes of the layer before they go on. Default: no pooling.')
    .meta({ examples: [{ window: 2 }] }),
  neuron: neuronOverride.optional(),
});

const resnetSchema = z
  .strictObject({
    width: positiveInt
      .max(1024)
      .default(64)
      .describe('Filters of the first stage; every further stage has twice as many and half the places each way.'),
    blocks: z
      .array(positiveInt.max(64))
      .min(1)
      .max(6)
      .default([2, 2, 2, 2])
      .describe('Residual blocks in each stage, of two convolutions each. [2, 2, 2, 2] is ResNet-18.')
      .meta({ examples: [[2, 2, 2, 2]] }),
    norm: normSchema.prefault({}),
    neuron: neuronOverride.optional(),
  })
  .describe(
    "A residual network of spiking neurons before the hidden layers, for data with places: the paper's ResNet-18_LIF as the lab of Zheng et al. (2021) builds it, in the form for small pictures (a first convolution of 3 × 3 with stride 1), and a mean over all places at its end. With `backend: tfjs` (or reference). It has no recurrence.",
  )
  .meta({ examples: [{ width: 16 }] });

const windowField = positiveInt
  .optional()
  .describe('Read only this many steps, the last ones. Default: all of them.')
  .meta({ examples: [9] });

export const readoutSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('spike-rate').describe('The output layer spikes; a class scores its spikes per step.'),
      window: windowField,
      neuron: neuronOverride.optional(),
    }),
    z.strictObject({
      kind: z
        .enum(['mean-membrane', 'last-membrane', 'max-membrane'])
        .describe(
          'The output layer spikes; a class scores the mean, last or maximal membrane potential of its neuron.',
        ),
      window: windowField,
      neuron: neuronOverride.optional(),
    }),
    z.strictObject({
      kind: z.literal('leaky-integrator').describe('The output layer never spikes: u[t] = k·u[t-1] + W·o[t] + b.'),
      leak: leakSchema.optional().describe('Leak of the integrators. Default: the leak of `neuron`.'),
      decode: z
        .enum(['each-step', 'mean', 'last', 'max'])
        .default('each-step')
        .describe(
          "each-step: loss and accuracy are means over the steps of the window, as in the code of the paper's reference [23]. mean, last, max: one score per class from the potentials in the window.",
        ),
      window: windowField,
      scaleInput: scaleInputSchema,
      initialState: initialStateSchema,
    }),
    z.strictObject({
      kind: z
        .literal('linear')
        .describe(
          'A linear layer on the hidden state of an rnn, lstm or gru; these take it, with its defaults, whatever other kind is given.',
        ),
      decode: z
        .enum(['last', 'mean'])
        .default('last')
        .describe(
          "last: the hidden state after the last step, as in the code of the paper's reference [13]. mean: its mean over all steps.",
        ),
    }),
  ])
  .describe('How class scores are read from the output layer.')
  .meta({ examples: [{ kind: 'leaky-integrator', window: 9 }] });

export const networkSchema = z
  .strictObject({
    conv: z
      .array(convSchema)
      .min(1)
      .max(16)
      .optional()
      .describe(
        'Convolutional layers of spiking neurons before the hidden ones, for data with places (pictures, event cameras). With `backend: tfjs` (or reference); the event engine has dense layers only. They have no recurrence.',
      )
      .meta({ examples: [[{ filters: 12, kernel: 5, pool: { window: 2 } }]] }),
    resnet: resnetSchema.optional(),
    hidden: z
      .array(layerSchema)
      .max(16)
      .describe(
        'Hidden layers, first to last: a number of neurons, or { size, neuron } to change the neuron in one layer. May be empty ([]) where there are convolutional layers or a residual network.',
      )
      .meta({ examples: [[512], [64, { size: 32, neuron: { recurrent: true } }]] }),
    bias: z.boolean().default(true).describe('Whether layers have biases, as in the published code of the same lab.'),
    weightGain: z
      .number()
      .positive()
      .default(1)
      .describe(
        'Scales the initial weights, drawn from U(±gain/√inputs), of a convolution the inputs of a patch; in an rnn, lstm or gru from U(±gain/√size), its recurrent ones without the gain.',
      ),
    dropout: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe(
        'Probability that a hidden neuron is silent for the next layer in training: drawn anew for every sample and kept over all its steps, while the others count 1/(1 − dropout) times. Recurrent connections and spike rates see every spike; in an rnn, lstm or gru it acts before the readout. The paper uses none.',
      )
      .meta({ examples: [0.2] }),
    readout: readoutSchema.prefault({ kind: 'spike-rate' }),
  })
  .describe('Layers and readout. The number of inputs and classes comes from the data set.');

export type Model = z.output<typeof modelSchema>;
export type Readout = z.output<typeof readoutSchema>;
export type Conv = z.output<typeof convSchema>;
export type Norm = z.output<typeof normSchema>;
export type ResNet = z.output<typeof resnetSchema>;
export type Network = z.output<typeof networkSchema>;
