/**
 * The experiment file, described once. The TypeScript types, the validation messages, the JSON Schema for editors,
 * the completions and hovers and docs/experiment-file.md all come from this module.
 *
 * Every description says what a field does, its unit and, where the paper leaves it open, where the default comes
 * from ("paper" = Yin et al., Understanding the Functional Roles of Modelling Components in SNNs).
 */
import { z } from 'zod';
import { datasetSchema } from '../datasets/sets/registry.ts';

const positiveInt = z.int().min(1);
const probability = z.number().min(0).max(1);
/** Names end up in tables, terminals and titles. */
const oneLine = z.string().regex(/^[^\s\p{Cc}](?:[^\p{Cc}\u2028\u2029]*[^\s\p{Cc}])?$/u);

const leakInit = z.union([
  z.number().gt(0).lt(1).describe('The same initial leak k for every neuron.'),
  z
    .strictObject({
      low: z.number().min(-20).max(20).describe('Lower end of the range, before the sigmoid.'),
      high: z.number().min(-20).max(20).describe('Upper end of the range, before the sigmoid.'),
    })
    .refine((r) => r.low <= r.high, '`low` must not be above `high`')
    .describe('k = sigmoid(a) with a drawn uniformly from [low, high].'),
]);

export const leakSchema = z
  .union([
    probability.describe('A fixed leak k: 1 is "without leakage", 0 is "complete leakage".'),
    z.strictObject({
      learnable: z.literal(true).describe('Learn k together with the weights, as k = sigmoid(a).'),
      per: z.enum(['neuron', 'layer']).default('neuron').describe('One k for each neuron, or one for the whole layer.'),
      init: leakInit
        .default({ low: 0, high: 4 })
        .describe("Where k starts. Default: sigmoid of U(0, 4), as in the code of the paper's reference [23]."),
    }),
  ])
  .describe(
    'Leak k in u[t] = k·u[t-1]·(1-o[t-1]) + W·x[t] (equation 3): the part of the membrane potential that survives a step. A number in [0, 1], or { learnable: true }. The paper uses 0.3, and a learnable leak for the temporal data sets.',
  )
  .meta({ examples: [0.3, { learnable: true }] });

const surrogateFields = {
  shape: z
    .enum(['rectangular', 'triangular', 'sigmoid', 'arctan', 'superspike', 'multi-gaussian'])
    .describe(
      'Shape of the surrogate derivative of the spike. The paper: rectangular. Only rectangular and triangular are exactly zero outside a window, which the engine exploits.',
    ),
  width: z
    .number()
    .positive()
    .describe(
      'Half-width of the window around the threshold, in units of the membrane potential (for shapes without a window: their length scale). Paper, Table 5: 0.5 temporal, 0.25 elsewhere.',
    ),
  height: z
    .number()
    .positive()
    .describe(
      'Value of the surrogate derivative at the threshold. Default: what gives the shape an area of 1 (rectangular: 1 / (2·width), as in the published code of the same lab); for multi-gaussian as in the code of reference [23].',
    ),
};
const surrogateAbout =
  'Surrogate gradient: the stand-in for the derivative of the spike with respect to the membrane potential.';

export const surrogateSchema = z
  .strictObject({
    shape: surrogateFields.shape.default('rectangular'),
    width: surrogateFields.width.default(0.5),
    height: surrogateFields.height.optional(),
  })
  .describe(surrogateAbout);

const neuronFields = {
  threshold: z
    .number()
    .positive()
    .describe('Firing threshold u_th: a neuron fires when u >= u_th. Paper, Table 5: 0.5 temporal, 0.3 elsewhere.'),
  leak: leakSchema,
  reset: z
    .enum(['hard', 'soft', 'none'])
    .describe(
      'What a spike does to the membrane potential of the step before it decays into the next one. hard: u becomes 0 (the paper). soft: u loses one threshold. none: nothing ("without reset").',
    ),
  resetGradient: z.boolean().describe('Whether gradients also flow through the reset term. false detaches it.'),
  recurrent: z
    .boolean()
    .describe(
      'Add V·o[t-1], a learned dense connection from the spikes of the same layer one step earlier (equation 4).',
    ),
  recurrentGain: z
    .number()
    .positive()
    .describe(
      'Scales the initial recurrent weights, drawn from U(±gain/√size). The paper does not say; 1 is the usual linear-layer initialisation.',
    ),
};

