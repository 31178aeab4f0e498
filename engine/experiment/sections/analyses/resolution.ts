import * as z from 'zod';

export const resolutionSchema = z
  .strictObject({
    factors: z
      .array(z.number().positive().max(1000))
      .max(32)
      .default([0.5, 1, 2, 4])
      .describe(
        'Lengths of a step as multiples of the one in training; those that the recordings cannot be cut into are left out. The paper: 1, 2, 3, 5 and 10 ms after training with 3.',
      )
      .meta({ examples: [[0.5, 1, 2, 4]] }),
    dts: z
      .array(z.number().positive().max(1e6))
      .max(32)
      .default([])
      .describe('Lengths of a step in ms, instead of factors; the one in training is always among them.')
      .meta({ examples: [[1, 2, 3, 5, 10]] }),
    samples: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe(
        'Accuracy and loss are those of this many samples of the split, from the first on, or of all that there are.',
      ),
    split: z.enum(['train', 'validation', 'test']).default('test').describe('Which samples are asked.'),
  })
  .describe('Accuracy of the same network on the same recordings, cut into steps of other lengths than in training.')
  .meta({ examples: [{ dts: [1, 2, 3, 5, 10] }] });
