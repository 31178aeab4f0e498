/** The data sets of the experiment file: one strict object each, told apart by `name`. */
import { z } from 'zod';

const positiveInt = z.int().min(1);
const probability = z.number().min(0).max(1);

const steps = (value: number, about: string) => positiveInt.max(65_535).default(value).describe(about);

export const delayedXorSchema = z.strictObject({
  name: z
    .literal('delayed-xor')
    .describe(
      'Two pulses of low or high rate, a long noisy delay between them; the label is the XOR of the two rates. Generated; fresh training samples every epoch.',
    ),
  form: z
    .enum(['single', 'multi-timescale'])
    .default('single')
    .describe(
      "single: one pulse at the start, one at the end, on the same channels. multi-timescale: one slow pulse on the first half of the inputs, then a row of fast pulses on the second half, each after a gap; the label is the XOR of the slow and the last fast pulse. In the code of the paper's reference [23] the second form has 100 steps.",
    ),
  steps: steps(200, "Length of a sequence in time steps. 200 in the code of the paper's reference [23]."),
  channels: positiveInt
    .max(32767)
    .default(20)
    .describe('Input channels; the multi-timescale form has as many for each of its two signals.'),
  lowRate: probability.default(0.2).describe('Spike probability per step and channel in a low pulse.'),
  highRate: probability.default(0.6).describe('Spike probability per step and channel in a high pulse.'),
  noise: probability
    .default(0.01)
    .describe('Spike probability per step and channel of the background, over the whole sequence.'),
  pulse: positiveInt
    .default(10)
    .describe('Length of each pulse in steps: the first and the last steps of the sequence.'),
  gap: z.int().min(0).default(5).describe('Steps of silence before each fast pulse of the multi-timescale form.'),
  trainSamples: positiveInt.default(50_000).describe('Fresh training sequences per epoch.'),
  validationSamples: positiveInt
    .default(5_000)
    .describe('Sequences in the fixed validation set, drawn from its own random stream.'),
  testSamples: positiveInt
    .default(10_000)
    .describe('Sequences in the fixed test set, drawn from its own random stream.'),
});

export const codingSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('direct').describe('The pixel value is a constant input current in every step.'),
      gain: z.number().positive().default(1).describe('Current of a white pixel.'),
    }),
    z.strictObject({
      kind: z
        .literal('bernoulli')
        .describe('A pixel spikes in each step with a probability proportional to its value; fresh draws every epoch.'),
      maxRate: probability.default(1).describe('Spike probability of a white pixel per step.'),
    }),
  ])
  .describe('How a picture becomes input over time. The paper does not say which.');

export const mnistSchema = z.strictObject({
  name: z
    .literal('mnist')
    .describe('Handwritten digits, 28x28 grey pixels, 60,000 + 10,000, in IDX files (gzipped or not).'),
  path: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder with the four IDX files, relative to the experiment file. Default: the folder `mnist` in the data folder (LIF_DATA).',
    ),
  steps: steps(10, 'Time steps for which a picture is shown. The paper does not say how many.'),
  coding: codingSchema.prefault({ kind: 'direct' }),
  trainSamples: positiveInt.optional().describe('Use only the first so many training pictures.'),
  testSamples: positiveInt.optional().describe('Use only the first so many test pictures.'),
  validationSamples: z
    .int()
    .min(0)
    .default(0)
    .describe('Training pictures held out, from the end, to choose the best epoch. 0: the last epoch counts.'),
});

const milliseconds = (value: number, about: string) => z.number().positive().max(1e6).default(value).describe(about);

const dataPath = (what: string, folder: string) =>
  z
    .string()
    .min(1)
    .optional()
    .describe(
      `${what}, relative to the experiment file. Default: the folder \`${folder}\` in the data folder (LIF_DATA).`,
    );

const firstTraining = positiveInt.optional().describe('Use only the first so many training samples.');
const firstTest = positiveInt.optional().describe('Use only the first so many test samples.');
const heldOut = z
  .int()
  .min(0)
  .default(0)
  .describe('Training samples held out, from the end, to choose the best epoch. 0: the last epoch counts.');

/** counts or binary, with the default of the code that the paper builds on. */
const valuesField = (value: 'counts' | 'binary', source: string) =>
  z
    .enum(['counts', 'binary'])
    .default(value)
    .describe(
      `counts: several events in one step and channel are several spikes. binary: they are one. The paper does not say; ${source}.`,
    );

