/** Fields that several data sets have, described once. */
import * as z from 'zod';

export const positiveInt = z.int().min(1);
export const probability = z.number().min(0).max(1);
export const seed = z.int().min(0).max(0xffffffff);

/** Of a sample. */
export const MAX_STEPS = 65_535;

export const steps = (value: number, about: string) => positiveInt.max(MAX_STEPS).default(value).describe(about);

export const milliseconds = (value: number, about: string) =>
  z.number().positive().max(1e6).default(value).describe(about);

export const dataPath = (what: string, folder: string) =>
  z
    .string()
    .min(1)
    .optional()
    .describe(
      `${what}, relative to the experiment file. Default: the folder \`${folder}\` in the data folder (LIF_DATA).`,
    );

export const firstTraining = positiveInt.optional().describe('Use only this many training samples, from the first on.');
export const firstTest = positiveInt.optional().describe('Use only this many test samples, from the first on.');
export const heldOut = z
  .int()
  .min(0)
  .default(0)
  .describe('Training samples held out, from the end, to choose the best epoch. 0: the last epoch counts.');

/** counts or binary, with the default of the code that the paper builds on. */
export const valuesField = (value: 'counts' | 'binary', source: string) =>
  z
    .enum(['counts', 'binary'])
    .default(value)
    .describe(
      `counts: several events in one step and channel are several spikes. binary: they are one. The paper does not say; ${source}.`,
    );

/** How pictures become input over time. */
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
