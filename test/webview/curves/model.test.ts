import { describe, expect, test } from 'vitest';
import { logTicks, tickLabels, ticks, valueRange } from '../../../protocol/drawing/scales.ts';
import type { Series } from '../../../protocol/metrics.ts';
import { keyTarget } from '../../../webview/parts/curves/keys.ts';
import { SeriesStore, windowFor } from '../../../webview/parts/curves/pulled-series.ts';
import { align, fillBetween, nearest, sharedGrid } from '../../../webview/plot/curves/grid.ts';
import { buildModel, readAt } from '../../../webview/plot/curves/model.ts';
import { smooth } from '../../../webview/plot/curves/smoothing.ts';
import { stacked } from '../../../webview/plot/curves/stack.ts';
import { mapOf, nameOfGroup } from '../../../webview/views/curves/neurons/neuron-map.ts';

const style = { colour: '#000000', dash: [] };

function series(x: number[], y: (number | null)[], total = x.length): Series {
  return { runId: 'r', metric: 'test.loss', x, y, total };
}

describe('smoothing', () => {
  test('starts at the first value and weighs as the recurrence says', () => {
    const [a, b, c] = smooth([1, 2, 3], [4, 8, 2], 3, 0.5) as number[];
    expect(a).toBeCloseTo(4, 12);
    // Weights 0.5 and 0.25 of the newer and the older value, divided by their sum.
    expect(b).toBeCloseTo((0.5 * 8 + 0.25 * 4) / 0.75, 12);
    expect(c).toBeCloseTo((0.5 * 2 + 0.25 * 8 + 0.125 * 4) / 0.875, 12);
  });

  test('leaves a constant alone, however strong', () => {
    for (const y of smooth([1, 2, 3, 4], [0.7, 0.7, 0.7, 0.7], 4, 0.99)) expect(y).toBeCloseTo(0.7, 12);
  });

  test('gives nearly the same curve when nine of ten points were left out', () => {
    const x = Array.from({ length: 1000 }, (_, i) => i);
    const y = x.map((v) => Math.exp(-v / 150));
    const full = smooth(x, y, 1000, 0.95) as number[];
    const some = x.filter((v) => v % 10 === 0);
    const part = smooth(
      some,
      some.map((v) => y[v]!),
      1000,
      0.95,
    ) as number[];
    for (const step of [200, 500, 900])
      expect(Math.abs(part[step / 10]! - full[step]!), `at ${step}`).toBeLessThan(0.02);
  });

  test('keeps what is not a number, and does not let it in', () => {
    const out = smooth([1, 2, 3], [1, null, 1], 3, 0.9);
    expect(out[1]).toBeNull();
    expect(out[2]).toBeCloseTo(1, 12);
  });
});

test('signs of several curves at one place stand above each other, those of one curve do not', () => {
  const levels = (signs: [of: string, at: number][], room: number): [string, number, number][] =>
    stacked(
      signs.map(([of, at]) => ({ of, at })),
      10,
      room,
    ).map(({ of, at, level }) => [of, at, level]);
  expect(
    levels(
      [
        ['b', 5],
        ['a', 0],
        ['a', 2],
        ['c', 7],
        ['b', 30],
      ] as [string, number][],
      9,
    ),
  ).toEqual([
    ['a', 0, 0],
    ['a', 2, 0],
    ['b', 5, 1],
    ['c', 7, 2],
    ['b', 30, 0],
  ]);
  expect(
    levels(
      [
        ['a', 0],
        ['b', 0],
        ['c', 0],
      ] as [string, number][],
      2,
    ).map(([, , level]) => level),
  ).toEqual([0, 1, 0]);
});

describe('the shared grid', () => {
  test('is the union of all x while that is small', () => {
    const grid = sharedGrid([series([1, 2, 3], []), series([2, 4], [])], 100);
    expect(grid).toEqual({ xs: [1, 2, 3, 4], exact: true });
    expect(align(series([2, 4], [5, null]), grid)).toEqual([undefined, 5, undefined, null]);
  });

  test('keeps every spike when there are too many points', () => {
    const x = Array.from({ length: 10_000 }, (_, i) => i);
    const y: (number | null)[] = x.map(() => 0.5);
    y[1234] = 9;
    y[7777] = -9;
    const curve = series(x, y);
    const grid = sharedGrid([curve], 500);
    const values = align(curve, grid).filter((v) => typeof v === 'number');
    expect(grid.exact).toBe(false);
    expect(grid.xs.length, 'points').toBeLessThanOrEqual(500);
    expect(Math.max(...values)).toBe(9);
    expect(Math.min(...values)).toBe(-9);
    const peak = align(curve, grid).indexOf(9);
    expect(Math.abs(grid.xs[peak]! - 1234), 'distance of the spike from where it was').toBeLessThan(45);
  });

  test('fills between points but not beyond them or across what is not a number', () => {
    const xs = [0, 1, 2, 3, 4, 5];
    expect(fillBetween([undefined, 1, undefined, 3, undefined, undefined], xs)).toEqual([
      undefined,
      1,
      2,
      3,
      undefined,
      undefined,
    ]);
    expect(fillBetween([0, undefined, null, undefined, 4, undefined], xs)).toEqual([
      0,
      undefined,
      null,
      undefined,
      4,
      undefined,
    ]);
  });

  test('finds the nearest point', () => {
    expect([-5, 0.4, 0.6, 99].map((x) => nearest([0, 1, 2], x))).toEqual([0, 0, 1, 2]);
    expect(nearest([], 1)).toBe(-1);
  });
});

