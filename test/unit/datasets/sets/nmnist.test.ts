import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { expectUserError, put, readSample, specOf, temporaryFolder } from '../helpers.ts';
import { type Event, nmnistBytes, nmnistFiles, someEvents, zipOf } from '../writers.ts';

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

const file = () => join(folder, 'study.lif.yaml');
const prepare = (fields: Record<string, unknown> = {}, rest: { signal?: AbortSignal; onProgress?: () => void } = {}) =>
  prepareDataset(specOf({ name: 'nmnist', path: 'data', ...fields }), { file: file(), seed: 1, ...rest });

function write(train = 20, test = 10): void {
  for (const [name, bytes] of Object.entries({ ...nmnistFiles('Train', train), ...nmnistFiles('Test', test) }))
    put(join(folder, 'data'), name, bytes);
}

/** What a recording should look like: channels of each step of `dt` ms, ascending. */
function expected(events: Event[], dt: number, steps: number): number[][] {
  const result: number[][] = Array.from({ length: steps }, () => []);
  for (const [x, y, p, t] of events) result[Math.floor(t / 1000 / dt)]?.push(p * 34 * 34 + y * 34 + x);
  return result.map((step) => step.sort((a, b) => a - b));
}

describe('nmnist', () => {
  for (const source of ['folders', 'zips'] as const)
    test(`reads ${source}: counts, labels by number, every event in its step`, async () => {
      if (source === 'folders') write();
      else {
        put(join(folder, 'data'), 'Train.zip', zipOf({ 'Train/': Buffer.alloc(0), ...nmnistFiles('Train', 20) }));
        put(join(folder, 'data'), 'Test.zip', zipOf(nmnistFiles('Test', 10)));
      }
      await checkDataset(specOf({ name: 'nmnist', path: 'data' }), { file: file() });
      const data = await prepare({ dt: 5 });
      expect(data).toMatchObject({ inputs: 2312, classes: 10, steps: 63, encoding: 'events' });
      expect(data.sizes).toEqual({ train: 20, validation: 0, test: 10 });
      for (const i of [0, 7, 19])
        expect(readSample(data, 'train', 3, i)).toEqual({ label: i % 10, steps: expected(someEvents(i), 5, 63) });
      expect(readSample(data, 'test', 0, 9)).toEqual({ label: 9, steps: expected(someEvents(9), 5, 63) });
    });

  test('what systems leave among the recordings is none, in folders and in zips alike', async () => {
    const litter = {
      'Train/3/._00004.bin': Buffer.alloc(4095),
      'Train/3/00004 (1).bin': Buffer.from('x'),
      'Train/3/00004 - Copy.bin': Buffer.from('x'),
      'Train/3/.DS_Store': Buffer.from('x'),
      'Train/Thumbs.db': Buffer.from('x'),
      '__MACOSX/Train/3/._00004.bin': Buffer.from('x'),
    };
    write();
    for (const [name, bytes] of Object.entries(litter)) put(join(folder, 'data'), name, bytes);
    const fromFolders = await prepare();
    expect(fromFolders.sizes).toMatchObject({ train: 20, test: 10 });
    rmSync(join(folder, 'data'), { recursive: true });
    put(join(folder, 'data'), 'Train.zip', zipOf({ ...nmnistFiles('Train', 20), ...litter }));
    put(join(folder, 'data'), 'Test.zip', zipOf(nmnistFiles('Test', 10)));
    expect((await prepare()).checksums).toEqual(fromFolders.checksums);
  });

  test('what is not called as a recording is passed over, counted and named, in folders and in zips alike', async () => {
    const more = {
      'Train/3/notes.bin': Buffer.from('x'),
      'Train/3/000004.bin': Buffer.from('x'),
      'Train/3/.00044.bin': Buffer.from('x'),
      'Train/10/00044.bin': nmnistBytes(someEvents(4)),
      'Train/10/00045.bin': nmnistBytes(someEvents(5)),
    };
    const check = async () =>
      (await checkDataset(specOf({ name: 'nmnist', path: 'data' }), { file: file() })).filter((one) =>
        /passed over|both the folder/.test(one),
      );
    const sentence = (where: string) =>
      `nmnist: 3 files or folders are passed over in ${join(folder, 'data', where)}, such as 10, since a recording is called <digit>/<five digits>.bin; rename what is one.`;
    write();
    expect(await check()).toEqual([]);
    for (const [name, bytes] of Object.entries(more)) put(join(folder, 'data'), name, bytes);
    put(join(folder, 'data'), 'Test/4/00099.BIN', nmnistBytes(someEvents(99)));
    expect(await check()).toEqual([sentence('Train')]);
    expect((await prepare()).sizes).toMatchObject({ train: 20, test: 11 });
    put(join(folder, 'data'), 'Train.zip', zipOf({ ...nmnistFiles('Train', 20), ...more }));
    expect((await check())[0]).toBe(
      `nmnist: ${join(folder, 'data')} has both the folder Train and Train.zip: the folder is read; move the other away.`,
    );
    rmSync(join(folder, 'data', 'Train'), { recursive: true });
    expect((await check())[0]!.replace('such as 3/notes.bin', 'such as 10')).toBe(sentence('Train.zip'));
    expect((await prepare()).sizes).toMatchObject({ train: 20, test: 11 });
  });

  test('the checksums are those of the recordings, from folders and from zips', async () => {
    write();
    const fromFolders = (await prepare()).checksums;
    rmSync(join(folder, 'data'), { recursive: true });
    put(join(folder, 'data'), 'Train.zip', zipOf(nmnistFiles('Train', 20)));
    put(join(folder, 'data'), 'Test.zip', zipOf(nmnistFiles('Test', 10)));
    expect((await prepare()).checksums).toEqual(fromFolders);
  });

  test('truncates to a number of steps and says how many events that drops', async () => {
    write();
    const data = await prepare({ dt: 1, steps: 15 });
    expect(data.steps).toBe(15);
    expect(readSample(data, 'train', 0, 2).steps).toEqual(expected(someEvents(2), 1, 15));
    // Of 50 events at 1000 + i·6000 µs, those before 15,000 µs are the first three.
    expect(data.source === 'events' && data.dropped).toBe(30 * 47);
  });

  test('the same recording opens at another resolution', async () => {
    write();
    for (const dt of [1, 2, 3, 5, 10]) {
      const data = await prepare({ dt });
      expect(readSample(data, 'train', 0, 4).steps).toEqual(expected(someEvents(4), dt, Math.ceil(315 / dt)));
    }
  });

  test('counts or binary', async () => {
    const events: Event[] = [
      [1, 2, 1, 10],
      [1, 2, 1, 20],
      [0, 0, 0, 30],
    ];
    put(join(folder, 'data'), 'Train/3/00001.bin', nmnistBytes(events));
    put(join(folder, 'data'), 'Test/3/00001.bin', nmnistBytes(events));
    const on = 34 * 34 + 2 * 34 + 1;
    expect(readSample(await prepare(), 'train', 0, 0).steps[0]).toEqual([0, on, on]);
    expect(readSample(await prepare({ values: 'binary' }), 'train', 0, 0).steps[0]).toEqual([0, on]);
  });

  test('the overflow marker adds 8.192 ms; without the marker it is an error', async () => {
    const events: Event[] = [
      [1, 0, 0, 100],
      [0, 240, 0, 0],
      [2, 0, 0, 50],
    ];
    put(join(folder, 'data'), 'Train/3/00001.bin', nmnistBytes(events));
    put(join(folder, 'data'), 'Test/3/00001.bin', nmnistBytes(events));
    const { steps } = readSample(await prepare({ dt: 1 }), 'train', 0, 0);
    expect(steps[0]).toEqual([1]);
    expect(steps[8]).toEqual([2]);
    await expectUserError(() => prepare({ overflowMarker: false }), /pixel \(0, 240\).*byte 5/);
  });

  test('start: first-event shifts the recording', async () => {
    write();
    const shifted = someEvents(1).map(([x, y, p, t]): Event => [x, y, p, t - 1000]);
    const data = await prepare({ dt: 2, start: 'first-event' });
    expect(readSample(data, 'train', 0, 1).steps).toEqual(expected(shifted, 2, 158));
  });

  test('holds out from the end and takes from the start', async () => {
    write();
    const data = await prepare({ trainSamples: 5, validationSamples: 4, testSamples: 2 });
    expect(data.sizes).toEqual({ train: 5, validation: 4, test: 2 });
    expect(readSample(data, 'validation', 0, 0).steps).toEqual(expected(someEvents(16), 3, 105));
    await expectUserError(() => prepare({ validationSamples: 20 }), 'hold out fewer');
  });
});

