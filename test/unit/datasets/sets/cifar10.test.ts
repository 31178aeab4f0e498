import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { atResolution, checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { openReader } from '../../../../engine/datasets/reader.ts';
import { expectUserError, put, readSample, specOf, temporaryFolder } from '../helpers.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const spec = (more: Record<string, unknown> = {}) => specOf({ name: 'cifar10', path: 'data', ...more });
const context = (seed = 1) => ({ file: join(folder, 'study.lif.yaml'), seed });
const prepare = (more: Record<string, unknown> = {}, seed = 1) => prepareDataset(spec(more), context(seed));

/** Byte of plane p, row y, column x of picture i: never 0, so that padding shows. */
const pixel = (i: number, p: number, y: number, x: number): number => 1 + ((i * 31 + p * 71 + y * 7 + x * 3) % 255);

function batch(first: number, count: number): Buffer {
  const bytes = Buffer.alloc(count * 3073);
  for (let i = 0; i < count; i++) {
    bytes[i * 3073] = (first + i) % 10;
    for (let k = 0; k < 3072; k++)
      bytes[i * 3073 + 1 + k] = pixel(first + i, Math.floor(k / 1024), Math.floor((k % 1024) / 32), k % 32);
  }
  return bytes;
}

function write(to = join(folder, 'data')): void {
  for (let b = 0; b < 5; b++) put(to, `data_batch_${b + 1}.bin`, batch(4 * b, 4));
  put(to, 'test_batch.bin', batch(100, 3));
}

const plain = { normalise: false, padding: 0, flip: false };

describe('cifar10', () => {
  test('a stop is heard between the batches', async () => {
    write();
    const stop = new AbortController();
    const preparing = prepareDataset(spec(), { ...context(), signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(preparing).rejects.toThrow(/abort/);
  });

  test('reads the batches in order, plane by plane', async () => {
    write();
    await checkDataset(spec(), context());
    const data = await prepare(plain);
    expect(data).toMatchObject({ inputs: 3072, classes: 10, encoding: 'current', sizes: { train: 20, test: 3 } });
    const values = new Float32Array(3072);
    expect(openReader(data).current('train', 0, 17, values)).toBe(7);
    for (const [p, y, x] of [
      [0, 0, 0],
      [1, 5, 31],
      [2, 31, 2],
    ] as const)
      expect(values[p * 1024 + y * 32 + x]).toBe(Math.fround(pixel(17, p, y, x) / 255));
    expect(openReader(data).current('test', 0, 2, values)).toBe(2);
  });

  test('finds the folder of the published archive', async () => {
    write(join(folder, 'data', 'cifar-10-batches-bin'));
    expect((await prepare()).sizes.train).toBe(20);
  });

  const kinds: [string, Buffer, string][] = [
    ['a web page', Buffer.from('<!DOCTYPE html><title>Sign in</title>'), 'a web page ("Sign in")'],
    ['a gzip file', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'a gzip file'],
    ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'), 'Git LFS'],
    ['a pickle', Buffer.from([0x80, 0x02, 0x7d, 0x71]), 'a Python pickle'],
    ['as long as a batch', Buffer.alloc(3073 * 4, '<html>'), 'a web page'],
  ];
  test.each(kinds)('says what stands in the place of a batch: %s', async (_, bytes, what) => {
    write();
    put(join(folder, 'data'), 'data_batch_2.bin', bytes);
    await expectUserError(() => checkDataset(spec(), context()), 'data_batch_2.bin: this is not a batch', what);
  });

  test.each([
    ['cifar-10-batches-py/data_batch_1', 'Python'],
    ['data_batch_1', 'Python'],
    ['cifar-10-batches-mat/data_batch_1.mat', 'MATLAB'],
  ])('says that these are the pictures for another program: %s', async (name, version) => {
    put(join(folder, 'data'), name, Buffer.from([0x80, 2]));
    await expectUserError(() => checkDataset(spec(), context()), `the ${version} version`, 'lif data get cifar10');
  });

  test('normalises each colour over the training pictures, held-out pictures not among them', async () => {
    write();
    const data = await prepare({ padding: 0, flip: false, validationSamples: 4 });
    const values = new Float32Array(3072);
    for (let p = 0; p < 3; p++) {
      let [sum, squares] = [0, 0];
      for (let i = 0; i < 16; i++) {
        openReader(data).current('train', 0, i, values);
        for (const v of values.subarray(p * 1024, (p + 1) * 1024)) [sum, squares] = [sum + v, squares + v * v];
      }
      expect(sum / 16384, `mean of colour ${p}`).toBeCloseTo(0, 5);
      expect(squares / 16384, `mean square of colour ${p}`).toBeCloseTo(1, 5);
    }
  });

  test('padding and flip: every training picture is a shifted, perhaps mirrored one; held-out pictures are not', async () => {
    write();
    const data = await prepare({ normalise: false, padding: 4, flip: true, validationSamples: 4 });
    const reader = openReader(data);
    const values = new Float32Array(3072);
    const seen = { shifts: new Set<string>(), mirrored: 0 };
    for (let epoch = 0; epoch < 60; epoch++) {
      reader.current('train', epoch, 3, values);
      let found = '';
      for (let dy = -4; dy <= 4 && !found; dy++)
        for (let dx = -4; dx <= 4 && !found; dx++)
          for (const mirror of [0, 1]) {
            const matches = (p: number, y: number, x: number): boolean => {
              const [sy, sx] = [y + dy, (mirror ? 31 - x : x) + dx];
              const inside = sy >= 0 && sy < 32 && sx >= 0 && sx < 32;
              return values[p * 1024 + y * 32 + x] === (inside ? Math.fround(pixel(3, p, sy, sx) / 255) : 0);
            };
            let all = true;
            for (let k = 0; k < 3072 && all; k++)
              all = matches(Math.floor(k / 1024), Math.floor((k % 1024) / 32), k % 32);
            if (all) {
              found = `${dx},${dy}`;
              seen.mirrored += mirror;
            }
          }
      expect(found, `epoch ${epoch} is no shift of the picture`).not.toBe('');
      seen.shifts.add(found);
    }
    expect(seen.shifts.size).toBeGreaterThan(30);
    expect(seen.mirrored).toBeGreaterThan(15);
    expect(seen.mirrored).toBeLessThan(45);
    for (const [split, picture] of [
      ['validation', 16],
      ['test', 100],
    ] as const) {
      reader.current(split, 9, 0, values);
      expect(values[33]).toBe(Math.fround(pixel(picture, 0, 1, 1) / 255));
    }
  });

  test('Bernoulli coding sees the same shifted picture', async () => {
    write();
    const data = await prepare({ steps: 300, coding: { kind: 'bernoulli' }, padding: 4, flip: true });
    const still = await prepare({ padding: 4, flip: true, normalise: false });
    const values = new Float32Array(3072);
    openReader(still).current('train', 2, 5, values);
    const counts = new Float64Array(3072);
    for (const c of readSample(data, 'train', 2, 5).steps.flat()) counts[c]!++;
    for (let c = 0; c < 3072; c++) {
      const tolerance = 5.5 * Math.sqrt(300 * values[c]! * (1 - values[c]!)) + 1e-3;
      expect(Math.abs(counts[c]! - 300 * values[c]!), `channel ${c} of value ${values[c]}`).toBeLessThan(tolerance);
    }
  });
});

describe('damaged cifar10 files', () => {
  const cases: [string, string, () => Buffer, RegExp][] = [
    ['an empty batch', 'data_batch_2.bin', () => Buffer.alloc(0), /is empty at byte 0/],
    ['a row that breaks off', 'test_batch.bin', () => batch(0, 3).subarray(0, 7000), /breaks off at byte 6146/],
    ['a batch that ends after a row', 'data_batch_3.bin', () => batch(0, 3), /fewer than the other batches/],
    [
      'a label out of range',
      'data_batch_1.bin',
      () => Buffer.from(batch(0, 4).fill(10, 3073, 3074)),
      /label 10 .*byte 3073/,
    ],
  ];
  for (const [title, name, bytes, message] of cases)
    test(title, async () => {
      write();
      put(join(folder, 'data'), name, bytes());
      await expectUserError(() => prepare(), name, message, 'lif data get cifar10');
    });

  test('a missing batch', async () => {
    write();
    rmSync(join(folder, 'data', 'test_batch.bin'));
    await expectUserError(() => checkDataset(spec(), context()), 'test_batch.bin', 'lif data get cifar10');
  });
});

describe('atResolution', () => {
  test('keeps the time covered, or takes the steps given', () => {
    const resolutionOf = (fields: Record<string, unknown>, dt: number, steps?: number) => {
      const changed = atResolution(specOf(fields), dt, steps);
      return 'dt' in changed ? [changed.dt, changed.steps] : undefined;
    };
    expect(resolutionOf({ name: 'nmnist', dt: 3 }, 5)).toEqual([5, 'full']);
    expect(resolutionOf({ name: 'nmnist', dt: 3, steps: 15 }, 1)).toEqual([1, 45]);
    expect(resolutionOf({ name: 'nmnist', dt: 3, steps: 15 }, 1, 15)).toEqual([1, 15]);
    expect(resolutionOf({ name: 'shd', dt: 1, steps: 1000 }, 10)).toEqual([10, 100]);
    expect(resolutionOf({ name: 'dvs128-gesture', frames: 'fixed', dt: 50, steps: 60 }, 25)).toEqual([25, 120]);
  });

  test('says which data sets have none', async () => {
    await expectUserError(() => atResolution(specOf({ name: 'mnist' }), 2), 'mnist', 'frames: fixed');
    await expectUserError(() => atResolution(specOf({ name: 'dvs128-gesture' }), 2), 'frames: fixed');
  });
});
