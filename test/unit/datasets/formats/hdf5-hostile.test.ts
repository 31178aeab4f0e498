/** The own reader applies what it knows, refuses the rest, and comes to an end. */
import { rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getAgain } from '../../../../engine/datasets/formats/files.ts';
import { Hdf5File } from '../../../../engine/datasets/formats/hdf5/classic.ts';
import { fletcher32 } from '../../../../engine/datasets/formats/hdf5/filters.ts';
import { decode } from '../../../../engine/datasets/formats/hdf5/numbers.ts';
import { openSpikes, publishedLayout } from '../../../../engine/datasets/formats/spike-file.ts';
import { expectUserError, put, temporaryFolder } from '../helpers.ts';
import { someRecordings, speechFile } from './hdf5-writer.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A chunked list of 100 numbers, packed, written by the library in the older layout. */
async function packed(): Promise<Buffer> {
  await h5wasm.ready;
  const path = join(folder, 'a.h5');
  const file = new h5wasm.File(path, 'w', { libver: ['earliest', 'v108'] });
  const data = Uint16Array.from({ length: 100 }, (_, i) => i);
  file.create_dataset({ name: 'labels', data, chunks: [40], compression: 'gzip', compression_opts: 4 });
  file.close();
  const { readFileSync } = await import('node:fs');
  return readFileSync(path);
}

function labels(bytes: Buffer): number[] {
  const reader = new Hdf5File(put(folder, 'b.h5', bytes), 'get it again');
  try {
    const dataset = reader.dataset('labels')!;
    return decode(dataset.type, reader.bytes(dataset));
  } finally {
    reader.close();
  }
}

/** Where the nodes of chunk trees start. */
const chunkTree = (bytes: Buffer): number => bytes.indexOf(Buffer.from([0x54, 0x52, 0x45, 0x45, 1]));

describe('the reader of the older layout', () => {
  test('refuses elements that were never written instead of taking them for zeros', async () => {
    const bytes = await packed();
    expect(labels(bytes)).toHaveLength(100);
    const tree = chunkTree(bytes);
    bytes.writeUInt16LE(2, tree + 6);
    await expectUserError(() => labels(bytes), 'elements 80 to 99 of labels were never written');
  });

  test('refuses a dataset without any storage', async () => {
    const bytes = speechFile(someRecordings(6));
    const layout = bytes.lastIndexOf(Buffer.from([8, 0, 24, 0, 0, 0, 0, 0, 3, 1]));
    bytes.writeBigUInt64LE(0xffffffffffffffffn, layout + 10);
    await expectUserError(
      () => openSpikes(put(folder, 'c.h5', bytes), getAgain('shd'), publishedLayout(700, 20)),
      'was never written',
    );
  });

  test('refuses a chunk where none can start, and one that is there twice', async () => {
    for (const first of [3n, 0n]) {
      const bytes = await packed();
      // The second key of the tree: bytes and filter mask, then the element.
      bytes.writeBigUInt64LE(first, chunkTree(bytes) + 24 + 32 + 8);
      await expectUserError(() => labels(bytes), `starts at element ${first}`);
    }
  });

  test('computes the checksum of Fletcher as the library does', () => {
    // Values of H5_checksum_fletcher32.
    expect(fletcher32(Buffer.from([]))).toBe(0);
    expect(fletcher32(Buffer.from([1, 2]))).toBe(0x01020102);
    expect(fletcher32(Buffer.from([1, 2, 3]))).toBe(0x05040402);
    expect(fletcher32(Buffer.alloc(2000, 0xff))).toBe(0xffffffff);
  });

  test('comes to an end in a tree that leads to itself', async () => {
    const bytes = await packed();
    const tree = chunkTree(bytes);
    // 65,535 children, all of them this node, over many levels.
    bytes[tree + 5] = 20;
    bytes.writeUInt16LE(0xffff, tree + 6);
    await expectUserError(() => labels(bytes), /ends within|has no end|wrong level/);
  });

  test('refuses a number of recordings that no data set has', async () => {
    const bytes = speechFile(someRecordings(6));
    for (let offset = 0; (offset = bytes.indexOf(Buffer.from([1, 1, 0, 0, 0, 0, 0, 0, 6]), offset + 1)) >= 0; )
      bytes.writeUInt32LE(10_000_000, offset + 8);
    const file = put(folder, 'd.h5', bytes);
    // Sparse: it costs nobody anything.
    truncateSync(file, 2 ** 30);
    await expectUserError(
      () => openSpikes(file, getAgain('shd'), publishedLayout(700, 20)),
      '10000000 recordings are too many',
    );
  });

  test('does not read out names of any length', async () => {
    const bytes = speechFile(someRecordings(6));
    const heap = bytes.lastIndexOf('HEAP');
    bytes.writeBigUInt64LE(17_000_000n, heap + 8);
    const file = put(folder, 'e.h5', bytes);
    truncateSync(file, 2 ** 26);
    await expectUserError(
      () => openSpikes(file, getAgain('shd'), publishedLayout(700, 20)),
      '17000000 bytes of names in one group are too many',
    );
  });
});
