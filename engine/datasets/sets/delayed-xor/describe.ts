/** Delayed spiking XOR, without generating any of it. */
import { defineSet, type SpecProblem } from '../definition.ts';
import { generated } from '../source.ts';
import { type DelayedXor, delayedXorSchema } from './schema.ts';

export const delayedXor = defineSet(delayedXorSchema, {
  domain: 'temporal',
  // What must be remembered over a delay stays at chance for hundreds of updates, and is learned then.
  guessing: { updates: 2000 },
  source: generated(
    'Delayed spiking XOR',
    'Zheng et al.: Temporal dendritic heterogeneity incorporated with spiking neural networks. Nat. Commun. 15, 2024.',
  ),
  shape: (spec) => ({
    input: { channels: (spec.form === 'single' ? 1 : 2) * spec.channels },
    classes: 2,
    steps: spec.steps,
    encoding: 'events',
    sizes: { train: spec.trainSamples, validation: spec.validationSamples, test: spec.testSamples },
  }),
  problems: (spec) => [...tooShort(spec), ...swappedRates(spec)],
  idle: [{ field: 'gap', by: 'form', off: ({ form }) => form === 'single' }],
  reader: async () => (await import('./read.ts')).reader,
});

function tooShort({ form, pulse, gap, steps }: DelayedXor): SpecProblem[] {
  const least = form === 'single' ? 2 * pulse : 2 * pulse + gap;
  if (least <= steps) return [];
  const complaint = `is ${pulse} steps, so two pulses do not fit into ${steps} steps; make dataset.steps at least ${least}.`;
  return [{ path: ['pulse'], severity: 'error', complaint }];
}

function swappedRates({ lowRate, highRate }: DelayedXor): SpecProblem[] {
  if (lowRate < highRate) return [];
  const why =
    lowRate === highRate ? 'with equal rates there is nothing to tell apart' : 'the pulses would swap their names';
  const complaint = `(${lowRate}) should be below \`dataset.highRate\` (${highRate}); ${why}.`;
  return [{ path: ['lowRate'], severity: 'warning', complaint }];
}
