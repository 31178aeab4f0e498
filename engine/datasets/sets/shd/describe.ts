/** The Spiking Heidelberg Digits, without their files. */
import { defineSet, sameTime, splitSizes, tooLong } from '../definition.ts';
import { CRAMER, LONGEST_MS, SPEECH_CHANNELS, zenkeFile } from '../speech/source.ts';
import { shdSchema } from './schema.ts';

const published = { train: 8_156, test: 2_264 };

export const shd = defineSet(shdSchema, {
  domain: 'temporal',
  guessing: { updates: 500, moved: 100 },
  source: {
    title: 'Spiking Heidelberg Digits',
    licence: 'CC BY 4.0',
    citation: CRAMER,
    files: [
      zenkeFile('shd_train.h5', 'f3252aeb598ac776c1b526422d90eecb', 130_863_613),
      zenkeFile('shd_test.h5', '1503a5064faa34311c398fb0a1ed0a6f', 38_141_465),
    ],
    imports: /^shd_(train|test)\.h5$/,
    contents: {
      'shd_train.h5': '8e9877c85f29a28dd353ea6a54402667',
      'shd_test.h5': '207ad1295a0ab611e22d1734989c254e',
    },
    unpackLimit: 4 * 2 ** 30,
  },
  published,
  shape(spec) {
    const { train, validation, test } = splitSizes(published, spec);
    return {
      input: { channels: SPEECH_CHANNELS },
      classes: 20,
      steps: spec.steps,
      encoding: 'events',
      // How many samples are by which speaker stands in the files.
      sizes:
        spec.validationSpeakers.length > 0 ? { test: test! } : { train: train!, validation: validation!, test: test! },
    };
  },
  problems: ({ dt }) => tooLong(dt, LONGEST_MS),
  atResolution: (spec, dt, steps) => ({ ...spec, dt, steps: steps ?? sameTime(spec, dt) }),
  reader: async () => (await import('../speech/read.ts')).reader,
});
