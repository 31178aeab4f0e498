import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { type Recording, someRecordings, speechFile } from '../formats/hdf5-writer.ts';
import { expectUserError, put, readSample, specOf, temporaryFolder } from '../helpers.ts';

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

const context = () => ({ file: join(folder, 'study.lif.yaml'), seed: 1 });
const prepare = (name: 'shd' | 'ssc', more: Record<string, unknown> = {}) =>
  prepareDataset(specOf({ name, path: 'data', ...more }), context());

function write(train = someRecordings(150), test = someRecordings(40)): void {
  put(join(folder, 'data'), 'shd_train.h5', speechFile(train));
  put(join(folder, 'data'), 'shd_test.h5', speechFile(test));
}

/** Channels of each step of `dt` ms, ascending and once each. */
function expected(r: Recording, dt: number, steps: number): number[][] {
  const result = Array.from({ length: steps }, () => new Set<number>());
  for (const [i, t] of r.times.entries()) result[Math.floor((t * 1000) / dt)]?.add(r.units[i]!);
  return result.map((set) => [...set].sort((a, b) => a - b));
}

describe('shd', () => {
  test('reads every recording: float16 seconds into steps, across blocks', async () => {
    write();
    await checkDataset(specOf({ name: 'shd', path: 'data' }), context());
    const data = await prepare('shd');
    expect(data).toMatchObject({ inputs: 700, classes: 20, steps: 1000, encoding: 'events' });
    expect(data.sizes).toEqual({ train: 150, validation: 0, test: 40 });
    const all = someRecordings(150);
    for (const i of [0, 63, 64, 149])
      expect(readSample(data, 'train', 0, i)).toEqual({ label: i % 20, steps: expected(all[i]!, 1, 1000) });
    expect(readSample(data, 'test', 0, 39).steps).toEqual(expected(all[39]!, 1, 1000));
    expect(Object.keys(data.checksums)).toEqual(['shd_train.h5', 'shd_test.h5']);
  });

  test('a file as it was packed, and one behind a block of its user, are told', async () => {
    write();
    const check = () => checkDataset(specOf({ name: 'shd', path: 'data' }), context());
    const train = join(folder, 'data', 'shd_train.h5');
    for (const bytes of [512, 2048]) {
      put(join(folder, 'data'), 'shd_train.h5', Buffer.concat([Buffer.alloc(bytes), speechFile(someRecordings(2))]));
      await expectUserError(
        check,
        `${train}: is an HDF5 file behind a user block of ${bytes} bytes, which is not read;`,
      );
    }
    put(join(folder, 'data'), 'shd_train.h5.gz', gzipSync('x'));
    rmSync(train);
    for (const action of [check, () => prepare('shd')])
      await expectUserError(
        action,
        `${train}: is not there, but shd_train.h5.gz is, which is read only when it is unpacked; unpack it, for instance with "gunzip -k shd_train.h5.gz".`,
      );
  });

  test('decodes before arithmetic: 1.3671875 s is step 136 of 10 ms, not infinity', async () => {
    write([{ times: [0.0625, 1.3671875], units: [3, 699], label: 0, speaker: 0 }]);
    const { steps } = readSample(await prepare('shd', { dt: 10, steps: 150 }), 'train', 0, 0);
    expect(steps[6]).toEqual([3]);
    expect(steps[136]).toEqual([699]);
  });

  test('drops and counts what lies beyond the last step', async () => {
    write([{ times: [0.5, 1.25, 1.3], units: [1, 2, 3], label: 0, speaker: 0 }], someRecordings(1));
    const data = await prepare('shd');
    expect(readSample(data, 'train', 0, 0).steps.flat()).toEqual([1]);
    expect(data.source === 'events' && data.dropped).toBe(2);
  });

  test('several spikes of a unit in a step: one by default, all with counts', async () => {
    write([{ times: [0.5, 0.5, 0.5009765625], units: [9, 9, 9], label: 0, speaker: 0 }]);
    expect(readSample(await prepare('shd'), 'train', 0, 0).steps[500]).toEqual([9]);
    expect(readSample(await prepare('shd', { values: 'counts' }), 'train', 0, 0).steps[500]).toEqual([9, 9, 9]);
  });

  test('the quirks of the published binning, each on its own', async () => {
    write([{ times: [0, 0.125, 0.25, 0.5], units: [0, 1, 699, 350], label: 0, speaker: 0 }]);
    const plain = readSample(await prepare('shd', { dt: 125, steps: 8 }), 'train', 0, 0);
    expect(plain.steps).toEqual([[0], [1], [699], [], [350], [], [], []]);
    const right = await prepare('shd', { dt: 125, steps: 8, quirks: { rightClosedBins: true } });
    expect(readSample(right, 'train', 0, 0).steps).toEqual([[0], [1], [699], [], [350], [], [], []]);
    const between = await prepare('shd', { dt: 100, steps: 8, quirks: { rightClosedBins: true } });
    expect(readSample(between, 'train', 0, 0).steps).toEqual([[0], [], [1], [699], [], [350], [], []]);
    const flipped = await prepare('shd', { dt: 125, steps: 8, quirks: { flipChannels: true } });
    expect(readSample(flipped, 'train', 0, 0).steps).toEqual([[], [699], [1], [], [350], [], [], []]);
  });

  test('holds out speakers, and says which there are', async () => {
    write();
    const data = await prepare('shd', { validationSpeakers: [1, 3] });
    expect(data.sizes).toEqual({ train: 75, validation: 75, test: 40 });
    expect(readSample(data, 'validation', 0, 1).steps).toEqual(expected(someRecordings(150)[3]!, 1, 1000));
    await expectUserError(() => prepare('shd', { validationSpeakers: [9] }), 'speaker 9', '0, 1, 2, 3');
  });

  test('says when the file does not know the speakers', async () => {
    const anonymous = someRecordings(10).map(({ times, units, label }) => ({ times, units, label }));
    write(anonymous);
    expect((await prepare('shd', { validationSamples: 2 })).sizes).toEqual({ train: 8, validation: 2, test: 40 });
    await expectUserError(() => prepare('shd', { validationSpeakers: [1], dt: 2 }), 'who speaks', 'validationSamples');
  });
});

