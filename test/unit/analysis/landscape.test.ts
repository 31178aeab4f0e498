/** The landscape: directions as Li et al. scale them, points as training evaluates them, parts that go on where they stopped. */
import { afterEach, expect, test } from 'vitest';
import type { Subject } from '../../../engine/analysis/analysis.ts';
import { leftAlone, randomDirection } from '../../../engine/analysis/directions.ts';
import { landscape } from '../../../engine/analysis/landscape/landscape.ts';
import type { PreparedDataset } from '../../../engine/datasets/dataset.ts';
import type { Tensor } from '../../../engine/models/parameters.ts';
import { coarseToFine, completeLattice, type LandscapeResult, standIns } from '../../../protocol/analyses/landscape.ts';
import { spikes } from '../backends/event/support.ts';
import { ask, byName, subjectOf } from './subject.ts';

const open: Subject[] = [];
afterEach(async () => {
  for (const { network } of open.splice(0)) await network.close();
});
async function opened(settings: object = {}, threads = 2, data: PreparedDataset = spikes()): Promise<Subject> {
  const subject = await subjectOf(data, { network: { hidden: [12], weightGain: 3 }, ...settings }, threads);
  open.push(subject);
  return subject;
}
const directionOf = ({ plan, network }: Subject, number: number): Tensor[] =>
  randomDirection(plan, network.parameters(), { seed: 1, number, purpose: 'landscape' });
const norm = (values: Float32Array, first: number, stride: number): number => {
  let sum = 0;
  for (let i = first; i < values.length; i += stride) sum += values[i]! ** 2;
  return Math.sqrt(sum);
};

test('each neuron of a direction has the norm of its weights, and what has one dimension stays', async () => {
  const subject = await opened({ neuron: { recurrent: true, leak: { learnable: true } } });
  const weights = subject.network.parameters();
  const direction = byName(directionOf(subject, 0));
  for (const { name, shape, data } of weights) {
    const d = direction.get(name)!;
    expect(d.shape).toEqual(shape);
    if (shape.length === 1)
      expect(
        d.data.every((value) => value === 0),
        name,
      ).toBe(true);
    else
      for (let n = 0; n < shape[1]!; n++) {
        const wanted = norm(data, n, shape[1]!);
        expect(Math.abs(norm(d.data, n, shape[1]!) - wanted), name).toBeLessThan(1e-5 * wanted);
      }
  }
  expect(leftAlone(weights)).toEqual(['layers.0.bias', 'layers.0.leak', 'layers.1.bias', 'layers.1.leak']);
});

test('networks walk the same way where they have the same weights to walk by; numbers and matrices of one shape differ', async () => {
  const signs = (tensor: Tensor | undefined): number[] => Array.from(tensor!.data, Math.sign);
  const hidden = { network: { hidden: [12, 12] } };
  const plain = await opened(hidden);
  const recurrent = await opened({ ...hidden, neuron: { recurrent: true } });
  const [a, b, other] = [directionOf(plain, 0), directionOf(recurrent, 0), directionOf(plain, 1)].map(byName);
  for (const name of a!.keys()) expect(signs(b!.get(name)), name).toEqual(signs(a!.get(name)));
  expect(signs(other!.get('layers.0.weight'))).not.toEqual(signs(a!.get('layers.0.weight')));
  const square = ['layers.0.recurrent', 'layers.1.recurrent', 'layers.1.weight'].map((name) => signs(b!.get(name)));
  expect(new Set(square.map(String)).size).toBe(3);
});

test.each([{}, { neuron: { recurrent: true } }, { model: 'lstm' }])(
  'every point is what training would evaluate there, here and in float64: %o',
  async (settings) => {
    const subject = await opened(settings);
    const { network } = subject;
    const weights = network.parameters();
    const result = await ask(landscape, subject, {
      points: 5,
      samples: 20,
      directions: 3,
      radii: [0.1],
      split: 'test',
    });
    expect(network.parameters()).toEqual(weights);
    const reference = await opened({ ...settings, backend: 'reference' });
    const [x, y] = [directionOf(subject, 0), directionOf(subject, 1)];
    for (let row = 0; row < 5; row++)
      for (let column = 0; column < 5; column++) {
        const [a, b] = [-1 + column / 2, -1 + row / 2];
        const there = weights.map(({ data, ...rest }, i) => ({
          ...rest,
          data: data.map((w, j) => w + a * x[i]!.data[j]! + b * y[i]!.data[j]!),
        }));
        const seen = [result.loss[row * 5 + column]!, result.accuracy[row * 5 + column]!];
        for (const [of, tolerance] of [
          [network, 1e-6],
          [reference.network, 1e-4],
        ] as const) {
          of.setParameters(there);
          const { loss, accuracy } = await of.evaluate('test', { samples: 20 });
          expect(Math.abs(seen[0]! - loss / 20)).toBeLessThan(tolerance * (loss / 20));
          expect(seen[1]).toBeCloseTo(accuracy / 20, 6);
        }
      }
    expect(result.loss[12]).toBeCloseTo(result.centre.loss!, 6);
    expect(result.accuracy[12]).toBeCloseTo(result.centre.accuracy, 6);
    for (const [number, rise] of result.sharpness[0]!.rises.entries()) {
      const d = directionOf({ ...subject, network: { ...network, parameters: () => weights } }, number);
      network.setParameters(
        weights.map(({ data, ...rest }, i) => ({ ...rest, data: data.map((w, j) => w + 0.1 * d[i]!.data[j]!) })),
      );
      const { loss } = await network.evaluate('test', { samples: 20 });
      expect(rise).toBeCloseTo(loss / 20 - result.centre.loss!, 5);
    }
    const { rises, mean, deviation } = result.sharpness[0]!;
    const expected = rises.reduce((sum: number, r) => sum + r!, 0) / 3;
    expect(mean).toBeCloseTo(expected, 10);
    expect(deviation).toBeCloseTo(Math.sqrt(rises.reduce((sum: number, r) => sum + (r! - expected) ** 2, 0) / 2), 10);
  },
);

