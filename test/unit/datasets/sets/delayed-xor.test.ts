import { describe, expect, test } from 'vitest';
import type { PreparedDataset, Split } from '../../../../engine/datasets/dataset.ts';
import { checkDataset, prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { openReader } from '../../../../engine/datasets/reader.ts';
import { expectUserError, readSample, specOf } from '../helpers.ts';

const context = { file: '/nowhere/study.lif.yaml', seed: 7 };
const prepare = (fields: Record<string, unknown> = {}, seed = 7) =>
  prepareDataset(specOf({ name: 'delayed-xor', ...fields }), { ...context, seed });

/** Mean spikes per step and channel in steps [from, to). */
const rate = (steps: number[][], from: number, to: number, width: number): number =>
  steps.slice(from, to).reduce((sum, step) => sum + step.length, 0) / ((to - from) * width);

describe('delayed-xor', () => {
  test('has the shape of the published code by default', async () => {
    const data = await prepare();
    expect(data).toMatchObject({
      inputs: 20,
      classes: 2,
      steps: 200,
      encoding: 'events',
      sizes: { train: 50_000, validation: 5_000, test: 10_000 },
    });
  });

  test('labels are the XOR of the two rates, each of the four combinations equally likely', async () => {
    const data = await prepare({ noise: 0, lowRate: 0, highRate: 1 });
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) {
      const { label, steps } = readSample(data, 'train', 0, i);
      const first = Number(steps[0]!.length === 20);
      const second = Number(steps[199]!.length === 20);
      expect(label, `sample ${i} with rates ${first} and ${second}`).toBe(first ^ second);
      counts[first * 2 + second]!++;
    }
    // Binomial(4000, 1/4) has a deviation of 27.4: five of them.
    for (const count of counts) expect(Math.abs(count - 1000), `combinations ${counts}`).toBeLessThan(137);
  });

  test('pulses have rates low OR noise and high OR noise, the delay has the rate of the noise', async () => {
    const data = await prepare({ noise: 0.05 });
    const sums = { low: [0, 0], high: [0, 0], delay: [0, 0] };
    const quiet = await prepare({ noise: 0.05, lowRate: 0, highRate: 1 });
    for (let i = 0; i < 2000; i++) {
      const { steps } = readSample(data, 'train', 0, i);
      // The rate index is drawn first, so the sample with rates 0 and 1 tells which one this is.
      const high = readSample(quiet, 'train', 0, i).steps[0]!.length === 20;
      const bin = high ? sums.high : sums.low;
      bin[0]! += rate(steps, 0, 10, 20);
      bin[1]! += 1;
      sums.delay[0]! += rate(steps, 10, 190, 20);
      sums.delay[1]! += 1;
    }
    expect(sums.low[0]! / sums.low[1]!).toBeCloseTo(1 - 0.8 * 0.95, 2);
    expect(sums.high[0]! / sums.high[1]!).toBeCloseTo(1 - 0.4 * 0.95, 2);
    expect(sums.delay[0]! / sums.delay[1]!).toBeCloseTo(0.05, 3);
  });

  test('a spike that is both noise and pulse counts once, and channels rise within a step', async () => {
    const data = await prepare({ noise: 0.5, lowRate: 0.5, highRate: 1 });
    for (let i = 0; i < 50; i++)
      for (const [t, step] of readSample(data, 'train', 3, i).steps.entries())
        expect(step, `sample ${i}, step ${t}`).toEqual([...new Set(step)].sort((a, b) => a - b));
  });

  test('noise probabilities 0 and 1 mean none and all', async () => {
    const silent = await prepare({ noise: 0, lowRate: 0, highRate: 0 });
    expect(readSample(silent, 'train', 0, 0).steps.flat()).toEqual([]);
    const full = await prepare({ noise: 1, steps: 30 });
    expect(readSample(full, 'train', 0, 0).steps.map((s) => s.length)).toEqual(Array(30).fill(20));
  });

  test('training samples are fresh in every epoch, held-out samples stay and differ from training', async () => {
    const data = await prepare({ steps: 50 });
    const sample = (split: 'train' | 'validation' | 'test', epoch: number) => readSample(data, split, epoch, 5);
    expect(sample('train', 1)).toEqual(sample('train', 1));
    expect(sample('train', 1)).not.toEqual(sample('train', 2));
    expect(sample('test', 1)).toEqual(sample('test', 2));
    expect(sample('test', 0)).not.toEqual(sample('validation', 0));
    expect(sample('test', 0)).not.toEqual(sample('train', 0));
    expect(readSample(await prepare({ steps: 50 }, 8), 'train', 1, 5)).not.toEqual(sample('train', 1));
  });

  test('label() agrees with events()', async () => {
    const data = await prepare({ steps: 20 });
    const reader = openReader(data);
    for (let i = 0; i < 200; i++) expect(reader.label('train', 4, i)).toBe(readSample(data, 'train', 4, i).label);
  });

  test('multi-timescale: slow pulse, gaps, fast pulses; the label is slow XOR last', async () => {
    const data = await prepare({ form: 'multi-timescale', steps: 100, noise: 0, lowRate: 0, highRate: 1 });
    expect(data.inputs).toBe(40);
    const seen = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      const { label, steps } = readSample(data, 'train', 0, i);
      const slow = Number(steps[0]!.length > 0);
      for (let t = 0; t < 10; t++) expect(steps[t]).toEqual(slow ? [...Array(20).keys()] : []);
      const fast: number[] = [];
      for (let k = 0; k < 6; k++) {
        const start = 10 + 15 * k;
        for (let t = start; t < start + 5; t++) expect(steps[t], `gap at step ${t}`).toEqual([]);
        fast.push(Number(steps[start + 5]!.length > 0));
        for (let t = start + 5; t < start + 15; t++)
          expect(steps[t], `fast pulse at step ${t}`).toEqual(fast[k] ? [...Array(20).keys()].map((c) => c + 20) : []);
      }
      expect(label).toBe(slow ^ fast[5]!);
      seen.set(`${slow} ${fast.join('')}`, (seen.get(`${slow} ${fast.join('')}`) ?? 0) + 1);
    }
    expect(seen.size, 'all combinations of slow and six fast pulses').toBe(128);
  });

  test('multi-timescale noise is uniform over both signals', async () => {
    const data = await prepare({ form: 'multi-timescale', steps: 100, noise: 0.1, lowRate: 0, highRate: 0 });
    const counts = new Float64Array(40);
    for (let i = 0; i < 500; i++) for (const c of readSample(data, 'test', 0, i).steps.flat()) counts[c]!++;
    for (const [c, n] of counts.entries()) expect(Math.abs(n - 5000), `channel ${c} has ${n}`).toBeLessThan(5 * 68);
  });

  test('says when the pulses do not fit', () =>
    expectUserError(() => checkDataset(specOf({ name: 'delayed-xor', steps: 15 }), context), 'at least 20'));
});

