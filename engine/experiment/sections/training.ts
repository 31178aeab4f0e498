/** `training`: epochs, optimizer, schedule, loss and what is added to it. */
import * as z from 'zod';

const positiveInt = z.int().min(1);
const probability = z.number().min(0).max(1);

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
  .enum(['cross-entropy', 'mse', 'double-softmax'])
  .describe(
    "cross-entropy of the softmax of the class scores, or mse: mean squared error of the scores against one-hot labels. double-softmax: cross-entropy of the softmax of their softmax, as in the code of the paper's reference [23], which hands probabilities to a loss that makes probabilities of them; it cannot fall below ln(1 + (C − 1)/e) with C classes.",
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
    leakLearningRate: z
      .number()
      .positive()
      .optional()
      .describe(
        "Step size for learned leaks at the start; schedule and warm-up change it as they change `learningRate`. Default: that of the weights. The code of the paper's reference [23] has twice that of the weights for SHD, and the same for the delayed XOR.",
      )
      .meta({ examples: [2e-2] }),
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

export const backendSchema = z
  .enum(['event', 'reference', 'tfjs', 'tfjs-node', 'tfjs-cpu'])
  .describe(
    'Who computes. event: the event-driven engine, in 32-bit numbers on all threads. reference: the equations of docs/engine.md as they stand there, in 64-bit numbers on one thread, some hundred times slower: for debugging and for doubt. tfjs: the same equations as tensor operations of TensorFlow.js, in 32-bit numbers: native TensorFlow where `lif backend install tfjs` has put it, else the one in JavaScript that comes with LIF Lab and is many times slower; tfjs-node and tfjs-cpu insist on either.',
  )
  .meta({ examples: ['reference', 'tfjs'] });

export type BackendId = z.output<typeof backendSchema>;
export type Training = z.output<typeof trainingSchema>;
