import * as z from 'zod';

const MAX_POINTS = 101;

export const landscapeSchema = z
  .strictObject({
    points: z
      .int()
      .min(3)
      .max(MAX_POINTS)
      .refine((n) => n % 2 === 1, 'must be odd, so that the network itself is in the middle')
      .default(21)
      .describe('Points on a side of the plane, an odd number. Li et al. (2018), whose method the paper uses, draw 51.')
      .meta({ examples: [21, 51] }),
    extent: z
      .number()
      .positive()
      .max(10)
      .default(1)
      .describe(
        'The plane covers [-extent, extent] along both directions; 1 is a step as long as the weights of each neuron.',
      ),
    samples: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(2000)
      .describe(
        'Loss and accuracy are those of this many samples of the split, from the first on, or of all that there are.',
      ),
    split: z
      .enum(['train', 'validation', 'test'])
      .default('train')
      .describe('Whose loss is drawn. Li et al. (2018) draw the training loss; the paper does not say.'),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(1)
      .describe('Names the random directions. The same for every variant and seed, so that they walk the same way.'),
    directions: z
      .int()
      .min(2)
      .max(200)
      .default(10)
      .describe('Random directions over which sharpness is a mean; the first two span the plane.'),
    radii: z
      .array(z.number().positive().max(10))
      .max(20)
      .default([0.05, 0.1, 0.2])
      .describe('Lengths of the steps for sharpness, relative to the weights of each neuron.'),
  })
  .describe(
    'The loss around the trained network on a plane of two random directions, and how fast it rises along more of them.',
  )
  .meta({ examples: [{ points: 51, samples: 1000 }] });
