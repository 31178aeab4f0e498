import * as z from 'zod';

export const errorsSchema = z
  .strictObject({
    split: z
      .enum(['train', 'validation', 'test'])
      .default('test')
      .describe('Which samples are asked.')
      .meta({ examples: ['test'] }),
    samples: z
      .int()
      .min(1)
      .max(100_000)
      .default(256)
      .describe('How many samples, drawn from the split; all where it has fewer.')
      .meta({ examples: [256] }),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(1)
      .describe('Which samples are drawn. Variants with the same data see the same ones.')
      .meta({ examples: [1] }),
    layers: z
      .union([z.literal('all'), z.array(z.int().min(1)).min(1)])
      .default('all')
      .describe('Which layers, counted from 1; `all` takes all with a potential.')
      .meta({ examples: ['all', [1]] }),
  })
  .describe(
    'How the error dL/du(t) travels backwards in time, and what leak, reset and recurrence do to it (equations 12 and 13 of the paper).',
  )
  .meta({ examples: [{}, { samples: 64, layers: [1] }] });
