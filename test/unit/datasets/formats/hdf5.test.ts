/** The reader of classic HDF5 layouts against the HDF5 library, which writes and reads the same files. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getAgain } from '../../../../engine/datasets/formats/files.ts';
import { Hdf5File } from '../../../../engine/datasets/formats/hdf5/classic.ts';
import { openWithLibrary } from '../../../../engine/datasets/formats/hdf5/library.ts';
import { decode } from '../../../../engine/datasets/formats/hdf5/numbers.ts';
import { type Hdf5Reader, NewerLayout } from '../../../../engine/datasets/formats/hdf5/reader.ts';
import { openSpikes, publishedLayout } from '../../../../engine/datasets/formats/spike-file.ts';
import { EventBuffer } from '../../../../engine/datasets/recordings/binning.ts';
import { put, temporaryFolder } from '../helpers.ts';
import { someRecordings, speechFile } from './hdf5-writer.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

const numbers = (reader: Hdf5Reader, path: string): number[] | undefined => {
  const dataset = reader.dataset(path);
  return dataset && decode(dataset.type, reader.bytes(dataset));
};

describe('HDF5', () => {
  test('reads what the library writes: types, chunks, filters, groups with many members', async () => {
    await h5wasm.ready;
    const path = join(folder, 'a.h5');
    const file = new h5wasm.File(path, 'w', { libver: ['earliest', 'v108'] });
    const values = Array.from({ length: 2500 }, (_, i) => (i * 37) % 101);
    const group = file.create_group('deep');
    const data = { plain: Int32Array, bytes: Uint8Array, wide: Float64Array, single: Float32Array } as const;
    for (const [name, Kind] of Object.entries(data)) group.create_dataset({ name, data: Kind.from(values) });
    group.create_dataset({ name: 'long', data: BigInt64Array.from(values, (v) => -BigInt(v)) });
    group.create_dataset({ name: 'chunked', data: Uint16Array.from(values), chunks: [64] });
    group.create_dataset({
      name: 'packed',
      data: Int32Array.from(values),
      chunks: [300],
      compression: 'gzip',
      compression_opts: 4,
    });
    // More members than one node of a symbol table holds.
    for (let i = 0; i < 100; i++) file.create_dataset({ name: `member-${i}`, data: Uint8Array.of(i) });
    file.close();

    const reader = new Hdf5File(path, 'try again');
    for (const name of ['plain', 'bytes', 'wide', 'single', 'chunked', 'packed'])
      expect(numbers(reader, `deep/${name}`), name).toEqual(values);
    expect(numbers(reader, 'deep/long')).toEqual(values.map((v) => (v === 0 ? 0 : -v)));
    for (let i = 0; i < 100; i++) expect(numbers(reader, `member-${i}`)).toEqual([i]);
    expect(reader.dataset('member-100')).toBeUndefined();
    reader.close();
  });

  test('leaves newer layouts to the library', async () => {
    await h5wasm.ready;
    const path = join(folder, 'a.h5');
    const file = new h5wasm.File(path, 'w', { libver: 'latest' });
    file.create_dataset({ name: 'labels', data: Uint16Array.of(3, 1, 2) });
    file.close();
    expect(() => new Hdf5File(path, 'try again')).toThrow(NewerLayout);
    const library = await openWithLibrary(path, 'try again');
    expect(numbers(library, 'labels')).toEqual([3, 1, 2]);
    library.close();
  });

  test('gives the variable-length arrays that the library gives', async () => {
    const path = put(folder, 'a.h5', speechFile(someRecordings(150)));
    const own = new Hdf5File(path, 'try again');
    const library = await openWithLibrary(path, 'try again');
    for (const name of ['spikes/times', 'spikes/units']) {
      const [a, b] = [own.dataset(name)!, library.dataset(name)!];
      expect([a.length, a.type.kind, a.type.size, a.variable]).toEqual([150, b.type.kind, b.type.size, b.variable]);
      for (let i = 0; i < 150; i++)
        expect(own.variable(a, i).equals(library.variable(b, i)), `${name}, recording ${i}`).toBe(true);
    }
    expect(numbers(own, 'extra/speaker')).toEqual(numbers(library, 'extra/speaker'));
    expect(library.dataset('nothing')).toBeUndefined();
    own.close();
    library.close();
  });

  test('reads recordings in any order', async () => {
    const all = someRecordings(200);
    const spikes = await openSpikes(put(folder, 'a.h5', speechFile(all)), getAgain('shd'), publishedLayout(700, 20));
    const events = new EventBuffer();
    for (const i of [199, 0, 64, 63, 150]) {
      events.length = 0;
      spikes.read(i, events);
      expect(Array.from(events.times.subarray(0, events.length))).toEqual(all[i]!.times.map((t) => t * 1e6));
      expect(Array.from(events.channels.subarray(0, events.length))).toEqual(all[i]!.units);
    }
    spikes.close();
  });
});
