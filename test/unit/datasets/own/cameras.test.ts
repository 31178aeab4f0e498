/** Recordings of event cameras against what other programs wrote and read in them (fixtures/cameras/make.py). */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cameraOf } from '../../../../engine/datasets/formats/cameras/camera.ts';
import { unpackLz4 } from '../../../../engine/datasets/formats/lz4.ts';
import { ZSTD_NEEDS } from '../../../../engine/datasets/formats/zstd.ts';
import { prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { findFields } from '../../../../engine/datasets/sets/events/found.ts';
import { expectUserError, put, readSample, specOf, temporaryFolder } from '../helpers.ts';
import { aedat } from '../writers.ts';

const FIXTURES = fileURLToPath(new URL('fixtures/cameras', import.meta.url));
type Event = [time: number, x: number, y: number, polarity: number];
/** Of each file, and four numbers for each event. */
const written = JSON.parse(readFileSync(join(FIXTURES, 'events.json'), 'utf8')) as Record<
  string,
  { sensor: [number, number]; events: number[] }
>;
const eventsOf = (name: string): Event[] => {
  const { events } = written[name]!;
  return Array.from({ length: events.length / 4 }, (_, i) => events.slice(4 * i, 4 * i + 4) as Event);
};
let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  vi.stubEnv('LIF_DATA', join(folder, 'data'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function decoded(bytes: Buffer): Event[] {
  const events: Event[] = [];
  cameraOf('file', bytes, 'record it again').decode(bytes, (...event) => events.push(event));
  return events;
}

test.each(Object.keys(written).filter((name) => !(name.includes('zstd') && ZSTD_NEEDS)))(
  '%s: every event, and the size of the camera',
  (name) => {
    const bytes = readFileSync(join(FIXTURES, name));
    const { sensor } = written[name]!;
    expect(decoded(bytes)).toEqual(eventsOf(name));
    expect(cameraOf(name, bytes, '').sensor).toEqual({ width: sensor[0], height: sensor[1] });
  },
);

test.runIf(ZSTD_NEEDS)('Zstandard where this Node cannot unpack it is a sentence', async () => {
  const bytes = readFileSync(join(FIXTURES, 'dv-zstd.aedat4'));
  await expectUserError(
    () => decoded(bytes),
    'it is packed with Zstandard, which needs Node 22.15 or newer; take one, or record',
  );
});

describe('refused with what to do', () => {
  test.each([
    ['a.dat', (bytes: Buffer) => bytes.subarray(0, -3), 'an event breaks off'],
    ['evt2.raw', (bytes: Buffer) => bytes.subarray(0, -3), 'a word breaks off'],
    [
      'evt3.raw',
      (bytes: Buffer) =>
        Buffer.from(bytes.toString('latin1').replace('evt 3', 'evt 4').replace('EVT3', 'EVT4'), 'latin1'),
      'EVT 4 cannot be read; write it again as EVT 2',
    ],
    ['evt21.raw', (bytes: Buffer) => bytes.subarray(0, -3), 'a word breaks off'],
    [
      'davis.aedat',
      (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('DAVIS240C', 'Cochlea64'), 'latin1'),
      'Cochlea64 cannot be read',
    ],
    ['dv.aedat4', (bytes: Buffer) => bytes.subarray(0, -1000), /breaks off|cannot be unpacked/],
    [
      'dv.aedat4',
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 400), Buffer.alloc(9), bytes.subarray(400)]),
      /header|packet/,
    ],
  ] as const)('%s that is %s', async (name, change, sentence) => {
    const bytes = change(readFileSync(join(FIXTURES, name)));
    await expectUserError(() => decoded(bytes), sentence as string);
  });

  test('another file', async () => {
    await expectUserError(
      () => decoded(readFileSync(join(FIXTURES, '../dense.npz'))),
      'not a recording of an event camera',
    );
  });
});