export const neuronSchema = z
  .strictObject({
    threshold: neuronFields.threshold.default(0.5),
    leak: neuronFields.leak.default(0.3),
    reset: neuronFields.reset.default('hard'),
    resetGradient: neuronFields.resetGradient.default(true),
    recurrent: neuronFields.recurrent.default(false),
    recurrentGain: neuronFields.recurrentGain.default(1),
    surrogate: surrogateSchema.prefault({}),
  })
  .describe('The spiking neuron of every layer: leak, reset, recurrence, threshold and surrogate gradient as data.');

/** Fields of `neuron` that one layer may set for itself: all of them optional, none with a default. */
const neuronOverride = z
  .strictObject({ ...neuronFields, surrogate: z.strictObject(surrogateFields).partial().describe(surrogateAbout) })
  .partial()
  .describe('Fields of `neuron` that differ in this layer.');

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

const windowField = positiveInt
  .optional()
  .describe('Read only the last so many steps. Default: all of them.')
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
    hidden: z
      .array(layerSchema)
      .min(1)
      .max(16)
      .describe(
        'Hidden layers, first to last: a number of neurons, or { size, neuron } to change the neuron in one layer.',
      )
      .meta({ examples: [[512], [64, { size: 32, neuron: { recurrent: true } }]] }),
    bias: z.boolean().default(true).describe('Whether layers have biases, as in the published code of the same lab.'),
    weightGain: z
      .number()
      .positive()
      .default(1)
      .describe(
        'Scales the initial weights, drawn from U(±gain/√inputs); in an rnn, lstm or gru from U(±gain/√size), its recurrent ones without the gain.',
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

/** 1 would never forget and divides by zero in the bias correction. */
const momentum = z.number().min(0).lt(1);

const adamFields = {
  beta1: momentum.default(0.9).describe('Decay per update of the running mean of the gradient.'),
  beta2: momentum.default(0.999).describe('Decay per update of the running mean of the squared gradient.'),
  epsilon: z.number().positive().default(1e-8).describe('Added to the denominator, against division by zero.'),
};

const optimizerSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('adam').describe('Adam (Kingma and Ba, 2015).'), ...adamFields }),
    z.strictObject({
      kind: z.literal('adamw').describe('Adam with decoupled weight decay (Loshchilov and Hutter, 2019).'),
      ...adamFields,
      weightDecay: z
        .number()
        .min(0)
        .default(0.01)
        .describe('Each update takes learningRate·weightDecay of every weight away; biases and leaks do not decay.'),
    }),
    z.strictObject({
      kind: z.literal('sgd').describe('Stochastic gradient descent.'),
      momentum: momentum.default(0).describe('Decay per update of the running sum of the gradient.'),
    }),
  ])
  .describe('Optimizer. Paper, Table 5: Adam.')
  .meta({ examples: [{ kind: 'adam' }, { kind: 'sgd', momentum: 0.9 }] });

const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z
        .literal('step')
        .describe('StepLR: multiply the learning rate by `factor` every `every` epochs, and keep it between.'),
      every: positiveInt.describe('Epochs between two changes.'),
      factor: z.number().gt(0).max(1).describe('The learning rate is multiplied by this.'),
    }),
    z.strictObject({
      kind: z
        .literal('cosine')
        .describe(
          'Half a cosine from the learning rate down to `minimum` over all epochs, lower with every weight update.',
        ),
      minimum: z.number().min(0).default(0).describe('Learning rate at the end.'),
    }),
  ])
  .describe(
    'How the learning rate changes over the epochs. Paper, Table 5: StepLR (20, 0.5) temporal, (25, 0.1) elsewhere.',
  )
  .meta({ examples: [{ kind: 'step', every: 20, factor: 0.5 }] });

const lossSchema = z
  .enum(['cross-entropy', 'mse'])
  .describe(
    'cross-entropy of the softmax of the class scores, or mse: mean squared error of the scores against one-hot labels.',
  );

