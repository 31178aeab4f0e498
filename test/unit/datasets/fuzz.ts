/** Mutated files for every reader: each must load, or fail with one sentence, in bounded time and memory. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../../engine/base/errors.ts';
import { parseAedat } from '../../../engine/datasets/formats/cameras/aedat31.ts';
import { cameraOf } from '../../../engine/datasets/formats/cameras/camera.ts';
import { getAgain, gunzip } from '../../../engine/datasets/formats/files.ts';
import { SpikeThread } from '../../../engine/datasets/formats/hdf5/thread.ts';
import { parseIdx } from '../../../engine/datasets/formats/idx.ts';
import { openParquet } from '../../../engine/datasets/formats/parquet.ts';
import { decodePicture } from '../../../engine/datasets/formats/picture.ts';
import { openSpikes, publishedLayout } from '../../../engine/datasets/formats/spike-file.ts';
import { closeZip, openZip, readEntry } from '../../../engine/datasets/formats/zip.ts';
import { unpack } from '../../../engine/datasets/library/unpack.ts';
import { Binner, EventBuffer } from '../../../engine/datasets/recordings/binning.ts';
import { CacheWriter, openCache } from '../../../engine/datasets/recordings/cache.ts';
import { EventReader } from '../../../engine/datasets/recordings/events.ts';
import { parseBatch } from '../../../engine/datasets/sets/cifar10/read.ts';
import { parseLabels } from '../../../engine/datasets/sets/dvs128-gesture/read.ts';
import { findPlace, openOwn } from '../../../engine/datasets/sets/events/open.ts';
import { eventsSchema } from '../../../engine/datasets/sets/events/schema.ts';
import { parseNmnist } from '../../../engine/datasets/sets/nmnist/read.ts';
import { newerSpeechFile, withChecksums } from './formats/hdf5-newer-writer.ts';
import { someRecordings, speechFile } from './formats/hdf5-writer.ts';
import { tarGz } from './library/tar-writer.ts';
import { aedat, type Event, labelsCsv, nmnistBytes, nmnistFiles, someEvents, zipOf } from './writers.ts';

export interface FuzzTarget {
  name: string;
  /** A good file. */
  good: Buffer;
  /** Needs a folder: an empty one, for each file alone. */
  disk?: true;
  /** Loads the file and checks what came out. */
  load(bytes: Buffer, folder: string): void | Promise<void>;
  /** After the last file. */
  end?(): void;
  /** Longest time for one file, in ms, where that is not two seconds. */
  slowMs?: number;
}

const remedy = 'get it again';

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(`loaded, but ${what}`);
}

function checkEvents(events: EventBuffer, inputs: number): void {
  for (let i = 0; i < events.length; i++)
    check(
      events.channels[i]! < inputs && events.times[i]! >= 0 && Number.isFinite(events.times[i]!),
      `event ${i} is at ${events.times[i]} µs on channel ${events.channels[i]}`,
    );
}

const pixels: Event[] = Array.from({ length: 60 }, (_, i) => [i, 127 - i, i % 2, 1000 + i * 10]);

/** Your own data: files of NumPy, tables and pictures. */
function ownTargets(): FuzzTarget[] {
  const fixture = (name: string): Buffer => readFileSync(new URL(`own/fixtures/${name}`, import.meta.url));
  const prepare =
    (name: string, fields: object): FuzzTarget['load'] =>
    async (bytes, folder) => {
      writeFileSync(join(folder, name), bytes);
      const spec = eventsSchema.parse({
        name: 'events',
        path: name,
        classes: 3,
        steps: 10,
        input: { channels: 6 },
        ...fields,
      });
      const own = await openOwn(findPlace(spec, join(folder, 'a.lif.yaml')), spec);
      try {
        for (let i = 0; i < own.count; i++) {
          const events = new EventBuffer();
          await own.read!(i, events);
          for (let k = 0; k < events.length; k++)
            check(
              events.channels[k]! < 6 && Number.isFinite(events.times[k]!),
              `event ${k} is on channel ${events.channels[k]}`,
            );
        }
      } finally {
        own.close();
      }
    };
  const table = `sample,time,channel,label\n${Array.from({ length: 40 }, (_, i) => `${i % 5},${i / 8},${i % 6},${(i % 5) % 3}`).join('\n')}`;
  const picture = (name: string): FuzzTarget => ({
    name,
    good: fixture(`pictures/${name}`),
    async load(bytes) {
      const { width, height, planes, pixels } = await decodePicture('file', bytes);
      check(pixels.length === width * height * planes, `${width}x${height} pixels are ${pixels.length} bytes`);
    },
  });
  const camera = (name: string): FuzzTarget => ({
    name,
    good: fixture(`cameras/${name}`),
    load(bytes) {
      cameraOf('file', bytes, remedy).decode(bytes, (time, x, y, polarity) =>
        check(
          Number.isFinite(time) && x >= 0 && y >= 0 && x < 1 << 15 && y < 1 << 15 && (polarity === 0 || polarity === 1),
          `event at (${x}, ${y}) of polarity ${polarity}`,
        ),
      );
    },
  });
  const parquet = (name: string): FuzzTarget => ({
    name: `${name}.parquet`,
    disk: true,
    good: fixture(`parquet/${name}.parquet`),
    async load(bytes, folder) {
      writeFileSync(join(folder, 'a.parquet'), bytes);
      const table = openParquet(join(folder, 'a.parquet'));
      const columns = await table.read(
        ['trial', 't_ms', 'unit', 'class'].filter((column) => table.columns.includes(column)),
      );
      check(
        columns.every(({ length }) => length === columns[0]!.length),
        'columns differ in length',
      );
    },
  });
  return [
    { name: 'npz', disk: true, good: fixture('dense.npz'), load: prepare('a.npz', {}) },
    { name: 'npz of events', disk: true, good: fixture('events.npz'), load: prepare('a.npz', {}) },
    {
      name: 'h5 of your own',
      disk: true,
      good: fixture('hdf5/older.h5'),
      load: prepare('a.h5', { dt: 2.5 }),
      slowMs: 30_000,
    },
    { name: 'csv', disk: true, good: Buffer.from(table), load: prepare('a.csv', {}) },
    ...['snappy', 'gzip', 'pages', 'encodings'].map(parquet),
    ...['a.dat', 'evt2.raw', 'vectors.raw', 'davis.aedat', 'dv.aedat4'].map(camera),
    picture('rgb.png'),
    picture('palette.png'),
    picture('progressive.jpg'),
    picture('grey.jpg'),
  ];
}

