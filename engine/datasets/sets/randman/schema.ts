/** The fields of random manifolds. */
import * as z from 'zod';
import { positiveInt, seed, steps } from '../fields.ts';

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
  manifoldSeed: seed
    .default(1)
    .describe(
      'Seed of the manifolds and samples; not the seed of the run, so that all seeds of a study learn the same.',
    ),
});

export type Randman = z.output<typeof randmanSchema>;
