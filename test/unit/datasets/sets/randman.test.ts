import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareDataset } from '../../../../engine/datasets/prepare.ts';
import { Manifold } from '../../../../engine/datasets/sets/randman/read.ts';
import { checkExperiment } from '../../../../engine/experiment/parse.ts';
import { expectUserError, readSample, specOf, temporaryFolder } from '../helpers.ts';

let folder: string;
const before = process.env.LIF_DATA;
beforeEach(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = folder;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

const prepare = (more: Record<string, unknown> = {}, seed = 1) =>
  prepareDataset(specOf({ name: 'randman', channels: 12, classes: 3, trainSamples: 90, testSamples: 30, ...more }), {
    file: join(folder, 'study.lif.yaml'),
    seed,
  });

/** With its range found. */
function ranged(manifold: Manifold): Manifold {
  for (const _ of manifold.findRange());
  return manifold;
}

/** Step in which each channel fires. */
const firstSpikes = (steps: number[][], channels: number): number[] =>
  Array.from({ length: channels }, (_, c) => steps.findIndex((step) => step.includes(c)));

describe('randman', () => {
  test('has any number of channels and classes; every channel fires once in a sample', async () => {
    const data = await prepare({ validationSamples: 10 });
    expect(data).toMatchObject({ inputs: 12, classes: 3, steps: 100, sizes: { train: 90, validation: 10, test: 30 } });
    for (let i = 0; i < 90; i++) {
      const { label, steps } = readSample(data, 'train', 0, i);
      expect(label).toBe(i % 3);
      expect(
        steps.flat().sort((a, b) => a - b),
        `sample ${i}`,
      ).toEqual([...Array(12).keys()]);
    }
  });

  test('is the same in every epoch and for every seed of a run, and differs with its own seed', async () => {
    const data = await prepare();
    expect(readSample(data, 'train', 5, 7)).toEqual(readSample(data, 'train', 0, 7));
    expect(readSample(await prepare({}, 2), 'train', 0, 7)).toEqual(readSample(data, 'train', 0, 7));
    expect(readSample(await prepare({ manifoldSeed: 2 }), 'train', 0, 7)).not.toEqual(readSample(data, 'train', 0, 7));
    expect(readSample(data, 'test', 0, 0)).not.toEqual(readSample(data, 'train', 0, 0));
  });

  test('only timing tells the classes apart: a sample lies closer to samples of its class', async () => {
    const data = await prepare({ trainSamples: 300, channels: 30 });
    const times = Array.from({ length: 300 }, (_, i) => firstSpikes(readSample(data, 'train', 0, i).steps, 30));
    let right = 0;
    for (let i = 0; i < 300; i++) {
      let best = -1;
      let least = Number.POSITIVE_INFINITY;
      for (let j = 0; j < 300; j++) {
        if (j === i) continue;
        const distance = times[i]!.reduce((sum, t, c) => sum + (t - times[j]![c]!) ** 2, 0);
        if (distance < least) [best, least] = [j, distance];
      }
      if (best % 3 === i % 3) right++;
    }
    expect(right, 'nearest neighbours of the same class, of 300; chance is 100').toBeGreaterThan(270);
  });

  test('several spikes per channel, and jitter', async () => {
    const data = await prepare({ spikes: 4 });
    const counts = Array.from({ length: 30 }, (_, i) => readSample(data, 'train', 0, i).steps.flat().length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(48);
    expect(Math.min(...counts)).toBeGreaterThan(36);
    const still = readSample(await prepare(), 'train', 0, 0);
    const moved = readSample(await prepare({ jitter: 5 }), 'train', 0, 0);
    const shifts = firstSpikes(moved.steps, 12).map((t, c) => Math.abs(t - firstSpikes(still.steps, 12)[c]!));
    expect(Math.max(...shifts)).toBeGreaterThan(0);
    expect(Math.max(...shifts)).toBeLessThan(25);
  });
});

describe('a manifold', () => {
  test('is the product over dimensions of the sums of its harmonics, scaled to its range', () => {
    const fields = { channels: 5, spikes: 1, dimensions: 2, smoothness: 2, manifoldSeed: 3 };
    const manifold = ranged(new Manifold(fields, 1));
    const x = new Float64Array(2);
    for (let unit = 0; unit < 5; unit++) {
      const values: number[] = [];
      for (let i = 0; i < 900; i++) {
        x[0] = (i % 30) / 30;
        x[1] = Math.floor(i / 30) / 30;
        values.push(manifold.value(unit, x));
      }
      expect(Math.min(...values)).toBeGreaterThan(-0.15);
      expect(Math.min(...values)).toBeLessThan(0.2);
      expect(Math.max(...values)).toBeGreaterThan(0.8);
      expect(Math.max(...values)).toBeLessThan(1.15);
    }
  });

  test('a higher exponent is smoother', () => {
    const roughness = (smoothness: number): number => {
      const manifold = ranged(new Manifold({ channels: 40, spikes: 1, dimensions: 1, smoothness, manifoldSeed: 1 }, 0));
      const value = (unit: number, v: number) => manifold.value(unit, Float64Array.of(v));
      let sum = 0;
      for (let unit = 0; unit < 40; unit++)
        for (let i = 0; i < 500; i++) sum += Math.abs(value(unit, (i + 1) / 500) - value(unit, i / 500));
      return sum / 40;
    };
    const [rough, middle, smooth] = [roughness(1), roughness(2), roughness(4)];
    expect(rough, `total variation ${rough}, ${middle}, ${smooth}`).toBeGreaterThan(1.5 * middle);
    expect(middle).toBeGreaterThan(1.1 * smooth);
  });

  test('that takes long to make lets go within its first manifolds when it is told to stop', async () => {
    const stop = new AbortController();
    // 500 points on each of 1000 manifolds: minutes, of which nothing was heard.
    const making = prepareDataset(specOf({ name: 'randman', channels: 500, classes: 1000, trainSamples: 10 }), {
      file: join(folder, 'study.lif.yaml'),
      seed: 1,
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(new Error('stopped by the test')), 100);
    await expect(making).rejects.toThrow('stopped by the test');
  });

  test('of more functions than fit into memory is refused in a sentence', async () => {
    await expectUserError(
      () => prepare({ channels: 65535, spikes: 100, dimensions: 16, classes: 1000, smoothness: 0 }),
      'terms in all, more than the 16777216 that fit into memory',
    );
    const text =
      'name: r\ndataset: { name: randman, channels: 20000, dimensions: 8, classes: 50 }\nnetwork: { hidden: [4] }\nvariants: { a: {} }\n';
    expect(checkExperiment(text, 'r.lif.yaml').diagnostics, 'before any run').toEqual([
      expect.objectContaining({
        severity: 'error',
        message: expect.stringMatching(
          /^`dataset.channels` is 20000: 50 classes of 20000 functions have 256000000 terms in all/,
        ),
        range: expect.objectContaining({ start: expect.objectContaining({ line: 1 }) }),
      }),
    ]);
  });

  test('of more steps and samples than a disk holds is refused before anything is written', async () => {
    await expectUserError(
      () => prepare({ steps: 65535, trainSamples: 10_000_000 }),
      /take at least \d+\.\d GiB, more than the \d+ that .* fewer or longer steps or fewer samples/,
    );
    expect(readdirSync(join(folder, 'cache'))).toEqual([]);
  });

  test('says so when a file is in the place of the cache', async () => {
    writeFileSync(join(folder, 'cache'), 'x');
    await expectUserError(
      () => prepare(),
      /cache: cannot be written because a file stands where a folder should be; set LIF_DATA to a folder/,
    );
  });
});