describe('the event cache', () => {
  const caches = () => readdirSync(join(folder, 'cache', 'cache')).filter((name) => name.endsWith('.events'));

  test('is used again while the recordings stay as they are', async () => {
    write();
    const first = await prepare();
    const cache = join(folder, 'cache', 'cache', caches()[0]!);
    const { ino, mtimeMs } = statSync(cache);
    const second = await prepare();
    expect(second.checksums).toEqual(first.checksums);
    expect(readSample(second, 'train', 0, 0)).toEqual(readSample(first, 'train', 0, 0));
    expect(statSync(cache), 'the cache file was not written again').toMatchObject({ ino, mtimeMs });
  });

  test('is made again when a recording was overwritten in place, even with its size and its time', async () => {
    write();
    await prepare();
    const file = join(folder, 'data/Train/0/00001.bin');
    const { atime, mtime, size } = statSync(file);
    writeFileSync(file, nmnistBytes(someEvents(77)));
    utimesSync(file, atime, mtime);
    expect(statSync(file).size, 'the size stays').toBe(size);
    expect(readSample(await prepare(), 'train', 0, 0).steps).toEqual(expected(someEvents(77), 3, 105));
  });

  test('is not made from recordings that change while they are read', async () => {
    write();
    const overwrite = () => writeFileSync(join(folder, 'data/Train/0/00001.bin'), nmnistBytes(someEvents(78)));
    await expectUserError(() => prepare({}, { onProgress: overwrite }), 'changed while they were read');
    expect(caches(), 'no cache is left').toEqual([]);
  });

  test('is made again when a recording was added', async () => {
    write();
    await prepare();
    put(join(folder, 'data'), 'Train/5/00099.bin', nmnistBytes(someEvents(99)));
    utimesSync(join(folder, 'data/Train/5'), new Date(), new Date(Date.now() + 5000));
    expect((await prepare()).sizes.train).toBe(21);
    expect(caches()).toHaveLength(1);
  });

  test('is made again when it breaks off, has a flipped bit in its header or index, or is empty', async () => {
    write();
    await prepare();
    const cache = join(folder, 'cache', 'cache', caches()[0]!);
    const good = readFileSync(cache);
    for (const [what, bytes] of [
      ['empty', Buffer.alloc(0)],
      ['truncated', good.subarray(0, good.length - 3)],
      ['header', flip(good, 60)],
      ['index', flip(good, good.length - 5)],
    ] as const) {
      writeFileSync(cache, bytes);
      expect((await prepare()).sizes.train, what).toBe(20);
      expect(readFileSync(cache).equals(good), `${what}: cache was made again`).toBe(true);
    }
  });

  test('damage within a recording is found when it is read', async () => {
    write();
    await prepare();
    const cache = join(folder, 'cache', 'cache', caches()[0]!);
    const good = readFileSync(cache);
    const damaged = Buffer.from(good);
    damaged.writeUInt32LE(0xffffff, 4096 + 4 * 50);
    writeFileSync(cache, damaged);
    const data = await prepare();
    await expectUserError(() => readSample(data, 'train', 0, 0), /damaged.*delete/);
    const channels = Buffer.from(good);
    channels.writeUInt16LE(65535, 4096 + 4 * 106);
    writeFileSync(cache, channels);
    const wrongChannel = await prepare();
    await expectUserError(() => readSample(wrongChannel, 'train', 0, 0), /damaged.*delete/);
  });

  test('an interrupted preparation leaves nothing that looks complete', async () => {
    write(400, 10);
    const stop = new AbortController();
    const pending = prepareDataset(specOf({ name: 'nmnist', path: 'data' }), {
      file: file(),
      seed: 1,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('stopped by the test')),
    });
    await expect(pending).rejects.toThrow('stopped by the test');
    expect(readdirSync(join(folder, 'cache', 'cache'))).toEqual([]);
    expect((await prepare()).sizes.train).toBe(400);
  });

  test('partial files of a killed process are removed', async () => {
    write();
    await prepare();
    const name = caches()[0]!;
    rmSync(join(folder, 'cache', 'cache', name));
    writeFileSync(join(folder, 'cache', 'cache', `${name}.123.partial`), 'left over');
    await prepare();
    expect(readdirSync(join(folder, 'cache', 'cache'))).toEqual([name]);
  });

  test('two preparations at once give one cache and equal data', async () => {
    write(200, 10);
    const [a, b] = await Promise.all([prepare(), prepare()]);
    expect(readSample(a, 'train', 0, 150)).toEqual(readSample(b, 'train', 0, 150));
    expect(readdirSync(join(folder, 'cache', 'cache'))).toEqual(caches());
  });
});