test('what was published goes on to the same bits, with any number of threads; a stop is heard', async () => {
  const params = { points: 9, samples: 16, directions: 4 };
  const whole = await ask(landscape, await opened({}, 1), params);
  expect(whole.evaluated).toBe(81);
  const parts: LandscapeResult[] = [];
  const stop = new AbortController();
  await expect(
    ask(landscape, await opened({}, 2), params, {
      signal: stop.signal,
      published(part) {
        parts.push(part);
        if (parts.length === 60) stop.abort();
      },
    }),
  ).rejects.toThrow(/abort/i);
  expect(parts).toHaveLength(60);
  expect(parts[59]).toMatchObject({ evaluated: 60, loss: expect.arrayContaining([null]) });
  expect(await ask(landscape, await opened({}, 2), params, { earlier: parts[59]! })).toEqual(whole);
  const late: LandscapeResult[] = [];
  await ask(landscape, await opened({}, 2), params, { published: (part) => late.push(part) });
  expect(await ask(landscape, await opened({}, 2), params, { earlier: late[85]! })).toEqual(whole);
});

test('a loss that is not finite is counted and no number', async () => {
  const subject = await opened();
  const { network } = subject;
  let calls = 0;
  const broken = {
    parameters: () => network.parameters(),
    evaluate: (...args: Parameters<typeof network.evaluate>) => network.evaluate(...args),
    evaluateAround: async (...args: Parameters<typeof network.evaluateAround>) =>
      (await network.evaluateAround(...args)).map((score) =>
        ++calls % 4 === 3 ? { ...score, loss: Number.NaN } : score,
      ),
  };
  const result = await ask(
    landscape,
    { ...subject, network: broken as unknown as Subject['network'] },
    { points: 5, samples: 8, directions: 4, radii: [0.1] },
  );
  expect(result.notFinite).toBe(6);
  expect(result.loss.filter((value) => value === null)).toHaveLength(6);
  const { rises, mean } = result.sharpness[0]!;
  const finite = rises.filter((rise) => rise !== null);
  expect([rises.length, finite.length]).toEqual([4, 3]);
  expect(mean).toBeCloseTo(finite.reduce((sum, rise) => sum + rise, 0) / 3, 10);
});

test.each([3, 5, 21, 51, 101])(
  'coarse to fine on a side of %i: all cells once each, and a plane from the first ones',
  (points) => {
    const order = coarseToFine(points);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: points ** 2 }, (_, i) => i));
    expect(order[0]).toBe((points ** 2 - 1) / 2);
    const stands = standIns(points, 121);
    expect(stands.every((cell) => cell >= 0 && order.indexOf(cell) < 121)).toBe(true);
    const whole = { first: 0, stride: 1, count: points };
    expect(completeLattice(points, points ** 2)).toEqual(whole);
    expect(completeLattice(points, points ** 2 - 1)?.stride).toBe(points > 5 ? 2 : undefined);
    expect(completeLattice(points, 0)).toBeUndefined();
    expect(Array.from(standIns(points, points ** 2))).toEqual(Array.from({ length: points ** 2 }, (_, i) => i));
    expect(Array.from(standIns(points, 0)).every((cell) => cell === -1)).toBe(true);
  },
);

test('an even number of points and a split without samples are refused', async () => {
  expect(() => landscape.params.parse({ points: 20 })).toThrow(/must be odd/);
  await expect(ask(landscape, await opened(), { split: 'validation' })).rejects.toThrow(
    'The data set has no validation samples; choose another split.',
  );
});