export const randmanSchema = z.strictObject({
  name: z
    .literal('randman')
    .describe(
      'Spike times on smooth random manifolds (Zenke and Vogels 2021), one per class: only the timing of spikes tells the classes apart. Generated; the same samples in every epoch.',
    ),
  steps: steps(100, 'Length of a sequence in time steps.'),
  channels: positiveInt.max(65535).default(100).describe('Input channels; each fires once per manifold and sample.'),
  classes: positiveInt.min(2).max(1000).default(10).describe('Number of classes: one random manifold each.'),
  dimensions: positiveInt.max(16).default(1).describe('Intrinsic dimension of the manifolds.'),
  smoothness: z
    .number()
    .min(0)
    .max(10)
    .default(2)
    .describe('Exponent α of the 1/k^α spectrum: higher is smoother and easier.'),
  spikes: positiveInt.max(100).default(1).describe('Spikes per channel and sample, each from a manifold of its own.'),
  jitter: z
    .number()
    .min(0)
    .default(0)
    .describe('Standard deviation of normal noise on every spike time, in time steps.'),
  trainSamples: positiveInt.max(10_000_000).default(8_000).describe('Training samples.'),
  validationSamples: z.int().min(0).max(10_000_000).default(0).describe('Held-out samples to choose the best epoch.'),
  testSamples: positiveInt.max(10_000_000).default(2_000).describe('Test samples.'),
  manifoldSeed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe(
      'Seed of the manifolds and samples; not the seed of the run, so that all seeds of a study learn the same.',
    ),
});

const speechFields = {
  dt: milliseconds(
    1,
    "Length of a time step in ms. 1 in the code of the paper's reference [23]; the paper does not say.",
  ),
  steps: steps(
    1000,
    "Time steps read from the start; later spikes are dropped. 1000 in the code of the paper's reference [23].",
  ),
  values: valuesField('binary', 'the code of its reference [23] is binary'),
  quirks: z
    .strictObject({
      rightClosedBins: z
        .boolean()
        .default(false)
        .describe('Step i holds ((i-1)·dt, i·dt] instead of [i·dt, (i+1)·dt).'),
      flipChannels: z
        .boolean()
        .default(false)
        .describe('Unit u feeds channel 700 - u; unit 0, which would have none, is dropped.'),
    })
    .prefault({})
    .describe("Oddities of the binning in the code of the paper's reference [23], off by default."),
  trainSamples: firstTraining,
  testSamples: firstTest,
};

export const shdSchema = z.strictObject({
  name: z
    .literal('shd')
    .describe(
      'Spiking Heidelberg Digits: spoken digits in German and English as spikes of 700 cochlear channels, 8,156 + 2,264, 20 classes, in HDF5 files.',
    ),
  path: dataPath('Folder with shd_train.h5 and shd_test.h5', 'shd'),
  ...speechFields,
  validationSamples: heldOut,
  validationSpeakers: z
    .array(z.int().min(0).max(65535))
    .default([])
    .describe(
      'Speakers (0 to 11) held out from training to choose the best epoch: a stricter test than more of the same voices.',
    ),
});

export const sscSchema = z.strictObject({
  name: z
    .literal('ssc')
    .describe(
      'Spiking Speech Commands: spoken words as spikes of 700 cochlear channels, 75,466 + 9,981 for validation + 20,382, 35 classes, in HDF5 files.',
    ),
  path: dataPath('Folder with ssc_train.h5, ssc_valid.h5 and ssc_test.h5', 'ssc'),
  ...speechFields,
  validation: z.boolean().default(true).describe('Whether to evaluate on the published validation set too.'),
});

const saccadeFields = {
  dt: milliseconds(
    3,
    'Integration length: the length of a time step in ms. Paper: 3 for training, 1, 2, 3, 5 and 10 in the study of temporal resolution.',
  ),
  steps: z
    .union([positiveInt.max(65_535), z.literal('full')])
    .default('full')
    .describe(
      'Time steps read from the start, or full: the three saccades, 315 ms. Later events are dropped. The paper speaks of a "limited number of time steps"; the code it descends from took 15 of 5 ms.',
    ),
  values: valuesField('counts', 'published loaders count'),
  trainSamples: firstTraining,
  testSamples: firstTest,
  validationSamples: heldOut,
};

export const nmnistSchema = z.strictObject({
  name: z
    .literal('nmnist')
    .describe(
      'Neuromorphic MNIST: digits seen by a moving event camera, 34x34 pixels of two polarities, 60,000 + 10,000.',
    ),
  path: dataPath('Folder with Train and Test, or with Train.zip and Test.zip as published', 'nmnist'),
  ...saccadeFields,
  start: z
    .enum(['recording', 'first-event'])
    .default('recording')
    .describe('Where step 0 begins: at the start of the recording, or at its first event (as SpikingJelly does).'),
  overflowMarker: z
    .boolean()
    .default(true)
    .describe(
      'Take an event in row 240 as the mark of a timestamp overflow: drop it and add 8.192 ms to all later ones (as Tonic does). false: such an event is an error.',
    ),
});

