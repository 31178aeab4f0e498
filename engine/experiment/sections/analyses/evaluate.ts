import * as z from 'zod';

export const evaluateSchema = z
  .strictObject({
    split: z
      .enum(['train', 'validation', 'test'])
      .default('test')
      .describe('Which samples are asked.')
      .meta({ examples: ['test'] }),
  })
  .describe('Accuracy, loss, and which class is taken for which, of one split.')
  .meta({ examples: [{ split: 'validation' }] });
