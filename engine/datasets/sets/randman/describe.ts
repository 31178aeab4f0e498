/** Random manifolds, without generating any of them. */
import { defineSet } from '../definition.ts';
import { generated } from '../source.ts';
import { randmanSchema } from './schema.ts';

export const randman = defineSet(randmanSchema, {
  domain: 'temporal',
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
  // A sample is drawn as places in the whole sequence, so that it can be cut into any number of steps; its noise is in steps.
  atResolution: (spec, dt, steps) => ({
    ...spec,
    steps: steps ?? Math.max(1, Math.round(spec.steps / dt)),
    jitter: spec.jitter / dt,
  }),
  reader: async () => (await import('./read.ts')).reader,
});