export const nmnistSimulatedSchema = z.strictObject({
  name: z
    .literal('nmnist-simulated')
    .describe(
      'MNIST pictures moved before a simulated event camera: three saccades and a threshold on the log intensity of each pixel, in the layout of N-MNIST. Needs only MNIST.',
    ),
  path: dataPath('Folder with the four IDX files of MNIST', 'mnist'),
  ...saccadeFields,
  contrast: z
    .number()
    .positive()
    .max(10)
    .default(0.09)
    .describe('Change of log intensity for one event: the mean over pixels of the camera’s threshold.'),
  mismatch: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('Standard deviation of the threshold over pixels, relative to its mean.'),
  noiseRate: z.number().min(0).max(1000).default(0.3).describe('Background events per pixel and second.'),
  cameraSeed: z
    .int()
    .min(0)
    .max(0xffffffff)
    .default(1)
    .describe(
      'Seed of the camera’s thresholds and noise; not the seed of the run, so that all seeds of a study see the same events.',
    ),
});

export const dvsGestureSchema = z.strictObject({
  name: z
    .literal('dvs128-gesture')
    .describe(
      'DVS128 Gesture: eleven hand gestures before an event camera, 128x128 pixels of two polarities, 1,176 + 288, in AEDAT 3.1 files.',
    ),
  path: dataPath('Folder with the .aedat and _labels.csv files and the two lists of trials', 'dvs128-gesture'),
  steps: steps(16, 'Time steps (frames) of a sample. The paper does not say; 16 in the tutorial of SpikingJelly.'),
  frames: z
    .enum(['count', 'time', 'fixed'])
    .default('count')
    .describe(
      'How a gesture is cut into steps. count: as many events in each. time: equally long ones, from its first to its last event. fixed: of dt each, from its start; later events are dropped. The paper: "fixed-frame compression", after references [28] and [29].',
    ),
  dt: milliseconds(
    50,
    'Length of a step in ms, for fixed frames only. 50, with 60 steps, in older code of the same lab.',
  ),
  side: z
    .union([z.literal(128), z.literal(64), z.literal(32), z.literal(16)])
    .default(32)
    .describe('Width and height after downsampling the 128x128 pixels. Paper, Table 4: 2048 inputs, so 32.'),
  values: valuesField('counts', 'published loaders count'),
  correctLabels: z
    .boolean()
    .default(false)
    .describe(
      'Let class 9 of user22_led end at 104 s: its published end lies within the next gesture. Published loaders leave it.',
    ),
  trainSamples: firstTraining,
  testSamples: firstTest,
  validationSamples: heldOut,
});

export const cifar10Schema = z.strictObject({
  name: z
    .literal('cifar10')
    .describe('Colour pictures of ten kinds of things, 32x32 pixels, 50,000 + 10,000, in the binary batches.'),
  path: dataPath('Folder with data_batch_1.bin to data_batch_5.bin and test_batch.bin', 'cifar10'),
  steps: steps(4, 'Time steps for which a picture is shown. The paper does not say how many.'),
  coding: codingSchema.prefault({ kind: 'direct' }),
  normalise: z
    .boolean()
    .default(true)
    .describe(
      'Direct coding only: subtract the mean of each colour over the training set and divide by its deviation.',
    ),
  padding: z
    .int()
    .min(0)
    .max(16)
    .default(4)
    .describe(
      'Training only: shift each picture by up to so many pixels, black beyond its edge (padding and a random crop).',
    ),
  flip: z.boolean().default(true).describe('Training only: mirror every other picture.'),
  trainSamples: firstTraining,
  testSamples: firstTest,
  validationSamples: heldOut,
});

export const datasetSchema = z
  .discriminatedUnion('name', [
    delayedXorSchema,
    randmanSchema,
    shdSchema,
    sscSchema,
    nmnistSchema,
    nmnistSimulatedSchema,
    dvsGestureSchema,
    mnistSchema,
    cifar10Schema,
  ])
  .describe('What to learn.');

export type DelayedXor = z.output<typeof delayedXorSchema>;
export type Randman = z.output<typeof randmanSchema>;
export type Shd = z.output<typeof shdSchema>;
export type Ssc = z.output<typeof sscSchema>;
export type Nmnist = z.output<typeof nmnistSchema>;
export type NmnistSimulated = z.output<typeof nmnistSimulatedSchema>;
export type DvsGesture = z.output<typeof dvsGestureSchema>;
export type Mnist = z.output<typeof mnistSchema>;
export type Cifar10 = z.output<typeof cifar10Schema>;
export type DatasetSpec = z.output<typeof datasetSchema>;