describe('the model of a chart', () => {
  const options = { smoothing: 0, showSeeds: false, budget: 100_000, maxPoints: 1000 };

  test('takes mean and extremes over the seeds that have got that far', () => {
    const seeds = [
      { seed: 1, series: series([1, 2, 3], [1, 2, 3]) },
      { seed: 2, series: series([1, 2], [3, 4]) },
    ];
    const [curve] = buildModel('test.loss', [{ name: 'a', style, seeds }], options).curves;
    expect(curve!.mean).toEqual([2, 3, 3]);
    expect(curve!.low).toEqual([1, 2, 3]);
    expect(curve!.high).toEqual([3, 4, 3]);
  });

  test('a warning lies at its own epoch, before the first point, too', () => {
    const seeds = [{ seed: 1, series: series([1, 2], [3, 2]) }];
    const options = { smoothing: 0, showSeeds: false, budget: 1000, maxPoints: 100 };
    const [curve] = buildModel('test.loss', [{ name: 'a', style, seeds, warned: [0.08] }], options).curves;
    expect(curve!.warned).toEqual([0.08]);
  });

  test('leaves a seed that is not a number out of the mean, and marks where it stopped', () => {
    const seeds = [
      { seed: 1, series: series([1, 2, 3], [1, 1, 1]) },
      { seed: 7, series: series([1, 2, 3], [3, null, null]) },
    ];
    const [curve] = buildModel('test.loss', [{ name: 'a', style, seeds }], options).curves;
    expect(curve!.mean).toEqual([2, 1, 1]);
    expect(curve!.notANumber).toEqual([{ x: 2, y: 3, seed: 7 }]);
  });

  test('marks the epoch that counts on the mean; where the curve has no value there is no mark', () => {
    const seeds = [{ seed: 1, series: series([1, 2, 3], [0.5, 0.9, 0.7]) }];
    const model = (counting: number[]) =>
      buildModel('test.accuracy', [{ name: 'a', style, seeds, counting }], options).curves[0]!.counting;
    expect(model([2])).toEqual([{ x: 2, y: 0.9 }]);
    expect(model([])).toEqual([]);
  });

  test('never holds more numbers than its budget', () => {
    const x = Array.from({ length: 5000 }, (_, i) => i);
    const seeds = Array.from({ length: 50 }, (_, seed) => ({ seed, series: series(x, x) }));
    const variants = Array.from({ length: 20 }, (_, i) => ({ name: `v${i}`, style, seeds }));
    const model = buildModel('test.loss', variants, { ...options, showSeeds: true, budget: 200_000 });
    const lines = 20 * 4 + 20 * 50;
    expect(model.xs.length * lines, 'numbers').toBeLessThanOrEqual(200_000);
  });

  test('reads the lowest loss and the highest accuracy first, what is not a number last', () => {
    const variants = [0.3, null, 0.1, 0.2].map((y, i) => ({
      name: `v${i}`,
      style,
      seeds: [{ seed: 1, series: series([1], [y]) }],
    }));
    const names = (metric: 'test.loss' | 'test.accuracy'): string[] =>
      readAt(buildModel(metric, variants, options), 0).map((r) => r.name);
    expect(names('test.loss')).toEqual(['v2', 'v3', 'v0', 'v1']);
    expect(names('test.accuracy')).toEqual(['v0', 'v3', 'v2', 'v1']);
  });
});

