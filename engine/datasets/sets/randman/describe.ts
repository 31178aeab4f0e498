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
  reader: async () => (await import('./read.ts')).reader,
});
