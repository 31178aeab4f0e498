/** The fields of CIFAR-10. */
import * as z from 'zod';
import { codingSchema, dataPath, firstTest, firstTraining, heldOut, steps } from '../fields.ts';

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
      'Training only: shift each picture by up to this many pixels, black beyond its edge (padding and a random crop).',
    ),
  flip: z.boolean().default(true).describe('Training only: mirror every other picture.'),
  trainSamples: firstTraining,
  testSamples: firstTest,
  validationSamples: heldOut,
});

export type Cifar10 = z.output<typeof cifar10Schema>;
