import * as z from 'zod';

const ascending = (of: z.ZodNumber) =>
  z
    .array(of)
    .min(1)
    .max(32)
    .refine((list) => list.every((value, i) => i === 0 || value > list[i - 1]!), 'must rise from one to the next');

const several = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .min(1)
    .max(5)
    .refine((list) => new Set(list).size === list.length, 'must not hold anything twice');

export const attackSchema = z
  .strictObject({
    split: z
      .enum(['train', 'validation', 'test'])
      .default('test')
      .describe('Which samples are attacked.')
      .meta({ examples: ['test'] }),
    samples: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe('How many samples are drawn; those that the network takes for another class anyway are not attacked.')
      .meta({ examples: [1000] }),
    kinds: several(z.enum(['flips', 'retiming']))
      .default(['flips', 'retiming'])
      .describe(
        'What may happen to events. flips: events are added and taken (Liang et al., arXiv 2001.01587). retiming: spikes move in time, each channel keeps its count (arXiv 2602.03284). Constant currents are changed within a bound instead.',
      )
      .meta({ examples: [['flips']] }),
    targeted: z
      .boolean()
      .default(false)
      .describe(
        'Whether a sample is to be taken for one other class, drawn for it; otherwise any other class will do.',
      ),
    budgets: ascending(z.int().min(1).max(100_000))
      .default([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000])
      .describe('Flips, or moved spikes, at which the success is given, in events; no more than the last are tried.')
      .meta({ examples: [[1, 10, 100]] }),
    shares: ascending(z.number().positive().max(10))
      .default([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
      .describe("The same as shares of a sample's own events.")
      .meta({ examples: [[0.01, 0.1]] }),
    currentBudgets: ascending(z.number().positive().max(1))
      .default([0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2])
      .describe('For constant currents: largest change of an input, as a share of the range that it can have.')
      .meta({ examples: [[0.01, 0.1]] }),
    iterations: z
      .int()
      .min(1)
      .max(200)
      .default(25)
      .describe(
        "Steps of an attack, between which its budget grows by a constant factor. 25 as in the published code of the paper's reference [14].",
      ),
    published: z
      .boolean()
      .default(false)
      .describe(
        'Take in every step all changes that the gradient samples, as published, and count the first success as it is. Otherwise steps keep to a growing budget, strongest changes first, and changes that are not needed are given back.',
      ),
    turnover: z
      .number()
      .gt(0)
      .max(1)
      .default(0.05)
      .describe(
        'Probability that the flipper changes a bin when the gradient is zero everywhere; 0.05 in the published code.',
      ),
    proposals: z
      .int()
      .min(1)
      .max(64)
      .default(6)
      .describe('Changes that the search without gradients tries in each step.'),
    widths: several(z.number().positive().max(64))
      .default([1, 2, 4])
      .describe(
        'Widths of the surrogate in the backward pass of the attack, as multiples of the trained one; its area stays. Spikes do not depend on them. A narrow window hides gradients (arXiv 2512.22522).',
      )
      .meta({ examples: [[1, 4]] }),
    maxShift: z
      .int()
      .min(1)
      .max(1000)
      .default(5)
      .describe('Retiming: steps that a spike may be moved.')
      .meta({ examples: [3] }),
    totalShift: z
      .union([z.int().min(1), z.literal('any')])
      .default('any')
      .describe('Retiming: steps that all spikes of a sample may be moved together, or any.')
      .meta({ examples: [200] }),
    within: z
      .number()
      .positive()
      .max(10)
      .default(0.1)
      .describe(
        'How near to the threshold a membrane potential counts as near, in thresholds; such neurons bound what an attack can do (arXiv 2602.20548).',
      ),
    examples: z.int().min(0).max(10).default(3).describe('Pairs of a clean and an adversarial input that are kept.'),
    seed: z.int().min(0).max(0xffffffff).default(1).describe('Of all that is drawn: samples, targets, changes.'),
  })
  .describe(
    'How little has to change in the input before the network errs: along the gradient, at random, and by a search without gradients, at the same budgets.',
  )
  .meta({ examples: [{ samples: 200, kinds: ['flips'] }] });