export const trainingSchema = z
  .strictObject({
    epochs: positiveInt.default(100).describe('Passes over the training set. Paper, Table 5: 100.'),
    batchSize: positiveInt
      .max(65536)
      .default(512)
      .describe('Samples per weight update. Paper, Table 5: 512; 1024 for spatio-temporal data.'),
    learningRate: z
      .number()
      .positive()
      .default(1e-2)
      .describe('Step size of the optimizer at the start. Paper, Table 5: 1e-2 temporal, 1e-4 elsewhere.'),
    optimizer: optimizerSchema.prefault({ kind: 'adam' }),
    schedule: scheduleSchema.optional(),
    warmup: z
      .int()
      .min(0)
      .default(0)
      .describe('Epochs over which the learning rate rises from near zero to its value, update by update.'),
    clipNorm: z
      .number()
      .positive()
      .optional()
      .describe('Scale the gradient of a batch down to this Euclidean norm when it is longer. Default: no clipping.'),
    classWeights: z
      .array(z.number().positive())
      .optional()
      .describe(
        'Factor on the loss of each class, in the order of the labels. Default: 1 for all. It acts on the gradients: the loss that is logged is without it.',
      )
      .meta({ examples: [[1, 2]] }),
    spikePenalty: z
      .strictObject({
        weight: z
          .number()
          .positive()
          .describe(
            'Factor on the penalty, whose gradient is added to that of the loss. The loss that is logged is without it.',
          ),
        target: probability
          .optional()
          .describe('Spikes per neuron and step to aim for. Without it, every spike has a price.'),
      })
      .optional()
      .describe(
        'Regularises the spike rate r of each hidden layer and sample (its spikes, divided by neurons and steps): weight·r, or weight·(r − target)² with a target.',
      )
      .meta({ examples: [{ weight: 0.1, target: 0.05 }] }),
    earlyStopping: z
      .strictObject({
        patience: positiveInt.describe('Evaluations without a better validation accuracy before training ends.'),
      })
      .optional()
      .describe(
        'Ends training when the validation accuracy stops rising; needs a validation set. Never looks at the test set.',
      )
      .meta({ examples: [{ patience: 10 }] }),
    loss: lossSchema.default('cross-entropy'),
    evaluateEvery: positiveInt
      .default(1)
      .describe('Epochs between two evaluations on the held-out sets; the last epoch is always evaluated.'),
  })
  .describe('Training by backpropagation through time with surrogate gradients.');

/** What a variant may override: everything that defines a run. */
export const settingsSchema = z.strictObject({
  dataset: datasetSchema,
  model: modelSchema.default('lif'),
  network: networkSchema,
  neuron: neuronSchema.prefault({}),
  training: trainingSchema.prefault({}),
});

export const MAX_VARIANTS = 500;

export const experimentSchema = z
  .strictObject({
    name: oneLine
      .max(200)
      .describe('Name of the study, as tables and titles show it.')
      .meta({ examples: ['Delayed spiking XOR'] }),
    description: z
      .string()
      .optional()
      .describe('What the study asks, in your words.')
      .meta({ examples: ['Does a reset erase the memory of the first pulse?'] }),
    ...settingsSchema.shape,
    variants: z
      .record(oneLine.max(100), z.record(z.string(), z.unknown()).nullable())
      .refine((v) => Object.keys(v).length <= MAX_VARIANTS, `there must be no more than ${MAX_VARIANTS} variants`)
      .refine((v) => Object.keys(v).length > 0, 'there must be at least one variant, for instance `baseline: {}`')
      .describe('The columns of the comparison: a name, and what differs from the settings above. {} changes nothing.')
      .meta({ examples: [{ baseline: {}, 'without leakage': { neuron: { leak: 1 } } }] }),
    seeds: z
      .array(z.int().min(0).max(0xffffffff))
      .min(1)
      .max(1000)
      .default([1])
      .describe('Each variant runs once with every seed; tables show mean ± spread over them.')
      .meta({ examples: [[1, 2, 3]] }),
  })
  .describe('A LIF Lab study: one data set, one network, and the variants to compare.');

export type Model = z.output<typeof modelSchema>;
export type Leak = z.output<typeof leakSchema>;
export type Surrogate = z.output<typeof surrogateSchema>;
export type Neuron = z.output<typeof neuronSchema>;
export type Readout = z.output<typeof readoutSchema>;
export type Network = z.output<typeof networkSchema>;
export type Training = z.output<typeof trainingSchema>;
export type Settings = z.output<typeof settingsSchema>;

/** A variant that has been checked. */
export interface Variant {
  name: string;
  /** What it changes, as written. */
  override: Record<string, unknown>;
  /** The settings of the file with the changes, every default filled in. */
  settings: Settings;
}

/** A file that has been checked, with every default filled in. Variants are in the order of the file, whatever their names. */
export interface Experiment extends Omit<z.output<typeof experimentSchema>, 'variants'> {
  variants: Variant[];
}

/** One variant with one seed: everything that decides the bits of a run, with every default filled in. */
export interface RunSpec extends Settings {
  /** Name of the study. */
  study: string;
  variant: string;
  seed: number;
  /** Absolute path of the experiment file; data paths are relative to its folder. */
  file: string;
}