describe('ssc', () => {
  const files = () => {
    put(join(folder, 'data'), 'ssc_train.h5', speechFile(someRecordings(70, 35)));
    put(join(folder, 'data'), 'ssc_valid.h5', speechFile(someRecordings(30, 35)));
    put(join(folder, 'data'), 'ssc_test.h5', speechFile(someRecordings(50, 35)));
  };

  test('has three files, the second for validation', async () => {
    files();
    const data = await prepare('ssc', { trainSamples: 60 });
    expect(data).toMatchObject({ classes: 35, sizes: { train: 60, validation: 30, test: 50 } });
    expect(readSample(data, 'validation', 0, 29)).toEqual({
      label: 29,
      steps: expected(someRecordings(30, 35)[29]!, 1, 1000),
    });
    expect((await prepare('ssc', { validation: false })).sizes.validation).toBe(0);
  });

  test('never asks for the files of SHD', async () => {
    write();
    await expectUserError(() => prepare('ssc'), 'ssc_train.h5', 'lif data get ssc');
  });
});

describe('damaged HDF5 files', () => {
  const one = (change: Partial<Recording>) => speechFile([{ ...someRecordings(1)[0]!, ...change }]);
  const cases: [string, () => Buffer, RegExp][] = [
    ['an empty file', () => Buffer.alloc(0), /this is not an HDF5 file but an empty file/],
    ['another format', () => Buffer.from('PK\x03\x04 something else'), /this is not an HDF5 file but a zip archive/],
    [
      'a file that breaks off',
      () => speechFile(someRecordings(150)).subarray(0, 3000),
      /(ends within|beyond the end|breaks off).* at byte/,
    ],
    ['no times', () => speechFile(someRecordings(5), { without: 'times' }), /spikes\/times/],
    ['no units', () => speechFile(someRecordings(5), { without: 'units' }), /spikes\/units/],
    ['no labels', () => speechFile(someRecordings(5), { without: 'labels' }), /labels/],
    ['fewer labels than recordings', () => speechFile(someRecordings(5), { labelCount: 4 }), /do not match/],
    ['a label out of range', () => one({ label: 20 }), /label 20 of recording 0/],
    ['a unit out of range', () => one({ units: [700, 0, 0, 0, 0] }), /recording 0 .*unit 700/],
    ['a negative time', () => one({ times: [0, 0, 0, -0.5, 0] }), /recording 0 .*-0\.5 s/],
    ['an infinite time', () => one({ times: [0, 0, 1e9, 0, 0] }), /Infinity s/],
    ['a time that is no number', () => one({ times: [0, Number.NaN, 0, 0, 0] }), /NaN s/],
    ['times and units of different length', () => one({ units: [1] }), /5 times but 1 units/],
  ];
  for (const [title, bytes, message] of cases)
    test(title, async () => {
      write();
      writeFileSync(join(folder, 'data', 'shd_train.h5'), bytes());
      await expectUserError(() => prepare('shd'), /shd_train\.h5/, message, 'lif data get shd');
    });

  test('missing files', async () => {
    await expectUserError(() => prepare('shd'), 'shd_train.h5', 'lif data get shd');
    await expectUserError(() => checkDataset(specOf({ name: 'shd', path: 'data' }), context()), 'lif data get shd');
  });

  test('a good file can be read after a damaged one', async () => {
    write();
    const file = join(folder, 'data', 'shd_train.h5');
    const good = readFileSync(file);
    writeFileSync(file, good.subarray(0, 5000));
    await expectUserError(() => prepare('shd'), / at byte /);
    writeFileSync(file, good);
    expect((await prepare('shd')).sizes.train).toBe(150);
  });
});
