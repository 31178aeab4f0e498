/** The fields of MNIST. */
import * as z from 'zod';
import { codingSchema, positiveInt, steps } from '../fields.ts';

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
  trainSamples: positiveInt.optional().describe('Use only this many training pictures, from the first on.'),
  testSamples: positiveInt.optional().describe('Use only this many test pictures, from the first on.'),
  validationSamples: z
    .int()
    .min(0)
    .default(0)
    .describe('Training pictures held out, from the end, to choose the best epoch. 0: the last epoch counts.'),
});

export type Mnist = z.output<typeof mnistSchema>;
