/** An import never leaves a data set worse than it was. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../../engine/datasets/library/catalogue.ts';
import { importDataset } from '../../../../engine/datasets/library/import.ts';
import { someRecordings, speechFile } from '../formats/hdf5-writer.ts';
import { expectUserError, put, temporaryFolder, writeMnist } from '../helpers.ts';
import { nmnistFiles } from '../writers.ts';

let folder: string;
const before = process.env.LIF_DATA;
beforeEach(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'data');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

const entry = (name: string) => CATALOGUE.find((e) => e.name === name)!;
const speech = speechFile(someRecordings(6));

describe('an import', () => {
  test('of a damaged file leaves the good one where it is, and nothing else', async () => {
    const here = join(folder, 'data', 'shd');
    for (const name of ['shd_train.h5', 'shd_test.h5']) put(here, name, speech);
    for (const bad of [Buffer.from('<html>'), speech.subarray(0, speech.length >> 1)]) {
      const file = put(folder, 'shd_train.h5', bad);
      await expectUserError(() => importDataset(entry('shd'), file), /shd_train\.h5: .*nothing was imported/);
      expect(readFileSync(join(here, 'shd_train.h5')).equals(speech), 'the old file is there').toBe(true);
      expect(readdirSync(here).sort()).toEqual(['shd_test.h5', 'shd_train.h5']);
    }
  });

  test('of a damaged file is refused where there is none yet', async () => {
    const file = put(folder, 'shd_train.h5', 'not HDF5');
    await expectUserError(() => importDataset(entry('shd'), file), 'this is not an HDF5 file but a text file');
    expect(readdirSync(join(folder, 'data', 'shd'))).toEqual([]);
  });

  test('of a folder that does not fit together leaves the good one', async () => {
    const here = join(folder, 'data', 'mnist');
    writeMnist(here, 5, 4);
    writeMnist(join(folder, 'mine'), 3, 2);
    rmSync(join(folder, 'mine', 'train-labels-idx1-ubyte'));
    await expectUserError(
      () => importDataset(entry('mnist'), join(folder, 'mine')),
      '3 train pictures but 5 train labels',
    );
    expect(readdirSync(here)).toHaveLength(4);
    writeMnist(join(folder, 'mine'), 3, 2);
    expect(await importDataset(entry('mnist'), join(folder, 'mine'))).toBeUndefined();
  });

  test('takes one file after the other, and says what is missing', async () => {
    const first = put(folder, 'shd_train.h5', speech);
    expect(await importDataset(entry('shd'), first)).toContain('shd_test.h5');
    expect(await importDataset(entry('shd'), put(folder, 'shd_test.h5', speech))).toBeUndefined();
  });

  test('of a gzip file is bounded by the room there is', async () => {
    const small = { ...entry('shd'), unpackLimit: 1000 };
    const file = put(folder, 'shd_train.h5.gz', gzipSync(Buffer.alloc(5_000_000)));
    await expectUserError(() => importDataset(small, file), 'it unpacks to more than the 1000 that it may');
    expect(readdirSync(join(folder, 'data', 'shd'))).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('takes regular files only, and none of the litter of systems', async () => {
    for (const part of ['Train', 'Test'] as const)
      for (const [name, bytes] of Object.entries(nmnistFiles(part, 10))) put(join(folder, 'mine'), name, bytes);
    put(join(folder, 'mine'), 'Train/3/._00004.bin', 'x');
    put(join(folder, 'mine'), 'Train/3/00004 (1).bin', 'x');
    await importDataset(entry('nmnist'), join(folder, 'mine'));
    expect(readdirSync(join(folder, 'data/nmnist/Train/3'))).toEqual(['00004.bin']);

    symlinkSync('/dev/zero', join(folder, 'mine/Train/3/00099.bin'));
    await expectUserError(() => importDataset(entry('nmnist'), join(folder, 'mine')), 'it is a device, not a file');
    rmSync(join(folder, 'mine/Train/3/00099.bin'));
    execFileSync('mkfifo', [join(folder, 'mine/Train/3/00099.bin')]);
    await expectUserError(() => importDataset(entry('nmnist'), join(folder, 'mine')), 'it is a pipe, not a file');
    rmSync(join(folder, 'mine/Train/3/00099.bin'));
    mkdirSync(join(folder, 'mine/Train/4'), { recursive: true });
    symlinkSync('.', join(folder, 'mine/Train/4/loop'));
    await expectUserError(() => importDataset(entry('nmnist'), join(folder, 'mine')), 'too many folders deep');
    expect(readdirSync(join(folder, 'data/nmnist')).sort()).toEqual(['Test', 'Train']);
  });
});
