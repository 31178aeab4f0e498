import * as z from 'zod';

const rate = z.number().min(0).max(1);

export const spikesSchema = z
  .strictObject({
    split: z
      .enum(['train', 'validation', 'test'])
      .default('test')
      .describe('Which samples are asked.')
      .meta({ examples: ['test'] }),
    samples: z
      .union([z.literal('all'), z.int().min(1)])
      .default('all')
      .describe('How many samples, the first ones of the split; `all` takes every one.')
      .meta({ examples: ['all', 1000] }),
    silent: rate
      .default(0)
      .describe('A neuron counts as silent up to this mean rate, in spikes per step. 0: not one spike in all samples.')
      .meta({ examples: [0, 0.001] }),
    saturated: rate
      .default(0.95)
      .describe('A neuron counts as saturated from this mean rate on, in spikes per step.')
      .meta({ examples: [0.95] }),
  })
  .describe(
    'What the neurons do: rates by neuron, time and class (Figure 4 of the paper), silent and saturated neurons, irregularity, and synaptic operations as NeuroBench counts them.',
  )
  .meta({ examples: [{}, { samples: 1000 }] });
