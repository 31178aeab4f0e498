/** The fields of your own data. */
import * as z from 'zod';
import { MAX_STEPS, positiveInt, probability, seed } from '../fields.ts';

/** Channels have 16 bits in the event lists of the engine. */
export const MAX_INPUTS = 65_535;

const side = positiveInt.max(8192);
const name = z.string().min(1).max(200);
const share = z.number().min(0).lt(1);
const groups = z.array(z.union([z.int(), name])).max(10_000);

const columnsSchema = z
  .strictObject({
    sample: name.optional().describe('Which sample an event belongs to.'),
    time: name.optional().describe('When it happens.'),
    channel: name.optional().describe('Its channel, from 0.'),
    x: name.optional().describe('Its pixel from the left, from 0, in place of a channel.'),
    y: name.optional().describe('Its pixel from the top, from 0.'),
    polarity: name.optional().describe('Whether it got brighter: 1, or darker: 0 or -1.'),
    data: name.optional().describe('Samples as one array [samples, steps, channels], or pictures.'),
    label: name.optional().describe('The class of a sample.'),
    group: name.optional().describe('Who or what made a sample: a speaker, a subject, a session.'),
    split: name.optional().describe('Whether a sample is for training, validation or test.'),
    file: name.optional().describe('In a table of labels: the recording or picture that a line is about.'),
  })
  .describe('Names of columns or arrays that are not the usual ones (docs/own-data.md).');

const splitSchema = z
  .discriminatedUnion('by', [
    z.strictObject({
      by: z.literal('share').describe('Samples are drawn, of each class the same share.'),
      test: share.describe('Share of the samples that is for the test.'),
      validation: share
        .default(0)
        .describe('Share of the samples that chooses the best epoch. 0: the last epoch counts.'),
      seed: seed.default(1).describe('Seed of the draw; not the seed of a run: all runs have the same split.'),
    }),
    z.strictObject({
      by: z
        .literal('group')
        .describe('All samples of a group (a speaker, a subject) are on one side: the stricter test.'),
      test: z.union([share, groups]).describe('The groups for the test, or the share of the groups that is drawn.'),
      validation: z
        .union([share, groups])
        .default(0)
        .describe('The groups that choose the best epoch, or the share of them that is drawn.'),
      seed: seed.default(1).describe('Seed of the draw; not the seed of a run: all runs have the same split.'),
    }),
  ])
  .describe('What is trained on and what is tested with, where the files do not say.');

const codingSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('direct').describe('Pictures: the pixel value is a constant input current in every step.'),
      gain: z.number().positive().default(1).describe('Current of a white pixel.'),
    }),
    z.strictObject({
      kind: z
        .literal('bernoulli')
        .describe(
          'Pictures: a pixel spikes in each step with a probability proportional to its value; fresh draws every epoch.',
        ),
      maxRate: probability.default(1).describe('Spike probability of a white pixel per step.'),
    }),
    z.strictObject({
      kind: z.literal('threshold').describe('Arrays of real numbers: a spike in every step with a value above it.'),
      above: z.number().describe('The value above which a channel spikes.'),
    }),
    z.strictObject({
      kind: z
        .literal('delta')
        .describe(
          'Arrays of real numbers: a spike whenever the value has risen or fallen by so much since the last spike; rises of all channels first, then falls, so that there are twice as many.',
        ),
      by: z.number().positive().describe('The change that makes a spike.'),
    }),
  ])
  .describe('How pictures and arrays of real numbers become input over time; nothing for events.');

export const eventsSchema = z.strictObject({
  name: z
    .literal('events')
    .describe(
      'Your own data: NumPy arrays, tables of events, spikes in HDF5, recordings of event cameras, or a folder of pictures for each class. `lif data show PATH` tells what is in them and writes these fields (docs/own-data.md).',
    ),
  path: z
    .string()
    .min(1)
    .describe('The file or folder, relative to the experiment file.')
    .meta({ examples: ['my-data.npz'] }),
  input: z
    .union([
      z.strictObject({ channels: positiveInt.max(MAX_INPUTS).describe('Input channels.') }),
      z.strictObject({
        planes: positiveInt.max(16).describe('Polarities or colours. 1 for events: both polarities are one.'),
        height: side.describe('Pixels from top to bottom.'),
        width: side.describe('Pixels from left to right.'),
      }),
    ])
    .describe('What the network sees. Pixels of a larger sensor or picture are pooled into these.')
    .meta({ examples: [{ channels: 40 }, { planes: 2, height: 64, width: 64 }] }),
  classes: z
    .int()
    .min(2)
    .max(65_535)
    .describe('Classes. Labels that are no whole numbers below it are numbered in sorted order.'),
  steps: positiveInt
    .max(MAX_STEPS)
    .describe('Time steps of a sample; later events are dropped. Of pictures: for how many they are shown.'),
  dt: z
    .number()
    .positive()
    .max(1e6)
    .optional()
    .describe('Length of a time step in ms. Leave it out where times are numbers of steps.'),
  timeUnit: z
    .union([z.enum(['s', 'ms', 'us', 'ns', 'step']), z.number().positive()])
    .optional()
    .describe(
      'Unit of the times in the files, or how many ms it is. step: they are numbers of steps, as in arrays [samples, steps, channels]. Default: what the files say.',
    ),
  start: z
    .enum(['zero', 'first-event'])
    .optional()
    .describe(
      'Where step 0 begins: at time 0, or at the first event of a sample. Default: zero; first-event for recordings of cameras.',
    ),
  frames: z
    .enum(['fixed', 'count', 'time'])
    .default('fixed')
    .describe(
      'fixed: steps of dt. count: equally many events in each step. time: equally long steps from the first to the last event.',
    ),
  values: z
    .enum(['counts', 'binary'])
    .default('counts')
    .describe('counts: several events in one step and channel are several spikes. binary: they are one.'),
  coding: codingSchema.optional(),
  sensor: z
    .strictObject({
      width: side.describe('Pixels from left to right.'),
      height: side.describe('Pixels from top to bottom.'),
    })
    .optional()
    .describe(
      'Pixels of the camera, where they are more than those of `input`. Default: what the files say, else those of `input`.',
    ),
  columns: columnsSchema.optional(),
  labels: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A table (CSV) with a line for each sample or file: its label, and perhaps its group and split; relative to the experiment file.',
    ),
  split: splitSchema.optional(),
});

export type Events = z.output<typeof eventsSchema>;
/** What has to be known to look at data; what they tell themselves is still to be found. */
export type Wanted = Pick<Events, 'path'> & Partial<Omit<Events, 'path'>>;
export type Columns = z.output<typeof columnsSchema>;
