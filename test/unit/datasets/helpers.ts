/** Small data sets written in the true formats, and readers that collect whole samples. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { UserError } from '../../../engine/base/errors.ts';
import type { PreparedDataset, Split } from '../../../engine/datasets/dataset.ts';
import { openReader } from '../../../engine/datasets/reader.ts';
import { type DatasetSpec, datasetSchema } from '../../../engine/datasets/sets/registry.ts';

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'lif-data-'));

export function put(folder: string, name: string, bytes: Uint8Array | string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

export const specOf = (value: Record<string, unknown>): DatasetSpec => datasetSchema.parse(value);

export interface Sample {
  label: number;
  /** Channels of each step. */
  steps: number[][];
}

export function readSample(data: PreparedDataset, split: Split, epoch: number, index: number): Sample {
  const offsets = new Uint32Array(data.steps + 1);
  const channels = new Uint16Array(data.maxEvents);
  const label = openReader(data).events(split, epoch, index, offsets, channels);
  return {
    label,
    steps: Array.from({ length: data.steps }, (_, t) => Array.from(channels.subarray(offsets[t], offsets[t + 1]))),
  };
}

/** IDX with unsigned bytes. */
export function idx(dimensions: number[], data: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt32BE(0x0800 + dimensions.length, 0);
  dimensions.forEach((n, i) => {
    header.writeUInt32BE(n, 4 + 4 * i);
  });
  return Buffer.concat([header, Uint8Array.from(data)]);
}

/** A picture whose pixel i is (seed·7 + i) mod 256 in the middle rows and 0 elsewhere. */
export const picture = (seed: number): number[] =>
  Array.from({ length: 784 }, (_, i) => (i >= 280 && i < 504 ? (seed * 7 + i) % 256 : 0));

/** Four MNIST files with `train` and `test` pictures; labels count up modulo 10. */
export function writeMnist(
  folder: string,
  train: number,
  test: number,
  style: 'plain' | 'dotted' | 'gzip' = 'plain',
): void {
  for (const [part, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const pixels = Array.from({ length: count }, (_, i) => picture(i)).flat();
    const labels = Array.from({ length: count }, (_, i) => i % 10);
    for (const [kind, rank, bytes] of [
      ['images', 3, idx([count, 28, 28], pixels)],
      ['labels', 1, idx([count], labels)],
    ] as const) {
      const name = `${part}-${kind}${style === 'dotted' ? '.' : '-'}idx${rank}-ubyte`;
      if (style === 'gzip') put(folder, `${name}.gz`, gzipSync(bytes));
      else put(folder, name, bytes);
    }
  }
}

/** Expects `action` to fail with a UserError of one sentence that matches all of `parts`. */
export async function expectUserError(action: () => unknown, ...parts: (string | RegExp)[]): Promise<void> {
  let seen: unknown;
  try {
    await action();
  } catch (error) {
    seen = error;
  }
  expect(seen, 'expected an error, but the action succeeded').toBeInstanceOf(UserError);
  const { message } = seen as UserError;
  expect(message).toMatch(/^[^\n]+\.$/);
  for (const part of parts) expect(message).toMatch(part);
}
