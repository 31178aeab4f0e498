import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { expectUserError, put, readSample, specOf, temporaryFolder } from '../helpers.ts';
import { aedat, type Event, labelsCsv, type Packet } from '../writers.ts';

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

const spec = (more: Record<string, unknown> = {}) => specOf({ name: 'dvs128-gesture', path: 'data', ...more });
const context = () => ({ file: join(folder, 'study.lif.yaml'), seed: 1 });
const prepare = (more: Record<string, unknown> = {}) => prepareDataset(spec(more), context());

const many: Event[] = Array.from({ length: 100 }, (_, i) => [i, 127 - i, i % 2, 1000 + i * 10]);

function write(
  packets: Packet[] = [{ events: many }],
  rows: number[][] = [
    [1, 1000, 1500],
    [11, 1500, 2000],
  ],
): void {
  const data = join(folder, 'data');
  put(data, 'trials_to_train.txt', 'user01_led.aedat\nuser02_lab.aedat\n');
  put(data, 'trials_to_test.txt', 'user24_led.aedat\n');
  put(data, 'user01_led.aedat', aedat(packets));
  put(data, 'user01_led_labels.csv', labelsCsv(rows));
  for (const user of ['user02_lab', 'user24_led', 'user29_led']) {
    put(data, `${user}.aedat`, aedat([{ events: many }]));
    put(data, `${user}_labels.csv`, labelsCsv([[5, 1000, 2000]]));
  }
}

/** Input of pixel (x, y) and polarity p after downsampling to 32x32. */
const input = ([x, y, p]: Event) => p * 1024 + (y >> 2) * 32 + (x >> 2);

describe('dvs128-gesture', () => {
  test('cuts windows out of files, splits by the lists, downsamples to 2048 inputs', async () => {
    write();
    await checkDataset(spec(), context());
    const data = await prepare();
    expect(data).toMatchObject({ inputs: 2048, classes: 11, steps: 16, sizes: { train: 3, validation: 0, test: 1 } });
    const first = readSample(data, 'train', 0, 0);
    expect(first.label).toBe(0);
    // 50 events in 16 frames by count: 3 in each, the rest in the last.
    expect(first.steps.map((s) => s.length)).toEqual([...Array(15).fill(3), 5]);
    expect(first.steps[0]).toEqual(
      many
        .slice(0, 3)
        .map(input)
        .sort((a, b) => a - b),
    );
    expect(readSample(data, 'train', 0, 1).label).toBe(10);
    expect(readSample(data, 'train', 0, 2).label).toBe(4);
    expect(readSample(data, 'train', 0, 2).steps.flat()).toHaveLength(100);
  });

  test('lists and labels may begin with the mark of their encoding', async () => {
    write();
    const plain = (await prepare()).checksums;
    const data = join(folder, 'data');
    const marked = (text: string): Record<string, Buffer> => ({
      'UTF-8': Buffer.from(`\ufeff${text}`),
      'UTF-16 little-endian': Buffer.from(`\ufeff${text}`, 'utf16le'),
      'UTF-16 big-endian': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    });
    const rows = labelsCsv([
      [1, 1000, 1500],
      [11, 1500, 2000],
    ]);
    for (const encoding of Object.keys(marked(''))) {
      put(data, 'trials_to_train.txt', marked('user01_led.aedat\nuser02_lab.aedat\n')[encoding]!);
      put(data, 'user01_led_labels.csv', marked(rows)[encoding]!);
      const { sizes, checksums } = await prepare();
      expect(sizes, encoding).toEqual({ train: 3, validation: 0, test: 1 });
      expect(Object.keys(checksums)).toEqual(Object.keys(plain));
    }
  });

  test('a window holds start <= t < end', async () => {
    const events: Event[] = [
      [1, 0, 0, 99],
      [5, 0, 0, 100],
      [9, 0, 0, 199],
      [13, 0, 0, 200],
    ];
    write([{ events }], [[1, 100, 200]]);
    expect(readSample(await prepare({ steps: 1 }), 'train', 0, 0).steps).toEqual([[1, 2]]);
  });

  test('frames by time are equally long, also when one is empty; fixed frames count from the start', async () => {
    const events: Event[] = [
      [0, 0, 0, 1100],
      [4, 0, 0, 1200],
      [8, 0, 0, 1900],
      [12, 0, 0, 2000],
    ];
    write([{ events }], [[1, 1000, 3000]]);
    const byTime = await prepare({ frames: 'time', steps: 3 });
    expect(readSample(byTime, 'train', 0, 0).steps).toEqual([[0, 1], [], [2, 3]]);
    const fixed = await prepare({ frames: 'fixed', dt: 0.5, steps: 2 });
    expect(readSample(fixed, 'train', 0, 0).steps).toEqual([[0, 1], [2]]);
    expect(fixed.source === 'events' && fixed.dropped, 'events after 1 ms, in all windows').toBe(1);
  });

  test('counts or binary, and other resolutions', async () => {
    write(
      [
        {
          events: [
            [0, 0, 1, 5],
            [1, 1, 1, 6],
            [127, 127, 0, 7],
          ],
        },
      ],
      [[1, 0, 100]],
    );
    expect(readSample(await prepare({ steps: 1 }), 'train', 0, 0).steps).toEqual([[1023, 1024, 1024]]);
    expect(readSample(await prepare({ steps: 1, values: 'binary' }), 'train', 0, 0).steps).toEqual([[1023, 1024]]);
    const full = await prepare({ steps: 1, side: 128 });
    expect(full.inputs).toBe(32768);
    expect(readSample(full, 'train', 0, 0).steps).toEqual([[16383, 16384, 16384 + 129]]);
  });

  test('reads several packets, skips other event types and invalid events, adds timestamp overflows', async () => {
    write(
      [
        {
          events: [
            [0, 0, 0, 10],
            [4, 0, 0, 20],
            [8, 0, 0, 30],
          ],
          invalid: [1],
        },
        { events: [[120, 0, 0, 5]], type: 2 },
        { events: [[12, 0, 0, 40]] },
        { events: [[16, 0, 0, 3]], overflow: 1 },
      ],
      [
        [1, 0, 100],
        [2, 2 ** 31, 2 ** 31 + 10],
      ],
    );
    const data = await prepare({ steps: 1 });
    expect(readSample(data, 'train', 0, 0).steps).toEqual([[0, 2, 3]]);
    expect(readSample(data, 'train', 0, 1)).toEqual({ label: 1, steps: [[4]] });
  });

  test('corrects the known wrong label when asked to', async () => {
    write();
    const data = join(folder, 'data');
    put(data, 'trials_to_train.txt', 'user22_led.aedat');
    const events: Event[] = [
      [0, 0, 0, 103_000_000],
      [4, 0, 0, 105_000_000],
    ];
    put(data, 'user22_led.aedat', aedat([{ events }]));
    put(
      data,
      'user22_led_labels.csv',
      labelsCsv([
        [9, 102_000_000, 110_590_564],
        [10, 104_500_000, 111_000_000],
      ]),
    );
    expect(readSample(await prepare({ steps: 1 }), 'train', 0, 0).steps).toEqual([[0, 1]]);
    const corrected = await prepare({ steps: 1, correctLabels: true });
    expect(readSample(corrected, 'train', 0, 0).steps).toEqual([[0]]);
    expect(readSample(corrected, 'train', 0, 1).steps).toEqual([[1]]);
  });
});

