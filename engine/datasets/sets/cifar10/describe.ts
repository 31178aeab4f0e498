/** CIFAR-10, without its files. */
import { defineSet, splitSizes } from '../definition.ts';
import { cifar10Schema } from './schema.ts';

export const SIDE = 32;
export const PLANES = 3;
export const CLASSES = 10;
/** Below the folder of the data set, as the published archive has it. */
export const ARCHIVE_FOLDER = 'cifar-10-batches-bin';
export const TRAIN_BATCHES = [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`);
export const TEST_BATCH = 'test_batch.bin';

const published = { train: 50_000, test: 10_000 };

export const cifar10 = defineSet(cifar10Schema, {
  domain: 'spatial',
  guessing: { updates: 100, moved: 20 },
  source: {
    title: 'CIFAR-10',
    licence: 'not stated; cite the report',
    citation: 'Krizhevsky: Learning Multiple Layers of Features from Tiny Images. Technical report, 2009.',
    files: [
      {
        file: 'cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
        unpacksTo: [...TRAIN_BATCHES, TEST_BATCH].map((name) => `${ARCHIVE_FOLDER}/${name}`),
      },
    ],
    imports: /^(cifar-10-batches-bin|data_batch_[1-5]\.bin|test_batch\.bin|batches\.meta\.txt)$/,
    archiveFolder: ARCHIVE_FOLDER,
    contents: {
      'data_batch_1.bin': '5dd7e06a14cb22eb9f671a540d1b7c25',
      'data_batch_2.bin': '5ea93a67294ea407fff1d09f752e9692',
      'data_batch_3.bin': '942cd6a4bcdd0dd3c604fbe906cb4421',
      'data_batch_4.bin': 'ae636b3ba5c66a11e91e8cb52e771fcb',
      'data_batch_5.bin': '53f37980c15c3d472c316c40844f3f0d',
    },
    unpackLimit: 2 ** 30,
  },
  published,
  shape: (spec) => ({
    input: { planes: PLANES, height: SIDE, width: SIDE },
    classes: CLASSES,
    steps: spec.steps,
    encoding: spec.coding.kind === 'direct' ? 'current' : 'events',
    sizes: splitSizes(published, spec),
  }),
  idle: [{ field: 'normalise', by: 'coding.kind', off: ({ coding }) => coding.kind !== 'direct' }],
  reader: async () => (await import('./read.ts')).reader,
});
