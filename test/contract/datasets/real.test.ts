/** Real files: counts, known first labels, event statistics. Skipped by name where LIF_REAL_DATA has none. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aedatHeader, parseAedat } from '../../../engine/datasets/formats/cameras/aedat31.ts';
import { getAgain } from '../../../engine/datasets/formats/files.ts';
import { openSpikes, publishedLayout } from '../../../engine/datasets/formats/spike-file.ts';
import { CATALOGUE } from '../../../engine/datasets/library/catalogue.ts';
import { checkFiles } from '../../../engine/datasets/library/verify.ts';
import { prepareDataset } from '../../../engine/datasets/prepare.ts';
import { openReader } from '../../../engine/datasets/reader.ts';
import { EventBuffer } from '../../../engine/datasets/recordings/binning.ts';
import { parseBatch } from '../../../engine/datasets/sets/cifar10/read.ts';
import { parseLabels } from '../../../engine/datasets/sets/dvs128-gesture/read.ts';
import { readPictures } from '../../../engine/datasets/sets/mnist/read.ts';
import { parseNmnist } from '../../../engine/datasets/sets/nmnist/read.ts';
import { SaccadeCamera } from '../../../engine/datasets/sets/nmnist-simulated/saccades.ts';
import { nmnistSimulatedSchema } from '../../../engine/datasets/sets/nmnist-simulated/schema.ts';
import { put, readSample, specOf, temporaryFolder } from '../../unit/datasets/helpers.ts';
import { correlation, eventStatistics } from '../../unit/datasets/statistics.ts';
import { aedat, type Event, labelsCsv, type Packet } from '../../unit/datasets/writers.ts';

const real = process.env.LIF_REAL_DATA ?? resolve(import.meta.dirname, '../../../../shared/data');
const here = (path: string): boolean => existsSync(join(real, path));
const entry = (name: string) => CATALOGUE.find((e) => e.name === name)!;

let folder: string;
const before = process.env.LIF_DATA;
beforeAll(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = folder;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

const context = () => ({ file: join(folder, 'study.lif.yaml'), seed: 1 });

describe('real files', () => {
  test.skipIf(!here('mnist'))('MNIST: 60,000 + 10,000 pictures, first labels, published checksums', async () => {
    const data = await prepareDataset(specOf({ name: 'mnist', path: join(real, 'mnist') }), context());
    expect(data.sizes).toEqual({ train: 60_000, validation: 0, test: 10_000 });
    const reader = openReader(data);
    expect(Array.from({ length: 10 }, (_, i) => reader.label('train', 0, i))).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(Array.from({ length: 10 }, (_, i) => reader.label('test', 0, i))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    for (const { file, md5, published } of await checkFiles(entry('mnist'), join(real, 'mnist')))
      expect(md5, file).toBe(published);
  });

  test.skipIf(!here('nmnist'))('N-MNIST: 1,100 recordings with the labels of MNIST, every event kept', async () => {
    const data = await prepareDataset(specOf({ name: 'nmnist', path: join(real, 'nmnist') }), context());
    expect(data).toMatchObject({ inputs: 2312, steps: 105, sizes: { train: 1000, validation: 0, test: 100 } });
    const reader = openReader(data);
    expect(Array.from({ length: 10 }, (_, i) => reader.label('train', 0, i))).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    let events = 0;
    for (const split of ['train', 'test'] as const)
      for (let i = 0; i < data.sizes[split]; i++) events += readSample(data, split, 0, i).steps.flat().length;
    // 147 of the 4,518,827 events come after the last saccade.
    expect(data.source === 'events' && data.dropped).toBe(147);
    expect(events + 147).toBe(4_518_827);
  });

  test.skipIf(!here('nmnist'))('N-MNIST as a table of your own is the same to the spike', async () => {
    const lines = ['sample,t_us,x,y,p,label,split'];
    const buffer = new EventBuffer();
    const published = await prepareDataset(specOf({ name: 'nmnist', path: join(real, 'nmnist') }), context());
    const reader = openReader(published);
    const files = (['Train', 'Test'] as const).flatMap((part) =>
      readdirSync(join(real, 'nmnist', part))
        .flatMap((digit) => readdirSync(join(real, 'nmnist', part, digit)).map((name) => ({ part, digit, name })))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, 20),
    );
    for (const [i, { part, digit, name }] of files.entries()) {
      buffer.length = 0;
      parseNmnist(name, readFileSync(join(real, 'nmnist', part, digit, name)), true, buffer);
      for (let k = 0; k < buffer.length; k++) {
        const [p, pixel] = [Math.floor(buffer.channels[k]! / 1156), buffer.channels[k]! % 1156];
        lines.push(`${i},${buffer.times[k]},${pixel % 34},${Math.floor(pixel / 34)},${p},${digit},${part}`);
      }
    }
    writeFileSync(join(folder, 'own.csv'), lines.join('\n'));
    const { dt } = specOf({ name: 'nmnist' }) as { dt: number };
    const { steps } = published;
    const input = { planes: 2, height: 34, width: 34 };
    const own = await prepareDataset(
      specOf({ name: 'events', path: join(folder, 'own.csv'), input, classes: 10, steps, dt }),
      context(),
    );
    expect(own.sizes).toEqual({ train: 20, validation: 0, test: 20 });
    for (const split of ['train', 'test'] as const)
      for (let i = 0; i < 20; i++) {
        expect(readSample(own, split, 0, i), `${split} ${i}`).toEqual(readSample(published, split, 0, i));
        expect(reader.label(split, 0, i)).toBe(readSample(own, split, 0, i).label);
      }
  });

  test.skipIf(!here('shd'))('SHD as HDF5 of your own is the same to the spike', async () => {
    const file = join(real, 'shd', 'shd_one_sample_repacked.h5');
    const place = join(folder, 'own-shd');
    mkdirSync(place);
    mkdirSync(join(folder, 'published'));
    for (const name of ['shd_train.h5', 'shd_test.h5']) {
      cpSync(file, join(place, name));
      cpSync(file, join(folder, 'published', name));
    }
    const own = await prepareDataset(
      specOf({ name: 'events', path: place, timeUnit: 's', input: { channels: 700 }, classes: 20, steps: 100, dt: 10 }),
      context(),
    );
    const published = await prepareDataset(
      specOf({ name: 'shd', path: join(folder, 'published'), dt: 10, steps: 100, values: 'counts' }),
      context(),
    );
    for (const split of ['train', 'test'] as const)
      expect(readSample(own, split, 0, 0)).toEqual(readSample(published, split, 0, 0));
  });

  test.skipIf(!here('nmnist') || !here('mnist'))(
    'simulated N-MNIST is like the recordings of the same pictures',
    () => {
      const buffer = new EventBuffer();
      const root = join(real, 'nmnist', 'Test');
      const files = readdirSync(root).flatMap((d) => readdirSync(join(root, d)).map((f) => join(d, f)));
      const pixels = readPictures(join(real, 'mnist'), 't10k', {}).pixels;
      const camera = new SaccadeCamera(nmnistSimulatedSchema.parse({ name: 'nmnist-simulated' }));
      const recorded = function* () {
        for (const file of files) {
          buffer.length = 0;
          parseNmnist(file, readFileSync(join(root, file)), true, buffer);
          yield buffer;
        }
      };
      const simulated = function* () {
        for (const [i, file] of files.entries()) {
          buffer.length = 0;
          const picture = Number.parseInt(file.slice(2), 10) - 1;
          camera.record(pixels.subarray(784 * picture, 784 * (picture + 1)), i, buffer);
          yield buffer;
        }
      };
      const a = eventStatistics(recorded(), 34 * 34, 315);
      const b = eventStatistics(simulated(), 34 * 34, 315);
      expect(Math.abs(b.events.mean / a.events.mean - 1)).toBeLessThan(0.1);
      expect(Math.abs(b.on.mean - a.on.mean), 'ON fraction').toBeLessThan(0.02);
      expect(Math.abs(b.active.one / a.active.one - 1), 'channels with an event').toBeLessThan(0.1);
      expect(Math.abs(b.intervals[1] / a.intervals[1] - 1), 'median interval').toBeLessThan(0.15);
      expect(correlation(a.counts, b.counts), 'event counts').toBeGreaterThan(0.9);
      expect(correlation(a.profile, b.profile), 'event rate over time').toBeGreaterThan(0.9);
    },
  );

  test.skipIf(!here('shd'))('SHD: the recording, its file and its csv agree', async () => {
    const file = join(real, 'shd', 'shd_one_sample_repacked.h5');
    const spikes = await openSpikes(file, getAgain('shd'), publishedLayout(700, 20));
    const events = new EventBuffer();
    spikes.read(0, events);
    spikes.close();
    const rows = readFileSync(join(real, 'shd', 'shd_test_index1_1ms.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number));
    expect(events.length).toBe(9386);
    expect(rows).toHaveLength(9386);
    for (const [i, [ms, unit]] of rows.entries()) {
      expect(events.channels[i], `unit of spike ${i}`).toBe(unit);
      // Float16 resolves half a millisecond below one second.
      expect(Math.abs(events.times[i]! / 1000 - ms!), `time of spike ${i}`).toBeLessThan(0.26);
    }
    mkdirSync(join(folder, 'shd'), { recursive: true });
    for (const name of ['shd_train.h5', 'shd_test.h5']) symlinkSync(file, join(folder, 'shd', name));
    const data = await prepareDataset(specOf({ name: 'shd', dt: 10, steps: 100, values: 'counts' }), context());
    const { steps } = readSample(data, 'test', 0, 0);
    expect(steps.flat()).toHaveLength(9386);
    expect(
      steps.findLastIndex((step) => step.length > 0),
      'last step with a spike',
    ).toBe(78);
  });

  test.skipIf(!here('cifar10'))('CIFAR-10: batch 1 and the first test pictures', async () => {
    const batch = (name: string) => parseBatch(name, readFileSync(join(real, 'cifar10', name)));
    const train = batch('data_batch_1.bin');
    expect(train.labels).toHaveLength(10_000);
    expect(Array.from(train.labels.subarray(0, 10))).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3]);
    expect(Array.from(batch('test_batch_first1000.bin').labels.subarray(0, 10))).toEqual([
      3, 8, 8, 0, 6, 6, 1, 6, 3, 1,
    ]);
    const checked = await checkFiles(entry('cifar10'), join(real, 'cifar10'));
    const first = checked.find(({ file }) => file.endsWith('data_batch_1.bin'))!;
    expect(first.md5).toBe(first.published);
  });

  test.skipIf(!here('dvs_gesture'))('DVS128 Gesture: AEDAT 3.1 files written by somebody else', () => {
    const root = join(real, 'dvs_gesture', 'synthetic_aedat31');
    const counts: Record<string, number> = {};
    for (const name of readdirSync(root).filter((n) => n.endsWith('.aedat'))) {
      const bytes = readFileSync(join(root, name));
      expect(aedatHeader(name, bytes, 'no')).toBeGreaterThan(80);
      const events = parseAedat(name, bytes, 128, 'no');
      counts[name] = events.length;
      const csv = name.replace('.aedat', '_labels.csv');
      expect(parseLabels(csv, readFileSync(join(root, csv), 'utf8'), name).length).toBeGreaterThan(0);
    }
    expect(counts['aedat1_for_testing.aedat']).toBe(12);
  });

  test.skipIf(!here('dvs_gesture'))('DVS128 Gesture: real gestures through AEDAT 3.1 into 16 frames', async () => {
    const data = join(folder, 'dvs128-gesture');
    const counts = [1, 10].map((n) => {
      const bytes = readFileSync(join(real, 'dvs_gesture', 'slayer_bs2', `${n}.bs2`));
      const events: Event[] = [];
      for (let p = 0; p < bytes.length; p += 5) {
        const time = ((bytes[p + 2]! & 127) << 16) | (bytes[p + 3]! << 8) | bytes[p + 4]!;
        events.push([bytes[p]!, bytes[p + 1]!, bytes[p + 2]! >>> 7, time]);
      }
      const packets: Packet[] = [];
      for (let i = 0; i < events.length; i += 4096) packets.push({ events: events.slice(i, i + 4096) });
      put(data, `user${n}_led.aedat`, aedat(packets));
      put(data, `user${n}_led_labels.csv`, labelsCsv([[n, 0, 2_000_000]]));
      return events.length;
    });
    put(data, 'trials_to_train.txt', 'user1_led.aedat');
    put(data, 'trials_to_test.txt', 'user10_led.aedat');
    const prepared = await prepareDataset(specOf({ name: 'dvs128-gesture' }), context());
    expect(prepared).toMatchObject({ inputs: 2048, steps: 16, sizes: { train: 1, test: 1 } });
    for (const [k, split] of (['train', 'test'] as const).entries()) {
      const { label, steps } = readSample(prepared, split, 0, 0);
      expect(label).toBe([0, 9][k]);
      expect(steps.map((s) => s.length)).toEqual([
        ...Array(15).fill(Math.floor(counts[k]! / 16)),
        counts[k]! - 15 * Math.floor(counts[k]! / 16),
      ]);
    }
    const fixed = await prepareDataset(
      specOf({ name: 'dvs128-gesture', frames: 'fixed', dt: 50, steps: 29 }),
      context(),
    );
    expect(
      readSample(fixed, 'train', 0, 0).steps.every((s) => s.length > 0),
      'no step of 50 ms is silent',
    ).toBe(true);
  });
});