test('LZ4: literals, matches that reach into themselves, stored blocks; nothing beyond the limit', () => {
  const frame = (...blocks: [number, number[]][]) => {
    const parts = blocks.flatMap(([stored, bytes]) => {
      const head = Buffer.alloc(4);
      head.writeUInt32LE(((stored << 31) | bytes.length) >>> 0);
      return [head, Buffer.from(bytes)];
    });
    return Buffer.concat([Buffer.from('04224d18604000', 'hex'), ...parts, Buffer.alloc(4)]);
  };
  const text = (s: string) => [...Buffer.from(s)];
  // "ab", then six bytes from two back, then the literal "c"; then a stored block.
  const packed = frame([0, [0x22, ...text('ab'), 2, 0, 0x10, ...text('c')]], [1, text('xyz')]);
  expect(unpackLz4(packed, 100)?.toString()).toBe('ababababcxyz');
  expect(unpackLz4(packed, 11)).toBeUndefined();
  expect(
    unpackLz4(frame([0, [0x22, ...text('ab'), 3, 0, 0x10, ...text('c')]]), 100),
    'from before the start',
  ).toBeUndefined();
});

describe('as a data set', () => {
  const fields = {
    input: { planes: 2, height: 24, width: 32 },
    classes: 2,
    steps: 20,
    dt: 1,
    split: { by: 'share', test: 0.5 },
  };

  test('a folder for each class: from the first event on, pooled, every event of the first steps once', async () => {
    const place = join(folder, 'recordings');
    for (const name of ['left', 'right'])
      for (const i of [1, 2]) {
        put(place, `${name}/${i}.raw`, '');
        cpSync(join(FIXTURES, 'evt2.raw'), join(place, name, `${i}.raw`));
      }
    const data = await prepareDataset(specOf({ name: 'events', path: place, ...fields }), {
      file: join(folder, 'a.lif.yaml'),
      seed: 1,
    });
    expect(data.sizes).toEqual({ train: 2, validation: 0, test: 2 });
    const { steps } = readSample(data, 'train', 0, 0);
    const events = eventsOf('evt2.raw');
    const wanted = Array.from({ length: 20 }, () => [] as number[]);
    for (const [time, x, y, p] of events)
      wanted[Math.floor((time - events[0]![0]) / 1000)]?.push(
        p * 24 * 32 + Math.floor(y / 20) * 32 + Math.floor(x / 20),
      );
    expect(steps.map((channels) => Array.from(channels))).toEqual(
      wanted.map((channels) => channels.sort((a, b) => a - b)),
    );
    const { fields: found, asked, what } = await findFields({ path: place }, join(folder, 'a.lif.yaml'));
    expect(what).toBe('recordings of an event camera (Prophesee RAW (EVT 2)), 4 samples');
    expect(found).toMatchObject({ input: { planes: 2, height: 54, width: 72 }, classes: 2 });
    expect(Object.keys(asked)).toEqual(['split', 'input']);
  });

  test('a table of labels names files of several formats; AEDAT 3.1 among them', async () => {
    const place = join(folder, 'mixed');
    for (const name of ['a.dat', 'dvs128.aedat']) {
      put(place, name, '');
      cpSync(join(FIXTURES, name), join(place, name));
    }
    put(
      place,
      'gesture.aedat',
      aedat([
        {
          events: [
            [127, 100, 1, 40],
            [300, 200, 0, 90],
          ],
        },
      ]),
    );
    const labels = put(
      folder,
      'mixed.csv',
      'file,label,split\na.dat,0,train\ndvs128.aedat,1,train\ngesture.aedat,1,test\n',
    );
    const spec = {
      name: 'events',
      path: place,
      labels,
      ...fields,
      split: undefined,
      sensor: { width: 304, height: 240 },
    };
    const data = await prepareDataset(specOf(spec), { file: join(folder, 'a.lif.yaml'), seed: 1 });
    expect(data.sizes).toEqual({ train: 2, validation: 0, test: 1 });
    await expectUserError(
      () =>
        prepareDataset(specOf({ ...spec, sensor: { width: 32, height: 24 } }), {
          file: join(folder, 'a.lif.yaml'),
          seed: 1,
        }),
      /outside 32x24; write the size of the camera as dataset.sensor/,
    );
    await expectUserError(
      () =>
        prepareDataset(specOf({ ...spec, path: join(place, 'a.dat') }), { file: join(folder, 'a.lif.yaml'), seed: 1 }),
      'is one recording, which is one sample',
    );
  });
});