/** A cache file of five recordings of ten steps and twenty inputs. */
function writeCache(file: string): void {
  const writer = new CacheWriter(file);
  const binner = new Binner(
    { kind: 'fixed', steps: 10, dt: 100, values: 'counts', rightClosed: false, fromFirst: false },
    20,
  );
  const events = new EventBuffer();
  for (let r = 0; r < 5; r++) {
    events.length = 0;
    for (let i = 0; i < 30; i++) events.push(i * 40, (i * 7 + r) % 20);
    writer.append(binner, binner.bin(events), r, 0);
  }
  writer.finish({
    fingerprint: 'f',
    inputs: 20,
    steps: 10,
    parts: { train: 5, validation: 0, test: 0 },
    checksums: { a: 'b' },
  });
}

export function fuzzTargets(readFile: (file: string) => Buffer): FuzzTarget[] {
  const scratch = mkdtempSync(join(tmpdir(), 'lif-fuzz-'));
  writeCache(join(scratch, 'good.events'));
  const cache = readFile(join(scratch, 'good.events'));
  rmSync(scratch, { recursive: true });
  const idx = Buffer.concat([Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28]), Buffer.alloc(1568, 7)]);
  const idxFile = (bytes: Buffer) => {
    const { dimensions, data } = parseIdx('file', gunzip('file', bytes, 1 << 24, remedy), 3, remedy);
    check(dimensions.reduce((a, b) => a * b) === data.length, 'the size is wrong');
  };
  return [
    { name: 'idx', good: idx, load: idxFile },
    { name: 'idx.gz', good: gzipSync(idx), load: idxFile },
    {
      name: 'nmnist',
      good: nmnistBytes(someEvents(3, 80)),
      load(bytes) {
        const events = new EventBuffer();
        parseNmnist('file', bytes, true, events);
        checkEvents(events, 2312);
        const binner = new Binner(
          { kind: 'fixed', steps: 105, dt: 3000, values: 'counts', rightClosed: false, fromFirst: false },
          2312,
        );
        check(binner.bin(events) + binner.dropped <= bytes.length / 5, 'there are too many events');
      },
    },
    {
      name: 'zip',
      disk: true,
      good: zipOf(nmnistFiles('Train', 6)),
      load(bytes, folder) {
        writeFileSync(join(folder, 'a.zip'), bytes);
        const zip = openZip(join(folder, 'a.zip'), remedy);
        try {
          for (const entry of zip.entries) readEntry(zip, entry, 1 << 20);
        } finally {
          closeZip(zip);
        }
      },
    },
    ...ownTargets(),
    {
      name: 'unzip',
      disk: true,
      good: zipOf({ 'a/b.txt': Buffer.from('hello'), 'c.bin': Buffer.alloc(3000, 'spikes') }),
      load: (bytes, folder) => unpackInto(bytes, folder, 'a.zip'),
    },
    {
      name: 'tar.gz',
      disk: true,
      good: tarGz([
        { name: 'a/', type: '5' },
        { name: 'a/b.bin', data: Buffer.alloc(1500, 'spikes') },
        { name: 'c', data: Buffer.from('x') },
      ]),
      load: (bytes, folder) => unpackInto(bytes, folder, 'a.tar.gz'),
    },
    {
      name: 'aedat',
      good: aedat([
        { events: pixels.slice(0, 30) },
        { events: pixels.slice(0, 5), type: 2 },
        { events: pixels.slice(30) },
      ]),
      load(bytes) {
        const events = parseAedat('file', bytes, 128, remedy);
        for (let i = 0; i < events.length; i++)
          check(events.x[i]! < 128 && events.y[i]! < 128 && events.times[i]! >= 0, `event ${i} is out of range`);
      },
    },
    {
      name: 'labels csv',
      good: Buffer.from(
        labelsCsv([
          [1, 0, 5],
          [11, 100, 20_000],
          [3, 20_000, 30_000],
        ]),
      ),
      load(bytes) {
        for (const { label, start, end } of parseLabels('csv', bytes.toString('utf8'), 'a.aedat'))
          check(label >= 0 && label < 11 && start < end, 'a label is out of range');
      },
    },
    {
      name: 'cifar10',
      good: Buffer.concat([0, 1, 2].map((i) => Buffer.alloc(3073, i))),
      load(bytes) {
        const { labels, pixels } = parseBatch('file', bytes);
        check(pixels.length === labels.length * 3072, 'the size is wrong');
        for (const label of labels) check(label < 10, 'a label is out of range');
      },
    },
    {
      name: 'hdf5',
      disk: true,
      // Some mutants are of the newer layout, for which a thread starts.
      slowMs: 30_000,
      good: speechFile(someRecordings(6)),
      async load(bytes, folder) {
        writeFileSync(join(folder, 'a.h5'), bytes);
        const spikes = await openSpikes(join(folder, 'a.h5'), getAgain('shd'), publishedLayout(700, 20));
        try {
          const events = new EventBuffer();
          for (let i = 0; i < spikes.count; i++) {
            events.length = 0;
            await spikes.read(i, events);
            checkEvents(events, 700);
          }
        } finally {
          spikes.close();
        }
      },
    },
    newerHdf5(),
    {
      name: 'event cache',
      disk: true,
      good: cache,
      load(bytes, folder) {
        const file = join(folder, 'a.events');
        writeFileSync(file, bytes);
        const found = openCache(file, 'f');
        if (!found) return;
        const { header, starts, labels, digest } = found;
        const reader = new EventReader({
          source: 'events',
          inputs: header.inputs,
          classes: 5,
          steps: header.steps,
          encoding: 'events',
          sizes: { train: 5, validation: 0, test: 0 },
          samples: {
            train: Uint32Array.from([0, 1, 2, 3, 4]),
            validation: new Uint32Array(0),
            test: new Uint32Array(0),
          },
          maxEvents: header.maxEvents,
          checksums: {},
          labels,
          starts,
          body: { kind: 'file', file, digest },
          dropped: 0,
        });
        const offsets = new Uint32Array(header.steps + 1);
        const channels = new Uint16Array(header.maxEvents);
        try {
          for (let i = 0; i < 5; i++) {
            reader.events('train', 0, i, offsets, channels);
            for (const c of channels.subarray(0, offsets.at(-1))) check(c < 20, `channel ${c} is out of range`);
          }
        } finally {
          reader.close();
        }
      },
    },
  ];
}

