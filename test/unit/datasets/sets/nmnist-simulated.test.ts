import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { EventBuffer } from '../../../../engine/datasets/recordings/binning.ts';
import { type CameraFields, SaccadeCamera } from '../../../../engine/datasets/sets/nmnist-simulated/saccades.ts';
import { expectUserError, readSample, specOf, temporaryFolder, writeMnist } from '../helpers.ts';
import { eventStatistics } from '../statistics.ts';

const PIXELS = 34 * 34;
const fields: CameraFields = { contrast: 0.09, mismatch: 0.2, noiseRate: 0, cameraSeed: 1 };

/** A vertical bar, 3 pixels wide and 12 high, in the middle. */
const bar = Uint8Array.from({ length: 784 }, (_, i) => {
  const [x, y] = [i % 28, Math.floor(i / 28)];
  return x >= 12 && x < 15 && y >= 8 && y < 20 ? 255 : 0;
});

function record(pixels: Uint8Array, change: Partial<CameraFields> = {}, recording = 0): EventBuffer {
  const events = new EventBuffer();
  new SaccadeCamera({ ...fields, ...change }).record(pixels, recording, events);
  return events;
}

describe('the simulated camera', () => {
  test('a moved bar gives as many ON as OFF events, all near its path, none while at rest', () => {
    const events = record(bar, { mismatch: 0 });
    expect(events.length).toBeGreaterThan(500);
    const { on, profile } = eventStatistics([events], PIXELS, 315);
    // The picture ends where it began, so each pixel's rises and falls cancel up to one threshold.
    expect(Math.abs(on.mean - 0.5)).toBeLessThan(0.02);
    expect(profile[0]! + profile[31]!, 'events in the first and last 10 ms').toBeLessThan(5);
    expect(profile[5]!, 'events at 50 ms').toBeGreaterThan(10 * profile[0]!);
    for (let i = 0; i < events.length; i++) {
      const pixel = events.channels[i]! % PIXELS;
      const [x, y] = [pixel % 34, Math.floor(pixel / 34)];
      expect(x >= 9 && x <= 23 && y >= 6 && y <= 28, `event at (${x}, ${y})`).toBe(true);
      expect(events.times[i]! >= 0 && events.times[i]! < 315_000, `event at ${events.times[i]} µs`).toBe(true);
    }
  });

  test('no ink, no noise: no events; halving the threshold doubles the events', () => {
    expect(record(new Uint8Array(784)).length).toBe(0);
    const ratio = record(bar, { contrast: 0.05 }).length / record(bar, { contrast: 0.1 }).length;
    expect(ratio).toBeGreaterThan(1.8);
    expect(ratio).toBeLessThan(2.4);
  });

  test('events of a channel come in order of time', () => {
    const events = record(bar);
    const last = new Map<number, number>();
    for (let i = 0; i < events.length; i++) {
      const c = events.channels[i]!;
      expect(events.times[i]).toBeGreaterThanOrEqual(last.get(c) ?? 0);
      last.set(c, events.times[i]!);
    }
  });

  test('background events have their rate and differ between recordings', () => {
    const counts = Array.from({ length: 40 }, (_, i) => record(new Uint8Array(784), { noiseRate: 2 }, i).length);
    const expected = 2 * PIXELS * 0.315;
    const mean = counts.reduce((a, b) => a + b) / 40;
    expect(Math.abs(mean - expected), `mean of ${mean} events`).toBeLessThan(5 * Math.sqrt(expected / 40));
    expect(new Set(counts).size).toBeGreaterThan(10);
  });
});

describe('nmnist-simulated', () => {
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
  const context = () => ({ file: join(folder, 'study.lif.yaml'), seed: 1 });
  const prepare = (more: Record<string, unknown> = {}) =>
    prepareDataset(specOf({ name: 'nmnist-simulated', path: 'mnist', ...more }), context());

  test('has the layout of N-MNIST, the labels of MNIST and the same events for every seed of a run', async () => {
    writeMnist(join(folder, 'mnist'), 6, 3);
    await checkDataset(specOf({ name: 'nmnist-simulated', path: 'mnist' }), context());
    const data = await prepare();
    expect(data).toMatchObject({ inputs: 2312, classes: 10, steps: 105, sizes: { train: 6, validation: 0, test: 3 } });
    expect([0, 1, 2, 3, 4, 5].map((i) => readSample(data, 'train', 0, i).label)).toEqual([0, 1, 2, 3, 4, 5]);
    const again = await prepareDataset(specOf({ name: 'nmnist-simulated', path: 'mnist' }), { ...context(), seed: 2 });
    expect(readSample(again, 'test', 9, 2)).toEqual(readSample(data, 'test', 0, 2));
    expect(data.checksums).toHaveProperty('simulated events');
  });

  test('opens at another resolution: two 1 ms steps make one of 2 ms', async () => {
    writeMnist(join(folder, 'mnist'), 2, 2);
    const fine = readSample(await prepare({ dt: 1 }), 'train', 0, 1).steps;
    const coarse = readSample(await prepare({ dt: 2 }), 'train', 0, 1).steps;
    expect(coarse).toHaveLength(158);
    for (const [t, step] of coarse.entries())
      expect(step).toEqual([...fine[2 * t]!, ...(fine[2 * t + 1] ?? [])].sort((a, b) => a - b));
  });

  test('says how to get MNIST', () => expectUserError(() => prepare(), 'lif data get mnist'));
});