const flip = (bytes: Buffer, offset: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[offset] = copy[offset]! ^ 4;
  return copy;
};

describe('damaged nmnist files', () => {
  const target = 'Train/3/00004.bin';
  const cases: [string, Buffer, RegExp][] = [
    ['a web page', Buffer.from('<html><title>Not found</title>    '), /this is not a recording .* but a web page/],
    ['a gzip file', Buffer.from([0x1f, 0x8b, 8, 0, 0]), /but a gzip file/],
    ['a zip', Buffer.from('PK\x03\x04\x14\0\0\0\x08\0'), /but a zip archive/],
    ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /but a pointer of Git LFS/],
    ['an AEDAT file', Buffer.from('#!AER-DAT2.0\r\n# data'), /but an AEDAT 2 file/],
    ['an empty recording', Buffer.alloc(0), /00004\.bin: the recording is empty at byte 0/],
    ['a broken last event', nmnistBytes(someEvents(3)).subarray(0, 23), /breaks off at byte 20/],
    [
      'a pixel out of range',
      nmnistBytes([
        [1, 1, 0, 5],
        [34, 1, 0, 6],
      ]),
      /pixel \(34, 1\).*byte 5/,
    ],
    [
      'time that falls',
      nmnistBytes([
        [1, 1, 0, 5],
        [3, 1, 0, 4],
      ]),
      /time falls from 5 to 4 µs at byte 5/,
    ],
  ];
  for (const [title, bytes, message] of cases)
    test(title, async () => {
      write();
      put(join(folder, 'data'), target, bytes);
      await expectUserError(() => prepare(), message, 'lif data get nmnist');
    });

  test('missing folders and folders without recordings', async () => {
    await expectUserError(() => prepare(), 'Train', 'no Train.zip', 'lif data get nmnist');
    put(join(folder, 'data'), 'Train/readme', '');
    put(join(folder, 'data'), 'Test/readme', '');
    await expectUserError(() => prepare(), 'no recordings');
    await expectUserError(() => checkDataset(specOf({ name: 'nmnist', path: 'nowhere' }), { file: file() }), 'nowhere');
  });

  const train = () => zipOf(nmnistFiles('Train', 20));
  const zips: [string, () => Buffer, RegExp][] = [
    ['a zip that breaks off', () => train().subarray(0, 2000), /breaks off/],
    ['an empty zip', () => Buffer.alloc(0), /Train\.zip: this is not a zip archive but an empty file/],
    ['a zip without recordings', () => zipOf({ 'a.txt': Buffer.from('x') }), /no recordings/],
    ['a zip with a flipped byte', () => flip(train(), 60), /00001\.bin.*(checksum|unpacked)/],
    ['a zip whose directory lies', () => withDirectory(train(), 42, 0x7fffffff), /impossible sizes/],
    ['a zip bomb', () => withDirectory(train(), 24, 0x7fffffff), /00001\.bin has impossible sizes/],
  ];
  for (const [title, bytes, message] of zips)
    test(title, async () => {
      put(join(folder, 'data'), 'Train.zip', bytes());
      put(join(folder, 'data'), 'Test.zip', zipOf(nmnistFiles('Test', 10)));
      await expectUserError(() => prepare(), message);
    });
});

/** Writes a 32-bit field of the first entry of a zip's directory. */
function withDirectory(zip: Buffer, field: number, value: number): Buffer {
  zip.writeUInt32LE(value, zip.readUInt32LE(zip.length - 6) + field);
  return zip;
}
