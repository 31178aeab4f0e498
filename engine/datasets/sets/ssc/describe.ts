/** Spiking Speech Commands, without their files. */
import { defineSet, sameTime, splitSizes, tooLong } from '../definition.ts';
import { CRAMER, LONGEST_MS, SPEECH_CHANNELS, zenkeFile } from '../speech/source.ts';
import { sscSchema } from './schema.ts';

const published = { train: 75_466, validation: 9_981, test: 20_382 };

export const ssc = defineSet(sscSchema, {
  domain: 'temporal',
  guessing: { updates: 500, moved: 100 },
  source: {
    title: 'Spiking Speech Commands',
    licence: 'CC BY 4.0',
    citation: CRAMER,
    files: [
      zenkeFile('ssc_train.h5', 'd102be95e7144fcc0553d1f45ba94170'),
      zenkeFile('ssc_valid.h5', 'b4eee3516a4a90dd0c71a6ac23a8ae43'),
      zenkeFile('ssc_test.h5', 'a35ff1e9cffdd02a20eb850c17c37748'),
    ],
    imports: /^ssc_(train|valid|test)\.h5$/,
    contents: {},
    unpackLimit: 16 * 2 ** 30,
  },
  published,
  shape: (spec) => ({
    input: { channels: SPEECH_CHANNELS },
    classes: 35,
    steps: spec.steps,
    encoding: 'events',
    sizes: { ...splitSizes(published, spec), validation: spec.validation ? published.validation : 0 },
  }),
  problems: ({ dt }) => tooLong(dt, LONGEST_MS),
  atResolution: (spec, dt, steps) => ({ ...spec, dt, steps: steps ?? sameTime(spec, dt) }),
  reader: async () => (await import('../speech/read.ts')).reader,
});
