import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../../../engine/base/hash.ts';
import { checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { openReader } from '../../../../engine/datasets/reader.ts';
import { expectUserError, idx, picture, put, readSample, specOf, temporaryFolder, writeMnist } from '../helpers.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const prepare = (fields: Record<string, unknown> = {}) =>
  prepareDataset(specOf({ name: 'mnist', path: 'mnist', ...fields }), { file: join(folder, 'a.lif.yaml'), seed: 3 });
const check = () => checkDataset(specOf({ name: 'mnist', path: 'mnist' }), { file: join(folder, 'a.lif.yaml') });

describe('mnist', () => {
  for (const style of ['plain', 'dotted', 'gzip'] as const)
    test(`reads ${style} files: counts, labels, pixels and the same checksums`, async () => {
      writeMnist(join(folder, 'mnist'), 12, 5, style);
      await check();
      const data = await prepare();
      expect(data).toMatchObject({ inputs: 784, classes: 10, steps: 10, encoding: 'current', maxEvents: 0 });
      expect(data.sizes).toEqual({ train: 12, validation: 0, test: 5 });
      const values = new Float32Array(784);
      expect(openReader(data).current('train', 0, 11, values)).toBe(1);
      expect(Array.from(values)).toEqual(picture(11).map((v) => Math.fround(v / 255)));
      expect(Object.keys(data.checksums)).toContain('train-images-idx3-ubyte');
      expect(data.checksums['t10k-labels-idx1-ubyte']).toBe(sha256(idx([5], [0, 1, 2, 3, 4])));
    });

  test('holds out validation pictures from the end', async () => {
    writeMnist(join(folder, 'mnist'), 12, 5);
    const data = await prepare({ validationSamples: 3, trainSamples: 4, testSamples: 2 });
    expect(data.sizes).toEqual({ train: 4, validation: 3, test: 2 });
    const reader = openReader(data);
    expect([0, 1, 2, 3].map((i) => reader.label('train', 0, i))).toEqual([0, 1, 2, 3]);
    expect([0, 1, 2].map((i) => reader.label('validation', 0, i))).toEqual([9, 0, 1]);
    const values = new Float32Array(784);
    reader.current('validation', 0, 0, values);
    expect(values[300]).toBe(Math.fround(picture(9)[300]! / 255));
  });

  test('Bernoulli coding: rates follow the pixels, black pixels never fire, fresh draws in training only', async () => {
    writeMnist(join(folder, 'mnist'), 2, 2);
    const data = await prepare({ steps: 400, coding: { kind: 'bernoulli', maxRate: 0.5 } });
    const counts = new Float64Array(784);
    for (let epoch = 0; epoch < 20; epoch++)
      for (const c of readSample(data, 'train', epoch, 1).steps.flat()) counts[c]!++;
    for (const [c, v] of picture(1).entries()) {
      const p = (v / 255) * 0.5;
      const tolerance = 5 * Math.sqrt(p * (1 - p) * 8000) + 1e-9;
      expect(Math.abs(counts[c]! - p * 8000), `pixel ${c} of value ${v}`).toBeLessThanOrEqual(tolerance);
    }
    expect(readSample(data, 'train', 0, 1)).not.toEqual(readSample(data, 'train', 1, 1));
    expect(readSample(data, 'test', 0, 1)).toEqual(readSample(data, 'test', 1, 1));
  });

  test('a white pixel at rate 1 fires in every step', async () => {
    put(join(folder, 'mnist'), 'train-images-idx3-ubyte', idx([1, 28, 28], Array(784).fill(255)));
    put(join(folder, 'mnist'), 'train-labels-idx1-ubyte', idx([1], [4]));
    put(join(folder, 'mnist'), 't10k-images-idx3-ubyte', idx([1, 28, 28], Array(784).fill(0)));
    put(join(folder, 'mnist'), 't10k-labels-idx1-ubyte', idx([1], [4]));
    const data = await prepare({ steps: 3, coding: { kind: 'bernoulli' } });
    expect(readSample(data, 'train', 0, 0).steps.map((s) => s.length)).toEqual([784, 784, 784]);
    expect(readSample(data, 'test', 0, 0).steps.flat()).toEqual([]);
    expect(data.maxEvents).toBe(3 * 784);
    const silent = await prepare({ steps: 3, coding: { kind: 'bernoulli', maxRate: 0 } });
    expect(readSample(silent, 'train', 0, 0).steps.flat()).toEqual([]);
  });
});

function put32(bytes: Buffer, offset: number, value: number): Buffer {
  bytes.writeUInt32BE(value, offset);
  return bytes;
}

describe('damaged mnist files', () => {
  const damaged: [string, string, (bytes: Buffer) => Buffer, RegExp][] = [
    ['an empty file', 'train-images-idx3-ubyte', () => Buffer.alloc(0), /train-images.*at byte 0/],
    [
      'a wrong magic number',
      'train-images-idx3-ubyte',
      (b) => put32(b, 0, 7),
      /train-images-idx3-ubyte: this is not an IDX file with 3 dimensions but a file of an unknown kind/,
    ],
    ['a truncated file', 'train-images-idx3-ubyte', (b) => b.subarray(0, 1000), /break off.*at byte 1000/],
    ['a lying count', 't10k-images-idx3-ubyte', (b) => put32(b, 4, 0xffffffff), /break off/],
    ['no pictures', 'train-images-idx3-ubyte', (b) => put32(b, 4, 0).subarray(0, 16), /count is 0/],
    ['wrong dimensions', 't10k-images-idx3-ubyte', () => idx([5, 4, 4], Array(80).fill(0)), /4x4 pixels/],
    ['trailing bytes', 't10k-labels-idx1-ubyte', (b) => Buffer.concat([b, b]), /too many/],
    ['a label out of range', 't10k-labels-idx1-ubyte', (b) => Buffer.from(b.fill(10, 10, 11)), /label 10 .*at byte 10/],
    ['mismatched counts', 't10k-labels-idx1-ubyte', () => idx([4], [0, 1, 2, 3]), /5 t10k pictures but 4/],
  ];
  for (const [title, name, damage, message] of damaged)
    test(title, async () => {
      writeMnist(join(folder, 'mnist'), 12, 5);
      const file = join(folder, 'mnist', name);
      writeFileSync(file, damage(readFileSync(file)));
      await expectUserError(() => prepare(), message, 'lif data get mnist');
    });

  test('a gzip file that breaks off', async () => {
    writeMnist(join(folder, 'mnist'), 12, 5, 'gzip');
    const file = join(folder, 'mnist', 'train-labels-idx1-ubyte.gz');
    writeFileSync(file, readFileSync(file).subarray(0, 25));
    await expectUserError(() => prepare(), /train-labels-idx1-ubyte\.gz.*break off.*at byte 25/);
  });

  test('a gzip bomb', async () => {
    writeMnist(join(folder, 'mnist'), 12, 5, 'gzip');
    writeFileSync(join(folder, 'mnist', 'train-labels-idx1-ubyte.gz'), gzipSync(Buffer.alloc((1 << 28) + 1)));
    await expectUserError(() => prepare(), /unpack to more than/);
  });

  test('no files at all: both the check and the preparation say how to get them', async () => {
    await expectUserError(() => prepare(), 'train-images-idx3-ubyte', 'lif data get mnist');
    await expectUserError(check, 'lif data get mnist');
  });

  test('the check finds truncation and mismatched counts without reading everything', async () => {
    writeMnist(join(folder, 'mnist'), 12, 5);
    put(join(folder, 'mnist'), 't10k-labels-idx1-ubyte', idx([4], [0, 1, 2, 3]));
    await expectUserError(check, /5 t10k pictures but 4/);
    const file = join(folder, 'mnist', 'train-images-idx3-ubyte');
    writeFileSync(file, readFileSync(file).subarray(0, 5000));
    await expectUserError(check, /break off.*at byte 5000/);
  });

  test('the check finds a gzip file that breaks off', async () => {
    writeMnist(join(folder, 'mnist'), 12, 5, 'gzip');
    await check();
    const file = join(folder, 'mnist', 'train-images-idx3-ubyte.gz');
    writeFileSync(file, readFileSync(file).subarray(0, -9));
    await expectUserError(check, /train-images-idx3-ubyte\.gz.*break off/);
  });

  test('more held-out than there are', async () => {
    writeMnist(join(folder, 'mnist'), 12, 5);
    await expectUserError(() => prepare({ validationSamples: 12 }), 'validationSamples');
  });
});
