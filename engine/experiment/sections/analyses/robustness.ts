import * as z from 'zod';

const share = z.number().min(0).max(1);
const strengths = (value: number[], about: string, one: z.ZodNumber = z.number().positive().max(10)) =>
  z.array(one).max(20).default(value).describe(`${about} Empty: not asked.`);

export const robustnessSchema = z
  .strictObject({
    samples: z
      .int()
      .min(1)
      .max(100_000)
      .default(500)
      .describe('Accuracy is that of this many samples of the split, from the first on, or of all that there are.'),
    split: z.enum(['train', 'validation', 'test']).default('test').describe('Which samples are disturbed.'),
    draws: z
      .int()
      .min(1)
      .max(50)
      .default(3)
      .describe('How often each strength is drawn anew; the curves show mean and spread over the draws.'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(1)
      .describe('Names the draws. The same for every variant, so that all are disturbed in the same way.'),
    drop: strengths([0.1, 0.3, 0.5, 0.7], 'Probabilities with which each event is left out.', share),
    jitter: strengths(
      [1, 2, 5],
      'Standard deviations of normal noise on the time of each event, in steps; what falls out of the sample is put on its first or last step.',
      z.number().positive().max(65_535),
    ),
    noise: strengths([0.1, 0.3, 1], 'Events added at random steps and channels, as a share of those of the sample.'),
    'hot-pixels': strengths([0.001, 0.005, 0.02], 'Share of the channels that fire in every step.', share),
    weights: strengths(
      [0.1, 0.2, 0.5],
      "Length of normal noise on each neuron's weights, relative to their norm; biases and leaks stay.",
    ),
    quantisation: strengths(
      [8, 6, 4, 3, 2],
      'Bits of each weight, sign included: uniform and symmetric, the largest weight of each neuron at the end of the range; biases and leaks stay.',
      z.number().int().min(2).max(16),
    ),
  })
  .describe('Accuracy when input or weights are disturbed, as curves over the strength.')
  .meta({ examples: [{ samples: 1000, draws: 5 }] });
