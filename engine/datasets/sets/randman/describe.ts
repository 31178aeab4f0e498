/** Random manifolds, without generating any of them. */
import { defineSet, type SpecProblem } from '../definition.ts';
import { generated } from '../source.ts';
import { type Randman, randmanSchema } from './schema.ts';

/** Terms whose amplitude is below this are left out. */
const PRECISION = 1e-3;
const MAX_SERIES = 100;
/** Of all manifolds: their numbers take 24 bytes each, and a sample computes a class's share of them. */
const MAX_TERMS = 1 << 24;

/** Terms of the sum over k of one function in one dimension. */
export const termsOf = (smoothness: number): number =>
  smoothness > 0 ? Math.min(MAX_SERIES, Math.ceil(PRECISION ** (-1 / smoothness))) : MAX_SERIES;

function tooManyTerms({ classes, channels, spikes, dimensions, smoothness }: Randman): SpecProblem[] {
  const terms = classes * channels * spikes * dimensions * termsOf(smoothness);
  if (terms <= MAX_TERMS) return [];
  const complaint = `is ${channels}: ${classes} classes of ${channels * spikes} functions have ${terms} terms in all, more than the ${MAX_TERMS} that fit into memory; take fewer channels, spikes, classes or dimensions, or smoother manifolds.`;
  return [{ path: ['channels'], severity: 'error', complaint }];
}

export const randman = defineSet(randmanSchema, {
  domain: 'temporal',
  // With recurrence 216 were seen.
  guessing: { updates: 500 },
  source: generated(
    'Random manifolds as spike times',
    'Zenke, Vogels: The Remarkable Robustness of Surrogate Gradient Learning. Neural Computation 33, 2021.',
  ),
  shape: (spec) => ({
    input: { channels: spec.channels },
    classes: spec.classes,
    steps: spec.steps,
    encoding: 'events',
    sizes: { train: spec.trainSamples, validation: spec.validationSamples, test: spec.testSamples },
  }),
  problems: tooManyTerms,
  // A sample is drawn as places in the whole sequence, so that it can be cut into any number of steps; its noise is in steps.
  atResolution: (spec, dt, steps) => ({
    ...spec,
    steps: steps ?? Math.max(1, Math.round(spec.steps / dt)),
    jitter: spec.jitter / dt,
  }),
  reader: async () => (await import('./read.ts')).reader,
});
