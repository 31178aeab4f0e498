/** Delayed spiking XOR ready to train on: nothing is read, samples are made when they are asked for. */
import { shapeOf } from '../../describe.ts';
import type { SetReader } from '../definition.ts';
import { GENERATOR_VERSION } from './samples.ts';
import type { DelayedXor } from './schema.ts';

export const reader: SetReader<DelayedXor> = {
  check: () => ({}),
  prepare(spec, { seed }) {
    const { inputs, classes, steps, encoding } = shapeOf(spec);
    return {
      source: 'delayed-xor',
      inputs,
      classes,
      steps,
      encoding,
      sizes: { train: spec.trainSamples, validation: spec.validationSamples, test: spec.testSamples },
      maxEvents: steps * inputs,
      checksums: { 'delayed-xor generator': GENERATOR_VERSION },
      spec,
      seed,
    };
  },
};
