import * as z from 'zod';

const MAX_EMBEDDED = 10_000;

export const embeddingSchema = z
  .strictObject({
    samples: z
      .int()
      .min(10)
      .max(MAX_EMBEDDED)
      .default(1000)
      .describe(
        'Samples of the split that are drawn, or all that there are. The paper does not say how many it shows.',
      ),
    split: z.enum(['train', 'validation', 'test']).default('test').describe('Whose samples are shown.'),
    perplexity: z
      .number()
      .min(2)
      .max(MAX_EMBEDDED / 3)
      .default(30)
      .describe(
        'How many neighbours a sample has, roughly; at most a third of the other samples. 30, as in openTSNE: the paper does not say.',
      ),
    seed: z
      .int()
      .min(0)
      .max(0xffffffff)
      .default(1)
      .describe(
        'Names which samples are drawn: the same for every variant. t-SNE itself starts from principal components.',
      ),
  })
  .describe('t-SNE of the last hidden layer, and what its neurons tell of the classes without it.')
  .meta({ examples: [{ samples: 2000, perplexity: 50 }] });
