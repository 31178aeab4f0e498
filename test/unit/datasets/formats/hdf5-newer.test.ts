/** The HDF5 library, which reads the newer layouts, runs where it can be killed. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { getAgain } from '../../../../engine/datasets/formats/files.ts';
import { checkHdf5, openSpikes, publishedLayout } from '../../../../engine/datasets/formats/spike-file.ts';
import { EventBuffer } from '../../../../engine/datasets/recordings/binning.ts';
import { expectUserError, put, temporaryFolder } from '../helpers.ts';
import { newerSpeechFile } from './hdf5-newer-writer.ts';
import { someRecordings, speechFile } from './hdf5-writer.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file whose heap ends with free space of no size: the library looks for its end for ever. */
function endless(): Buffer {
  const { bytes } = newerSpeechFile(someRecordings(6));
  let p = bytes.indexOf('GCOL') + 16;
  while (bytes.readUInt16LE(p) !== 0) p += 16 + Math.ceil(Number(bytes.readBigUInt64LE(p + 8)) / 8) * 8;
  bytes.writeBigUInt64LE(0n, p + 8);
  return bytes;
}

async function readAll(file: string, options = {}): Promise<EventBuffer[]> {
  const spikes = await openSpikes(file, getAgain('shd'), publishedLayout(700, 20), options);
  try {
    const all: EventBuffer[] = [];
    for (let i = 0; i < spikes.count; i++) {
      all.push(new EventBuffer());
      await spikes.read(i, all[i]!);
    }
    return all;
  } finally {
    spikes.close();
  }
}

describe('a file of the newer layout', () => {
  test('gives every spike of every recording, whatever the order', async () => {
    const recordings = someRecordings(150);
    const file = put(folder, 'a.h5', newerSpeechFile(recordings).bytes);
    const all = await readAll(file);
    expect(all).toHaveLength(150);
    for (const [i, events] of all.entries()) {
      expect(Array.from(events.times.subarray(0, events.length))).toEqual(recordings[i]!.times.map((t) => t * 1e6));
      expect(Array.from(events.channels.subarray(0, events.length))).toEqual(recordings[i]!.units);
    }
    const spikes = await openSpikes(file, getAgain('shd'), publishedLayout(700, 20));
    expect(spikes.labels).toEqual(recordings.map((r) => r.label));
    for (const i of [149, 0, 64, 63]) {
      const events = new EventBuffer();
      await spikes.read(i, events);
      expect(Array.from(events.channels.subarray(0, events.length)), `recording ${i}`).toEqual(recordings[i]!.units);
    }
    spikes.close();
  });

  test('over whose heap the library hangs is refused in a sentence', async () => {
    const file = put(folder, 'a.h5', endless());
    await expectUserError(() => readAll(file, { patienceMs: 1000 }), 'the HDF5 library finds no end in it');
  });

  test('over which the library hangs lets go when it is told to stop', async () => {
    const file = put(folder, 'a.h5', endless());
    const stop = new AbortController();
    const reading = readAll(file, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('stopped by the test')), 300);
    // Without the signal, it would take the patience of half a minute, longer than a test may.
    await expect(reading).rejects.toThrow('stopped by the test');
  });

  test('over which the library ends itself is refused in a sentence', async () => {
    const { bytes } = newerSpeechFile(someRecordings(6));
    const object = bytes.indexOf('GCOL') + 16;
    bytes.writeBigUInt64LE(0xffffffffffffffffn, object + 8);
    await expectUserError(() => readAll(put(folder, 'a.h5', bytes)), /a\.h5: .*get the data set again/);
  });

  test.skipIf(process.platform === 'win32')('is never opened when it is a pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'a.h5')]);
    await expectUserError(
      () => openSpikes(join(folder, 'a.h5'), getAgain('shd'), publishedLayout(700, 20)),
      'it is a pipe',
    );
  });
});

test('half an HDF5 file is noticed before anything is read: its superblock knows its length', async () => {
  const recordings = someRecordings(40);
  for (const [layout, bytes] of [
    ['older', speechFile(recordings)],
    ['newer', newerSpeechFile(recordings).bytes],
  ] as const) {
    checkHdf5(put(folder, `${layout}.h5`, bytes), getAgain('shd'));
    const half = put(folder, `${layout}-half.h5`, bytes.subarray(0, bytes.length >> 1));
    await expectUserError(() => checkHdf5(half, getAgain('shd')), `it says it has ${bytes.length} bytes`);
  }
});
