/** DVS128 Gesture, without its files. */
import { defineSet, sameTime, splitSizes, tooLong } from '../definition.ts';
import { dvsGestureSchema } from './schema.ts';

export const CLASSES = 11;
/** Below the folder that is imported, as the published archive has it. */
export const ARCHIVE_FOLDER = 'DvsGesture';

/** A gesture takes about six seconds. */
const LONGEST_MS = 20_000;

const published = { train: 1_176, test: 288 };

export const dvsGesture = defineSet(dvsGestureSchema, {
  domain: 'spatio-temporal',
  guessing: { updates: 500, moved: 50 },
  source: {
    title: 'DVS128 Gesture',
    licence: 'CC BY 4.0',
    citation: 'Amir et al.: A Low Power, Fully Event-Based Gesture Recognition System. CVPR 2017.',
    files: [],
    manual:
      'IBM hands it out by a click: download DvsGesture.tar.gz (3 GB) from https://ibm.ent.box.com/s/3hiq58ww1pbbjrinh367ykfdf60xsfm8/folder/50167556794, then "lif data import dvs128-gesture DvsGesture.tar.gz"',
    imports: /^(DvsGesture|.*\.aedat|.*_labels\.csv|trials_to_(train|test)\.txt|gesture_mapping\.csv)$/,
    contents: { 'DvsGesture.tar.gz': '8a5c71fb11e24e5ca5b11866ca6c00a1' },
    unpackLimit: 16 * 2 ** 30,
  },
  published,
  shape: (spec) => ({
    input: { planes: 2, height: spec.side, width: spec.side },
    classes: CLASSES,
    steps: spec.steps,
    encoding: 'events',
    sizes: splitSizes(published, spec),
  }),
  idle: [{ field: 'dt', by: 'frames', off: ({ frames }) => frames !== 'fixed' }],
  problems: ({ dt, frames }) => (frames === 'fixed' ? tooLong(dt, LONGEST_MS) : []),
  atResolution: (spec, dt, steps) =>
    spec.frames === 'fixed' ? { ...spec, dt, steps: steps ?? sameTime(spec, dt) } : undefined,
  reader: async () => (await import('./read.ts')).reader,
});
