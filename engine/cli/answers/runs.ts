/** Runs and comparisons as `--json` prints them; protocol/runs.ts says what each field means. */
import * as z from 'zod';
import { STATES_BY_URGENCY } from '../../../protocol/runs.ts';
import { CAUSES } from '../../../protocol/warnings.ts';
import { leakSpread } from '../../runs/format.ts';

const fraction = z.number().describe('A share from 0 to 1.');
const score = z.object({ loss: z.number().describe('Mean over the samples.'), accuracy: fraction });
const epochFields = {
  epoch: z.number(),
  train: score.optional(),
  validation: score.optional(),
  test: score.optional(),
  spikeRates: z.array(z.number()).optional().describe('Spikes per neuron and step of each spiking layer.'),
  leaks: z.array(leakSpread.nullable()).optional(),
  windowShares: z.array(z.number().nullable()).optional(),
  gradientNorms: z.array(z.number().nullable()).optional(),
};

export const splitSchema = z
  .enum(['validation', 'test'])
  .describe(
    'Which samples accuracy, loss and verdicts are of. Where a study has a validation set it is that one, and test scores are left out unless --test asks for them.',
  );

export const warningSchema = z.object({
  cause: z.enum(CAUSES),
  since: z.number().describe('Epochs, fractions included.'),
  until: z.number(),
  lasts: z.boolean(),
  layer: z.int().optional(),
  field: z.string().describe('The field of the experiment file that cures it.'),
  sentence: z.string(),
});

export const runSchema = z
  .object({
    id: z.string(),
    folder: z.string(),
    study: z.string(),
    variant: z.string(),
    seed: z.number(),
    file: z.string().describe('The experiment file that started it.'),
    state: z.enum(STATES_BY_URGENCY),
    stopping: z.literal(true).optional().describe('It was asked to stop, and has not done so yet.'),
    stoppedBy: z.literal('max-seconds').optional().describe('Its time was over; nobody asked it to stop.'),
    epoch: z.number().describe('Epochs done, of `epochs`.'),
    epochs: z.number(),
    progress: fraction,
    createdAt: z.number().describe('Milliseconds since 1970.'),
    updatedAt: z.number(),
    seconds: z.number().describe('Of training, over all resumptions.'),
    samplesPerSecond: z.number(),
    cluster: z
      .object({
        task: z.string().optional(),
        node: z.string().optional(),
        cpuSeconds: z.number(),
        givenSeconds: z.number().describe('Cores × time that its tasks had.'),
      })
      .optional()
      .describe('Of a run that a Slurm cluster carries out.'),
    samples: z.object({ train: z.number(), validation: z.number(), test: z.number() }).optional(),
    dataRemarks: z
      .array(z.string())
      .optional()
      .describe(
        'What had to be said of its data, a sentence each: samples or classes that are missing, parts that are the same.',
      ),
    train: score.optional(),
    validation: score.optional(),
    test: score.optional(),
    result: z
      .object({ ...score.shape, ...epochFields, chosenBy: z.enum(['best validation', 'last epoch']), of: splitSchema })
      .optional()
      .describe('The epoch that counts. Its accuracy and loss are of the samples that `of` names.'),
    last: z.object(epochFields).optional(),
    warnings: z.array(warningSchema).optional(),
    resumed: z.array(z.number()).optional(),
    starred: z.literal(true).optional(),
    note: z.string().optional(),
    tags: z.array(z.string()).optional(),
    message: z.string().optional().describe('Why it is in this state, in one sentence.'),
    damage: z.array(z.string()).describe('What is wrong with its files, a sentence each.'),
  })
  .describe('A run: one variant trained with one seed.');

const pairedSchema = z.object({
  seeds: z.array(z.number()),
  differences: z.array(z.number()).describe('Variant − reference, one for each seed.'),
  mean: z.number(),
  interval: z.tuple([z.number(), z.number()]).optional().describe('95 % interval of the mean by Student’s t.'),
  p: z.number().describe('Two-sided sign-flip test.'),
  sampled: z.number().optional(),
});

export const verdictSchema = z
  .object({
    kind: z.enum(['baseline', 'identical', 'unpaired', 'undecided', 'better', 'worse', 'none']),
    decided: z
      .boolean()
      .describe(
        'Whether anything may be claimed: true for better, worse and identical alone. Neither "undecided" nor "none" (no difference seen) says that two variants are equal.',
      ),
    n: z.int().describe('Seeds that have finished in both.'),
    against: z.string(),
    wanted: z.number().describe('Seeds of the file.'),
    paired: pairedSchema.optional(),
    holm: z.object({ p: z.number(), over: z.number() }).optional(),
    needed: z.number().optional().describe('Seeds from which on a decision is possible at all.'),
    label: z.string(),
    sentence: z.string().describe('What may be said, with its evidence. Quote this one.'),
  })
  .describe('What the seeds allow to be said of a variant against the reference.');

export const spreadSchema = z.object({
  mean: z.number(),
  deviation: z.number().optional().describe('Sample standard deviation; absent for one value.'),
  count: z.int(),
});

const changes = z.record(z.string(), z.string());
const rowSchema = z.object({
  variant: z.string(),
  changes: changes.describe('Dotted path of a field → its value as text.'),
  runs: z.array(runSchema),
  results: z.array(runSchema).describe('The finished runs that the numbers are of.'),
  accuracy: spreadSchema.optional(),
  lastAccuracy: spreadSchema.optional(),
  loss: spreadSchema.optional(),
  spikeRates: z.array(spreadSchema).optional(),
  seconds: spreadSchema.optional(),
  testInterval: z.object({ low: z.number(), high: z.number(), samples: z.number() }).optional(),
  fewer: z.array(z.string()).optional(),
  verdict: verdictSchema.optional(),
});

export const comparisonSchema = z.object({
  study: z.string(),
  file: z.string(),
  seeds: z.array(z.number()),
  split: splitSchema,
  caution: z.string().optional().describe('What must be known before anything is chosen by these numbers.'),
  rows: z.array(rowSchema),
  outdated: z.array(runSchema).describe('Runs of this file with settings that it no longer has.'),
  earlier: z.array(
    z.object({ id: z.string(), variant: z.string(), runs: z.array(z.string()), had: changes.optional() }),
  ),
  beginnings: z
    .array(z.object({ id: z.string(), variant: z.string(), seed: z.number(), epoch: z.number(), epochs: z.number() }))
    .optional(),
  fewer: z.array(z.string()).optional(),
});
