/** A data file that is a pipe, a device, a socket or a folder is refused in a sentence, at once. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { checkDataset, prepareDataset } from '../../../engine/datasets/prepare.ts';
import { someRecordings, speechFile } from './formats/hdf5-writer.ts';
import { expectUserError, put, specOf, temporaryFolder, writeMnist } from './helpers.ts';
import { aedat, labelsCsv, nmnistFiles, zipOf } from './writers.ts';

let folder: string;
const before = process.env.LIF_DATA;
beforeEach(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'cache');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

/** Sets with good files, and one file of each that is replaced. */
const SETS: { name: string; fields?: object; write(data: string): void; replaced: string }[] = [
  { name: 'mnist', write: (data) => writeMnist(data, 3, 2), replaced: 'train-images-idx3-ubyte' },
  { name: 'nmnist-simulated', write: (data) => writeMnist(data, 3, 2), replaced: 't10k-labels-idx1-ubyte' },
  { name: 'nmnist', write: (data) => putAll(data, nmnist), replaced: 'Train/0/00001.bin' },
  {
    name: 'nmnist',
    write: (data) => putAll(data, { 'Train.zip': zipOf(nmnist), 'Test.zip': zipOf(nmnist) }),
    replaced: 'Test.zip',
  },
  {
    name: 'shd',
    fields: { validationSpeakers: [] },
    write: (data) => putAll(data, { 'shd_train.h5': speech, 'shd_test.h5': speech }),
    replaced: 'shd_test.h5',
  },
  {
    name: 'cifar10',
    write: (data) =>
      putAll(data, {
        ...Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`data_batch_${i}.bin`, Buffer.alloc(3073)])),
        'test_batch.bin': Buffer.alloc(3073),
      }),
    replaced: 'data_batch_3.bin',
  },
  ...['user01_led.aedat', 'user01_led_labels.csv', 'trials_to_test.txt'].map((replaced) => ({
    name: 'dvs128-gesture',
    write: (data: string) => putAll(data, gesture),
    replaced,
  })),
];

const nmnist = { ...nmnistFiles('Train', 10), ...nmnistFiles('Test', 10) };
const speech = speechFile(someRecordings(6));
const gesture = {
  'trials_to_train.txt': 'user01_led.aedat\n',
  'trials_to_test.txt': 'user24_led.aedat\n',
  'user01_led.aedat': aedat([{ events: [[1, 2, 1, 10]] }]),
  'user01_led_labels.csv': labelsCsv([[1, 0, 20]]),
  'user24_led.aedat': aedat([{ events: [[1, 2, 1, 10]] }]),
  'user24_led_labels.csv': labelsCsv([[1, 0, 20]]),
};

function putAll(data: string, files: Record<string, Uint8Array | string>): void {
  for (const [name, bytes] of Object.entries(files)) put(data, name, bytes);
}

const SPECIAL = {
  pipe: (file: string) => execFileSync('mkfifo', [file]),
  'link to /dev/zero': (file: string) => symlinkSync('/dev/zero', file),
  'link to itself': (file: string) => symlinkSync(file, file),
  folder: (file: string) => mkdirSync(file),
};

describe.skipIf(process.platform === 'win32')('instead of a data file', () => {
  for (const { name, fields, write, replaced } of SETS)
    for (const [what, make] of Object.entries(SPECIAL))
      test(`a ${what} as ${replaced} of ${name} is refused in a sentence`, async () => {
        const data = join(folder, 'data');
        write(data);
        const context = { file: join(folder, 'study.lif.yaml'), seed: 1 };
        await prepareDataset(specOf({ name, path: 'data', ...fields }), context);
        rmSync(join(data, replaced));
        mkdirSync(dirname(join(data, replaced)), { recursive: true });
        make(join(data, replaced));
        const spec = specOf({ name, path: 'data', ...fields });
        await expectUserError(async () => {
          await checkDataset(spec, context);
          await prepareDataset(spec, context);
        }, /not a file|not a folder|no such|circle|is missing/);
      });
});