test('all seeds of a study are scored by the same sequences, and learn from their own', async () => {
  const [one, two] = await Promise.all([1, 2].map((seed) => prepare({ steps: 50 }, seed)));
  const sample = (data: PreparedDataset, split: Split) => readSample(data, split, 0, 3);
  for (const split of ['validation', 'test'] as const)
    expect(sample(one!, split), `the ${split} set of seeds 1 and 2`).toEqual(sample(two!, split));
  expect(sample(one!, 'train')).not.toEqual(sample(two!, 'train'));
  const other = await prepare({ steps: 50, seed: 5 }, 1);
  expect(sample(other, 'test'), 'dataset.seed draws other sets').not.toEqual(sample(one!, 'test'));
});

test('seed: run, and specs of runs from before there was a seed, draw the held-out sets from the seed of the run', async () => {
  const asBefore = await prepare({ steps: 50, seed: 'run' }, 7);
  const { seed: _, ...spec } = specOf({ name: 'delayed-xor', steps: 50 }) as Record<string, unknown>;
  const stored = await prepareDataset(spec as ReturnType<typeof specOf>, { ...context, seed: 7 });
  const fixed = await prepare({ steps: 50, seed: 7 }, 1);
  for (const data of [stored, fixed])
    expect(readSample(data, 'test', 0, 0)).toEqual(readSample(asBefore, 'test', 0, 0));
});
