/** Your own data against what NumPy and Pillow, which wrote the fixtures, say is in them (fixtures/make.py). */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { PreparedDataset, Split } from '../../../../engine/datasets/dataset.ts';
import { decodePicture } from '../../../../engine/datasets/formats/picture.ts';
import { openSpikes, publishedLayout } from '../../../../engine/datasets/formats/spike-file.ts';
import { atResolution, checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { openReader } from '../../../../engine/datasets/reader.ts';
import { remarksOnSamples } from '../../../../engine/datasets/remarks.ts';
import { findFields } from '../../../../engine/datasets/sets/events/found.ts';
import { expectUserError, put, readSample, specOf, temporaryFolder } from '../helpers.ts';

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const expected = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as {
  counts: number[][];
  labels: number[];
  names: string[];
  events: [number, number, number][];
  pictures: Record<string, { shape: number[]; pixels: number[] }>;
  reduced: number[];
};
const [STEPS, CHANNELS] = [10, 6];
const CLASSES = ['no', 'yes', 'äh'];
const DENSE = { input: { channels: CHANNELS }, classes: 3, steps: STEPS };
const SHARE = { split: { by: 'share', test: 0.25 } };
let folder: string;

beforeAll(() => {
  folder = temporaryFolder();
  vi.stubEnv('LIF_DATA', join(folder, 'data'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const studyIn = (place: string) => ({ file: join(place, 'study.lif.yaml'), seed: 1 });
const prepare = (path: string, fields: object, place = FIXTURES): Promise<PreparedDataset> =>
  prepareDataset(specOf({ name: 'events', path, ...fields }), studyIn(place));

/** Counts [steps × channels] and label of every sample, as text so that they can be sorted. */
function contents(data: PreparedDataset, splits: Split[] = ['train', 'validation', 'test']): string[] {
  return splits.flatMap((split) =>
    Array.from({ length: data.sizes[split] }, (_, i) => {
      const { label, steps } = readSample(data, split, 0, i);
      const counts = new Array<number>(data.steps * data.inputs).fill(0);
      steps.forEach((channels, t) => {
        for (const c of channels) counts[t * data.inputs + c]!++;
      });
      return `${label}: ${counts.join('')}`;
    }),
  );
}

const truth = (counts = (value: number) => value): string[] =>
  expected.counts.map((sample, i) => `${expected.labels[i]}: ${sample.map(counts).join('')}`);
const once = (value: number): number => Math.min(1, value);

describe('NumPy arrays', () => {
  test.each(['dense.npz', 'big-endian.npz'])('%s: counts of every sample, step and channel', async (file) => {
    const data = await prepare(file, { ...DENSE, ...SHARE });
    expect(data.sizes).toEqual({ train: 9, validation: 0, test: 3 });
    expect(contents(data).sort()).toEqual(truth().sort());
  });

  test('x_train and x_test are the splits, in their order', async () => {
    const data = await prepare('split.npz', DENSE);
    expect(contents(data, ['train'])).toEqual(truth(once).slice(0, 9));
    expect(contents(data, ['test'])).toEqual(truth(once).slice(9));
    expect(remarksOnSamples(specOf({ name: 'events', path: 'split.npz', ...DENSE }), data)).toEqual([]);
  });

  test('events with text as labels: times with a unit in the name, groups kept apart', async () => {
    const fields = { ...DENSE, dt: 2.5, split: { by: 'group', test: [3], validation: [0] } };
    const data = await prepare('events.npz', fields);
    const ofGroup = (group: number) => truth(once).filter((_, i) => i % 4 === group);
    expect(contents(data, ['test'])).toEqual(ofGroup(3));
    expect(contents(data, ['validation'])).toEqual(ofGroup(0));
    expect(contents(data, ['train'])).toEqual(truth(once).filter((_, i) => i % 4 === 1 || i % 4 === 2));
    expect(CLASSES, 'sorted as the classes are').toEqual([...new Set(expected.names)].sort());
    await expectUserError(
      () => prepare('events.npz', { ...fields, split: { by: 'group', test: [9] } }),
      'group 9',
      '0, 1, 2, 3',
    );
  });

  test('float16 seconds are decoded before they are scaled', async () => {
    const data = await prepare('half.npz', { ...DENSE, dt: 1000 / 64, ...SHARE });
    expect(contents(data).sort()).toEqual(truth(once).sort());
  });

  test('records of an event camera: pixels and polarities, pooled, from the first event', async () => {
    const fields = {
      input: { planes: 2, height: 2, width: 3 },
      classes: 3,
      steps: STEPS,
      dt: 1,
      timeUnit: 'us',
      start: 'first-event',
      ...SHARE,
    };
    const data = await prepare('records.npz', fields);
    const sums = new Map<string, number[]>();
    for (const [sample, time, channel] of expected.events) {
      const first = expected.events.find(([other]) => other === sample)![1];
      const [t, start] = [time, first].map((ms) => Math.round((ms - 0.25) / 2.5));
      const counts = sums.get(`${sample}`) ?? new Array<number>(STEPS * 12).fill(0);
      counts[(t! - start!) * 12 + (t! % 2) * 6 + channel]!++;
      sums.set(`${sample}`, counts);
    }
    const wanted = [...sums].map(([sample, counts]) => `${expected.labels[Number(sample)]}: ${counts.join('')}`);
    expect(contents(data).sort()).toEqual(wanted.sort());
    const merged = await prepare('records.npz', {
      ...fields,
      input: { planes: 1, height: 1, width: 1 },
      sensor: { width: 3, height: 2 },
    });
    const total = (d: PreparedDataset) =>
      contents(d)
        .map((text) => text.slice(3))
        .join()
        .match(/[1-9]/g)!
        .reduce((sum, n) => sum + Number(n), 0);
    expect(total(merged), 'no event is lost').toBe(expected.events.length);
    await expectUserError(
      () => prepare('records.npz', { ...fields, input: { planes: 2, height: 1, width: 1 } }),
      'dataset.sensor',
    );
  });

  test('real numbers become spikes by threshold or by change, and are never taken for counts', async () => {
    const values = [0, 0.375, 0, 1, 0.9375, 0.125];
    const file = put(folder, 'real.npy', npy('<f8', [2, 6, 1], [...values, ...values.toReversed()]));
    const labels = put(folder, 'real.csv', 'sample,label,split\n0,0,train\n1,1,test\n');
    const fields = { input: { channels: 1 }, classes: 2, steps: 6, labels };
    await expectUserError(() => prepare(file, fields), /^dataset.coding is missing.*0\.375 in sample 0/);
    const missing = put(folder, 'missing.npy', npy('<f8', [2, 6, 1], [...values.slice(0, 5), Number.NaN, ...values]));
    for (const coding of [undefined, { kind: 'threshold', above: 0.4 }, { kind: 'delta', by: 0.25 }])
      await expectUserError(
        () => prepare(missing, { ...fields, input: { channels: coding?.kind === 'delta' ? 2 : 1 }, coding }),
        'has the value NaN in sample 0, step 5, channel 0',
      );
    const above = await prepare(file, { ...fields, coding: { kind: 'threshold', above: 0.4 } });
    expect(contents(above)).toEqual(['0: 000110', '1: 011000']);
    const delta = await prepare(file, { ...fields, input: { channels: 2 }, coding: { kind: 'delta', by: 0.25 } });
    // Rises and falls side by side in each step; the value of the last spike is 0, 0.25, 0, 1, 1, 0.25.
    expect(contents(delta, ['train'])).toEqual(['0: 001001400003']);
  });

  test.each([
    ['objects.npz', 'Python objects'],
    ['fortran.npz', 'ascontiguousarray'],
  ])('%s is refused with what to do', async (file, what) => {
    await expectUserError(() => prepare(file, { ...DENSE, ...SHARE }), what);
  });
});

describe('HDF5 as h5py writes it', () => {
  const wanted = (fields: object) => ({ ...DENSE, dt: 2.5, split: { by: 'group', test: [3] }, ...fields });

  test.each([
    ['hdf5/older.h5', {}],
    [
      'hdf5/newer.hdf5',
      { timeUnit: 'us', columns: { time: '/a/b/onset', channel: 'a/b/electrode', label: 'what', group: 'who' } },
    ],
  ])('%s: spikes of every sample, under names of their own', async (file, fields) => {
    const data = await prepare(file, wanted(fields));
    const inGroup = (fits: (group: number) => boolean) => truth(once).filter((_, i) => fits(i % 4));
    expect(contents(data, ['train'])).toEqual(inGroup((group) => group !== 3));
    expect(contents(data, ['test'])).toEqual(inGroup((group) => group === 3));
    const { fields: found, asked } = await findFields({ path: file, ...fields } as never, studyIn(FIXTURES).file);
    expect(found).toMatchObject({ input: { channels: CHANNELS }, classes: 3 });
    expect(Object.keys(asked)).toEqual(['split']);
  });

  test('what is not found is asked for by the names that there are', async () => {
    await expectUserError(
      () => prepare('hdf5/newer.hdf5', wanted({})),
      'dataset.columns.time, of a/b/electrode, a/b/onset',
    );
    const columns = { time: 'a/b/onset' };
    await expectUserError(() => prepare('hdf5/newer.hdf5', wanted({ columns })), 'dataset.columns.label, of what, who');
    await expectUserError(
      () => prepare('hdf5/newer.hdf5', wanted({ columns: { ...columns, label: 'what', group: 'who' } })),
      /^dataset.timeUnit is missing/,
    );
    await expectUserError(
      () => prepare('hdf5/older.h5', wanted({ input: { channels: 4 } })),
      /^dataset.input has channels 0 to 3, but recording \d+ of .*older\.h5 has a spike of channel [45]/,
    );
  });

  test('without lists for each sample it is refused', async () => {
    await expectUserError(() => prepare('hdf5/flat.h5', wanted({})), /no lists of spikes.*labels of 12, times of \d+/);
  });

  test.each(['older.h5', 'newer.hdf5'])('of %s, half is called half, wherever somebody looks', async (name) => {
    const whole = readFileSync(join(FIXTURES, 'hdf5', name));
    const half = join(folder, `half-${name}`);
    writeFileSync(half, whole.subarray(0, whole.length >> 1));
    const told = new RegExp(`breaks off: it says it has ${whole.length} bytes, and ends at byte ${whole.length >> 1}`);
    await expectUserError(() => prepare(`half-${name}`, wanted({}), folder), told);
    await expectUserError(() => openSpikes(half, 'get it again', publishedLayout(CHANNELS, 3)), told);
    await expectUserError(() => findFields({ path: half } as never, studyIn(folder).file), told);
  });
});

describe('what is asked', () => {
  test.each([
    [{ ...DENSE }, /^dataset.split is missing/],
    [{ ...DENSE, input: { channels: 7 }, ...SHARE }, /^dataset.input has 7 channels.*\{ channels: 6 \}/],
    [{ ...DENSE, classes: 2, ...SHARE }, /^dataset.classes is 2.*classes: 3/],
    [{ ...DENSE, dt: 1, ...SHARE }, /^dataset.timeUnit is missing: dt is 1 ms/],
    [{ ...DENSE, ...SHARE, coding: { kind: 'direct' } }, /these are events|array of bytes/],
    [{ ...DENSE, ...SHARE, columns: { data: 'z' } }, /has no z, which dataset.columns.data names; there are x, y/],
  ])('%j', async (fields, sentence) => {
    await expectUserError(() => prepare('dense.npz', fields), sentence);
  });

  test('events without a unit, and a unit without a step', async () => {
    const file = put(folder, 'plain.csv', 'sample,time,channel,label,split\n1,0,0,a,train\n2,5,1,b,test\n');
    const fields = { input: { channels: 2 }, classes: 2, steps: 3 };
    await expectUserError(() => prepare(file, fields), /^dataset.timeUnit is missing.*the last is 5/);
    await expectUserError(() => prepare(file, { ...fields, timeUnit: 'ms' }), /^dataset.dt is missing.*up to 5 ms/);
    const { fields: found, asked, classNames } = await findFields({ path: file }, studyIn(folder).file);
    expect(found).toMatchObject({ input: { channels: 2 }, classes: 2 });
    expect(Object.keys(asked)).toEqual(['timeUnit']);
    expect(classNames).toEqual(['a', 'b']);
  });

  test('an array without steps', async () => {
    const file = put(folder, 'table.npy', npy('<f8', [2, 3], [1, 2, 3, 4, 5, 6]));
    await expectUserError(() => prepare(file, { ...DENSE, ...SHARE }), /its array of 2 x 3 has no steps/);
  });

  test('a study that wants no test is told so', async () => {
    const spec = specOf({ name: 'events', path: 'dense.npz', ...DENSE, split: { by: 'share', test: 0 } });
    const data = await prepareDataset(spec, studyIn(FIXTURES));
    expect(remarksOnSamples(spec, data)).toEqual([expect.stringMatching(/no test samples/)]);
  });
});

describe('tables of events', () => {
  const rows = expected.events.map(
    ([sample, time, channel]) => `s${sample},${channel},${time},"${expected.names[sample]!}"`,
  );

  test.each([
    [',', '\n'],
    [';', '\r\n'],
    ['\t', '\n'],
  ])('in any order, separated by %j and ended by %j', async (mark, end) => {
    const lines = ['# a comment', 'trial,unit,time (ms),class', ...rows.toReversed()].map((line) =>
      line.replaceAll(',', mark),
    );
    const file = put(folder, `events${mark.charCodeAt(0)}.csv`, lines.join(end));
    const data = await prepare(file, { ...DENSE, dt: 2.5, ...SHARE });
    expect(contents(data).sort()).toEqual(truth(once).sort());
    const finer = atResolution(specOf({ name: 'events', path: file, ...DENSE, dt: 2.5, ...SHARE }), 1.25);
    expect(finer).toMatchObject({ dt: 1.25, steps: 2 * STEPS });
  });

  test('labels in a table beside it, whose samples without events stay', async () => {
    const file = put(folder, 'unlabelled.csv', 'sample,t_us,channel\n4,1500,1\n4,500,0\n');
    const labels = put(folder, 'labels.csv', 'id,label,part\n3,x,train\n4,y,train\n5,x,test\n');
    const data = await prepare(file, { input: { channels: 2 }, classes: 2, steps: 2, dt: 1, labels });
    expect(contents(data)).toEqual(['0: 0000', '1: 1001', '0: 0000']);
    put(folder, 'labels.csv', 'id,label,part\n3,x,train\n5,x,test\n');
    await expectUserError(
      () => prepare(file, { input: { channels: 2 }, classes: 2, steps: 2, dt: 1, labels }),
      'sample 4',
    );
  });

  test.each([
    ['sample,time_ms,channel,label\n1,0,0,a\n1,1,0,b\n', /label of sample 1 is a and, in row 2, b/],
    ['sample,time_ms,channel,label\n1,0,0\n', /line 2 does not have 4 fields/],
    ['sample,time_ms,channel,label\n1,0,0,a\n1,zero,0,a\n', /time_ms holds text, such as zero in row 2/],
    ['sample,time_ms,channel,label\n1,,0,a\n', /row 1 has no usable time_ms/],
    ['sample,time_ms,channel,label\n1,0,2,a\n', /channel goes up to 2/],
    ['sample,time_ms,channel,label\n1,0,0.5,a\n', /row 1 has channel 0.5/],
    ['sample,time_ms,channel,label\n1,-1,0,0\n2,0,0,1\n', /before time 0.*first-event/],
    ['1,0,0,1\n', /numbers in place of names/],
    ['sample,time_ms,electrode,label\n1,0,0,1\n', /dataset.columns.channel, of sample, time_ms, electrode, label/],
    ['sample,time_ms,channel,label\n1,"0,0,1\n', /a quote is not closed/],
    [
      Buffer.from('sample,time_ms,channel,label\n1,0,0,f\xfcr\n', 'latin1'),
      /line 2 is not text in UTF-8.*save it as CSV in UTF-8/,
    ],
    [Buffer.from('sample,time_ms,channel,\xfc\n1,0,0,1\n', 'latin1'), /line 1 is not text in UTF-8/],
    [Buffer.from('\ufeffsample,time_ms,channel,label\n', 'utf16le'), /text in UTF-16/],
  ])('%j is refused', async (text, sentence) => {
    const file = put(folder, 'bad.csv', text);
    await expectUserError(
      () => prepare(file, { input: { channels: 2 }, classes: 2, steps: 2, dt: 1, ...SHARE }),
      sentence,
    );
  });

  test('numbers as Number reads them, names as they stand', async () => {
    const rows = '007,1e-3,0,a\n7,0.57,0,b\n007,.5,1,a\nx,+0.1,1,a\n';
    const file = put(folder, 'numbers.csv', `sample,time_s,channel,label\n${rows}`);
    const fields = { input: { channels: 2 }, classes: 2, steps: 571, dt: 1, split: { by: 'share', test: 0 } };
    const data = await prepare(file, fields);
    expect(data.sizes.train, '007 and 7 are two samples once one of them is text').toBe(3);
    const { label, steps } = readSample(data, 'train', 0, 1);
    expect(label).toBe(1);
    expect(steps[570], '0.57 s are 570 ms and not a little less').toEqual([0]);
    expect(readSample(data, 'train', 0, 0).steps.flatMap((channels, t) => channels.map((c) => [t, c]))).toEqual([
      [1, 0],
      [500, 1],
    ]);
  });
});

describe('pictures', () => {
  test.each(Object.keys(expected.pictures))('%s has the pixels that Pillow sees', async (name) => {
    const { shape, pixels } = expected.pictures[name]!;
    const picture = await decodePicture(name, readFileSync(join(FIXTURES, 'pictures', name)));
    expect([picture.height, picture.width]).toEqual(shape.slice(0, 2));
    expect(picture.planes).toBe(shape[2] ?? 1);
    // Decoders of JPEG may round differently, and smooth colours between their coarser pixels or not.
    const tolerance = name.endsWith('.png') ? 0 : picture.planes === 1 ? 2 : 12;
    expect(Math.max(...pixels.map((value, i) => Math.abs(value - picture.pixels[i]!)))).toBeLessThanOrEqual(tolerance);
  });

  test('a folder for each class, larger pictures averaged over the area of a pixel', async () => {
    for (const name of ['cat', 'dog'])
      for (let i = 0; i < 4; i++)
        put(folder, `pictures/${name}/${i}.png`, readFileSync(join(FIXTURES, 'pictures/smooth.png')));
    const fields = {
      input: { planes: 1, height: 4, width: 6 },
      classes: 2,
      steps: 3,
      coding: { kind: 'direct' },
      ...SHARE,
    };
    const data = await prepare('pictures', fields, folder);
    expect(data).toMatchObject({ encoding: 'current', sizes: { train: 6, validation: 0, test: 2 } });
    const values = new Float32Array(24);
    const labels = [0, 1, 2, 3, 4, 5].map((i) => openReader(data).current('train', 0, i, values));
    expect(labels).toEqual([0, 0, 0, 1, 1, 1]);
    expect(Array.from(values, (value) => Math.round(255 * value))).toEqual(expected.reduced);
    await expectUserError(
      () => prepare('pictures', { ...fields, coding: undefined }, folder),
      /^dataset.coding is missing/,
    );
    await expectUserError(
      () => prepare('pictures', { ...fields, input: { planes: 1, height: 4, width: 4 } }, folder),
      'another form',
    );
  });
});

test('what was read is kept, and read anew when a file changes', async () => {
  const copy = join(folder, 'changing.npz');
  cpSync(join(FIXTURES, 'dense.npz'), copy);
  const fields = { ...DENSE, ...SHARE };
  const before = await prepare(copy, fields);
  const again = await prepare(copy, fields);
  expect(again).toMatchObject({ body: { file: (before as { body: { file: string } }).body.file } });
  cpSync(join(FIXTURES, 'big-endian.npz'), copy);
  const after = await prepare(copy, fields);
  expect(after.checksums).not.toEqual(before.checksums);
  expect(contents(after).sort()).toEqual(contents(before).sort());
});

test('the draw depends on its seed alone, and takes of each class the same share', async () => {
  const tested = async (seed: number) =>
    contents(await prepare('dense.npz', { ...DENSE, split: { by: 'share', test: 0.5, seed } }), ['test']);
  expect(await tested(1)).toEqual(await tested(1));
  expect(await tested(1)).not.toEqual(await tested(2));
  expect((await tested(3)).map((text) => text[0])).toEqual(expect.arrayContaining(['0', '0', '1', '1', '2', '2']));
});

test('before a run: files that are not there, or are something else', async () => {
  const check = (path: string, fields: object = {}) =>
    checkDataset(specOf({ name: 'events', path, ...DENSE, ...SHARE, ...fields }), studyIn(folder));
  await expectUserError(() => check('nowhere.npz'), 'there is no such file');
  await expectUserError(() => check(put(folder, 'model.pt', 'x')), 'of a kind that cannot be read');
  await expectUserError(() => check(put(folder, 'false.npz', 'x'.repeat(99))), 'not a zip archive');
  writeFileSync(join(folder, 'truncated.npz'), readFileSync(join(FIXTURES, 'dense.npz')).subarray(0, 200));
  await expectUserError(() => check('truncated.npz'), 'breaks off');
  expect(await check(join(FIXTURES, 'dense.npz'))).toEqual([]);
});

/** A .npy file of float64. */
function npy(descr: string, shape: number[], values: number[]): Buffer {
  const text = `${`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`.padEnd(117)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text), Buffer.from(Float64Array.from(values).buffer)]);
}
