/** Models of charts over other axes, with other bands. */
import { describe, expect, test } from 'vitest';
import type { Series } from '../../../protocol/metrics.ts';
import type { BandId } from '../../../protocol/views.ts';
import { alongOf, placeAlong } from '../../../webview/parts/curves/along.ts';
import { buildModel, valueAxis } from '../../../webview/plot/curves/model.ts';

const style = { colour: '#000000', dash: [] };
const OPTIONS = { smoothing: 0, showSeeds: false, budget: 1000, maxPoints: 100 };

function series(x: number[], y: (number | null)[]): Series {
  return { runId: 'r', metric: 'test.loss', x, y, total: x.length };
}

describe('places of epochs on another axis', () => {
  const along = alongOf({ ...series([1, 2, 4], [10, 30, 50]), metric: 'run.time' })!;
  test('lie on the lines between the ends of epochs, from 0 on, and beyond the last at its pace', () => {
    expect([0, 0.5, 1, 1.5, 3, 4, 5].map((epoch) => placeAlong(along, epoch))).toEqual([0, 5, 10, 20, 40, 50, 60]);
  });
  test('are not known before the first epoch', () => {
    expect(alongOf(series([], []))).toBeUndefined();
    expect(alongOf(undefined)).toBeUndefined();
  });
});

describe('the band', () => {
  const seeds = [1, 2, 6].map((y, seed) => ({ seed, series: series([1, 2], [y, y]) }));
  const bandOf = (band: BandId): (number | null | undefined)[] => {
    const [curve] = buildModel('test.loss', [{ name: 'a', style, seeds }], { ...OPTIONS, band }).curves;
    return [curve!.low?.[0], curve!.mean[0], curve!.high?.[0]];
  };
  test('is from the least to the greatest, the sample deviation, or the interval of the mean by Student’s t', () => {
    expect(bandOf('range')).toEqual([1, 3, 6]);
    const deviation = Math.sqrt((4 + 1 + 9) / 2);
    const around = (half: number) => [3 - half, 3, 3 + half].map((value) => expect.closeTo(value, 10));
    expect(bandOf('deviation')).toEqual(around(deviation));
    // t of two degrees of freedom at 97.5 %, from a table.
    const [low, mean, high] = bandOf('interval') as number[];
    expect(mean).toBeCloseTo(3, 12);
    expect(high! - 3).toBeCloseTo((4.30265 * deviation) / Math.sqrt(3), 4);
    expect(3 - low!).toBeCloseTo(high! - 3, 12);
    expect(bandOf('none')).toEqual([undefined, 3, undefined]);
  });
  test('loses no digits where values are large and alike', () => {
    const far = [1e9, 1e9 + 1, 1e9 + 2].map((y, seed) => ({ seed, series: series([1], [y]) }));
    const [curve] = buildModel('test.loss', [{ name: 'a', style, seeds: far }], {
      ...OPTIONS,
      band: 'deviation',
    }).curves;
    expect(curve!.high![0]! - curve!.mean[0]!).toBe(1);
  });
});

test('the outermost hundredths are left out of the axis, and counted', () => {
  const y = Array.from({ length: 99 }, (_, i) => i / 100);
  const seeds = [{ seed: 1, series: series([...y.keys(), 99], [...y, 1e6]) }];
  const model = buildModel('run.pace', [{ name: 'a', style, seeds }], { ...OPTIONS, ignoreOutliers: true });
  expect(model.outliers).toEqual({ range: [0.01, 0.98], outside: 2, of: 100 });
  expect(valueAxis(model, null, false).clip).toEqual([0.01, 0.98]);
});

test('what happened to a run lies on its curve', () => {
  const seeds = [{ seed: 1, series: series([1, 2, 3], [5, 6, 7]) }];
  const ended = [{ x: 3.4, kind: 'stopped' as const }];
  const [curve] = buildModel('test.loss', [{ name: 'a', style, seeds, resumed: [2], ended }], OPTIONS).curves;
  expect(curve!.resumed).toEqual([{ x: 2, y: 6 }]);
  expect(curve!.ended).toEqual([{ x: 3, y: 7, kind: 'stopped' }]);
});