describe('what is asked for', () => {
  const window = windowFor(700, 5, 2, null);

  test('four points a pixel for a few runs, a bounded sum for many', () => {
    expect(window.maxPoints).toBe(4 * 768);
    expect(windowFor(700, 1000, 2, null).maxPoints * 2000, 'points for a thousand runs').toBeLessThanOrEqual(400_000);
  });

  test('a complete series serves every zoom; one with points left out is asked for again, once', () => {
    const store = new SeriesStore();
    store.fill(['a', 'b'], ['test.loss'], [{ ...series([1, 2], [1, 1]), runId: 'a' }], window);
    store.fill(['b'], ['test.loss'], [{ ...series([1, 99], [1, 1], 500), runId: 'b' }], window);
    expect(store.needed(['a', 'b'], ['test.loss'], window)).toEqual([]);
    const zoomed = windowFor(700, 5, 2, [10, 20]);
    expect(store.needed(['a', 'b'], ['test.loss'], zoomed).map((n) => n.id)).toEqual(['b']);
    store.fill(['b'], ['test.loss'], [{ ...series([9, 21], [1, 1]), runId: 'b' }], zoomed);
    expect(store.needed(['a', 'b'], ['test.loss'], zoomed)).toEqual([]);
    expect(
      store.needed(['a', 'b'], ['test.loss'], window).map((n) => n.id),
      'after the zoom',
    ).toEqual(['b']);
    store.markStale(['a']);
    expect(store.needed(['a'], ['test.loss'], window).map((n) => n.id)).toEqual(['a']);
  });
});

describe('axes', () => {
  test('an accuracy keeps within 0 and 1, a zoom is kept as it is', () => {
    expect(valueRange(0.4, 1, { zoom: null, bounds: [0, 1], log: false })[1]).toBeLessThanOrEqual(1.005);
    expect(valueRange(0.4, 1, { zoom: [2, 3], bounds: [0, 1], log: false })).toEqual([2, 3]);
    expect(valueRange(null, null, { zoom: null, log: true })).toEqual([0.1, 10]);
  });

  test('ticks are round and labels tell neighbours apart', () => {
    expect(ticks([0, 60], 6)).toEqual([0, 10, 20, 30, 40, 50, 60]);
    expect(ticks([0, 15], 6)).toEqual([0, 2.5, 5, 7.5, 10, 12.5, 15]);
    expect(ticks([0, 15], 6, [1, 2, 5, 10]), 'epochs').toEqual([0, 5, 10, 15]);
    expect(tickLabels([0, 0.25, 0.5], false, false)).toEqual(['0.00', '0.25', '0.50']);
    expect(tickLabels([0.5, 0.6], true, false)).toEqual(['50', '60']);
    expect(tickLabels([0.985, 0.99], true, false)).toEqual(['98.5', '99.0']);
    expect(tickLabels([0, 8_000_000, 18_000_000], false, false), 'no label too long for the axis').toEqual([
      '0',
      '8e6',
      '1.8e7',
    ]);
    expect(logTicks([0.01, 1])).toEqual([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]);
    expect(tickLabels([0.0001, 0.01, 0.2], true, true)).toEqual(['0.01', '1', '20']);
    expect(tickLabels([1e-5, 0.01], false, true)).toEqual(['1e-5', '0.01']);
  });

  test('keys move within the chart', () => {
    const press = (key: string, index?: number, shiftKey = false): unknown => keyTarget({ key, shiftKey }, 30, index);
    expect([press('ArrowRight'), press('ArrowLeft'), press('ArrowRight', 29), press('ArrowLeft', 3, true)]).toEqual([
      0, 29, 29, 0,
    ]);
    expect([press('Home', 4), press('Escape'), press('End'), press('x')]).toEqual(['reset', 'leave', 29, undefined]);
  });
});

test('maps over a common axis: what a run has not got to stays open, and rows follow the newest epoch', () => {
  const rates = { runId: 'a', epochs: [1, 2], layers: [null, { neurons: 5, groups: 2, rates: [0.4, 0.1, 0.2, 0.3] }] };
  expect(mapOf(rates, 1, [1, 2], 'place'), 'a layer that does not spike').toBeUndefined();
  const placed = mapOf(rates, 2, [1, 1.5, 2, 3], 'place')!;
  expect([...placed.values].map((value) => Math.round(10 * value) / 10)).toEqual([
    ...[0.4, 0.4, 0.2, Number.NaN],
    ...[0.1, 0.1, 0.3, Number.NaN],
  ]);
  expect(mapOf(rates, 2, [2], 'rate')!.order).toEqual([0, 1]);
  const turned = { ...rates, layers: [{ neurons: 2, groups: 2, rates: [0.1, 0.4, 0.3, 0.2] }] };
  expect(mapOf(turned, 1, [2], 'rate')!.order).toEqual([1, 0]);
  expect([nameOfGroup(0, placed), nameOfGroup(1, placed)]).toEqual(['neurons 0–1', 'neurons 2–4']);
});