/** Through the HDF5 library: one thread for all files, and another one after each that it does not survive. */
function newerHdf5(): FuzzTarget {
  const { bytes: good, checksums } = newerSpeechFile(someRecordings(6));
  const thread = new SpikeThread({ patienceMs: 1500 });
  return {
    name: 'hdf5 newer',
    disk: true,
    good,
    async load(bytes, folder) {
      // Checksums are made right where they still are in their place: damage shall reach what they do not guard.
      if (bytes.length === good.length) withChecksums(bytes, checksums);
      writeFileSync(join(folder, 'a.h5'), bytes);
      const spikes = await thread.open(join(folder, 'a.h5'), remedy, publishedLayout(700, 20));
      const events = new EventBuffer();
      for (let i = 0; i < spikes.count; i++) {
        events.length = 0;
        await spikes.read(i, events);
        checkEvents(events, 700);
      }
    },
    end: () => thread.end(),
    // A library that hangs is waited for, and then loaded anew.
    slowMs: 30_000,
  };
}

async function unpackInto(bytes: Buffer, folder: string, name: string): Promise<void> {
  writeFileSync(join(folder, name), bytes);
  mkdirSync(join(folder, 'in', 'side'), { recursive: true });
  try {
    await unpack(join(folder, name), join(folder, 'in', 'side'), { limit: 1 << 20, remedy });
  } finally {
    check(readdirSync(folder).length === 2 && readdirSync(join(folder, 'in')).length === 1, 'something got out');
  }
}

export type FuzzOutcome = 'loaded' | 'refused';

/** Throws when the file neither loads nor is refused with one sentence. */
export async function tryFile(target: FuzzTarget, bytes: Buffer): Promise<FuzzOutcome> {
  const folder = target.disk ? mkdtempSync(join(tmpdir(), 'lif-fuzz-')) : '';
  try {
    await target.load(bytes, folder);
    return 'loaded';
  } catch (error) {
    if (error instanceof UserError && /^[^\n]{10,400}\.$/.test(error.message)) return 'refused';
    throw error;
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true });
  }
}
