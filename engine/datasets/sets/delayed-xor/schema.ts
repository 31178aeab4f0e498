/** The fields of delayed spiking XOR. */
import * as z from 'zod';
import { positiveInt, probability, seed, steps } from '../fields.ts';

export const delayedXorSchema = z.strictObject({
  name: z
    .literal('delayed-xor')
    .describe(
      'Two pulses of low or high rate, a long noisy delay between them; the label is the XOR of the two rates. Generated; fresh training samples every epoch.',
    ),
  form: z
    .enum(['single', 'multi-timescale'])
    .default('single')
    .describe(
      "single: one pulse at the start, one at the end, on the same channels. multi-timescale: one slow pulse on the first half of the inputs, then a row of fast pulses on the second half, each after a gap; the label is the XOR of the slow and the last fast pulse. In the code of the paper's reference [23] the second form has 100 steps.",
    ),
  steps: steps(200, "Length of a sequence in time steps. 200 in the code of the paper's reference [23]."),
  channels: positiveInt
    .max(32767)
    .default(20)
    .describe('Input channels; the multi-timescale form has as many for each of its two signals.'),
  lowRate: probability.default(0.2).describe('Spike probability per step and channel in a low pulse.'),
  highRate: probability.default(0.6).describe('Spike probability per step and channel in a high pulse.'),
  noise: probability
    .default(0.01)
    .describe('Spike probability per step and channel of the background, over the whole sequence.'),
  pulse: positiveInt
    .default(10)
    .describe('Length of each pulse in steps: the first and the last steps of the sequence.'),
  gap: z.int().min(0).default(5).describe('Steps of silence before each fast pulse of the multi-timescale form.'),
  trainSamples: positiveInt.default(50_000).describe('Fresh training sequences per epoch.'),
  validationSamples: positiveInt.default(5_000).describe('Sequences in the fixed validation set, drawn from `seed`.'),
  testSamples: positiveInt.default(10_000).describe('Sequences in the fixed test set, drawn from `seed`.'),
  seed: z
    .union([seed, z.literal('run')])
    .default(1)
    .describe(
      'Seed of the validation and test sets: all runs of a study are scored by the same sequences. run: the seed of the run, so that each run has sets of its own, as in earlier builds. Training sequences always come from the seed of the run.',
    ),
});

export type DelayedXor = z.output<typeof delayedXorSchema>;
