/** The fields of N-MNIST simulated from MNIST. */
import * as z from 'zod';
import { dataPath, seed } from '../fields.ts';
import { saccadeFields } from '../nmnist/schema.ts';

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
  cameraSeed: seed
    .default(1)
    .describe(
      'Seed of the camera’s thresholds and noise; not the seed of the run, so that all seeds of a study see the same events.',
    ),
});

export type NmnistSimulated = z.output<typeof nmnistSimulatedSchema>;