describe('damaged gesture files', () => {
  const good = () => aedat([{ events: many }]);
  const aedats: [string, () => Buffer, RegExp][] = [
    ['empty', () => Buffer.alloc(0), /not an AEDAT 3\.1 file but an empty file: the first line is not #!AER-DAT3\.1/],
    ['an older version', () => aedat([], ['#!AER-DAT2.0', '#!END-HEADER']), /first line is not/],
    ['no end of the header', () => aedat([{ events: many }], ['#!AER-DAT3.1']), /no #!END-HEADER/],
    ['a packet header that breaks off', () => good().subarray(0, 60), /packet header breaks off at byte/],
    ['a packet that breaks off', () => good().subarray(0, 300), /packet of 100 events breaks off at byte/],
    ['a count that lies', () => aedat([{ events: many, count: 99 }]), /room for 100 events but says it has 99/],
    ['a pixel out of range', () => aedat([{ events: [[128, 3, 0, 1]] }]), /pixel \(128, 3\).*at byte/],
    ['a negative timestamp', () => aedat([{ events: [[1, 3, 0, -5]] }]), /negative timestamp -5/],
    [
      'time that falls',
      () =>
        aedat([
          {
            events: [
              [1, 3, 0, 9],
              [1, 3, 0, 8],
            ],
          },
        ]),
      /falls from 9 to 8/,
    ],
    [
      'a window without events',
      () => aedat([{ events: [[1, 3, 0, 9]] }]),
      /labels\.csv:2: there are no events from 1000 to 1500/,
    ],
  ];
  for (const [title, bytes, message] of aedats)
    test(title, async () => {
      write();
      put(join(folder, 'data'), 'user01_led.aedat', bytes());
      await expectUserError(() => prepare(), /user01_led/, message);
    });

  const csvs: [string, string, RegExp][] = [
    ['no header', '1,2,3\n', /:1: the first line/],
    ['not numbers', `${labelsCsv([[1, 0, 5]])}1,x,3\n`, /:3: "1,x,3" is not three/],
    ['a class out of range', labelsCsv([[12, 0, 5]]), /:2: class 12/],
    ['class zero', labelsCsv([[0, 0, 5]]), /:2: class 0/],
    ['an empty window', labelsCsv([[1, 5, 5]]), /:2: the window/],
    ['no rows', labelsCsv([]), /no labels/],
  ];
  for (const [title, csv, message] of csvs)
    test(`labels with ${title}`, async () => {
      write();
      put(join(folder, 'data'), 'user01_led_labels.csv', csv);
      await expectUserError(() => prepare(), /user01_led_labels\.csv/, message);
      await expectUserError(() => checkDataset(spec(), context()), message);
    });

  test('lists: missing, empty, a path instead of a name, a file that is not there', async () => {
    await expectUserError(() => prepare(), 'trials_to_train.txt');
    write();
    const list = (text: string) => put(join(folder, 'data'), 'trials_to_test.txt', text);
    list('\n');
    await expectUserError(() => prepare(), 'names no files');
    list('../secret.aedat');
    await expectUserError(() => prepare(), 'trials_to_test.txt:1', 'not the name');
    list('user25_led.aedat');
    await expectUserError(() => prepare(), 'user25_led.aedat', 'missing');
  });
});
