import { expect, test } from 'vitest';
import { coverage, isOn } from '../../../webview/plot/curves/coverage.ts';

const of = (points: [number, number][], width: number, columns = 40) =>
  coverage(
    Float64Array.from(points, ([x]) => x),
    Float64Array.from(points, ([, y]) => y),
    { left: 0, columns, width },
  );

test('a straight line is as thick as it is meant to be, whichever way it goes', () => {
  for (const slope of [0, 0.5, -1, 3, -12]) {
    const { low, high } = of(
      [0, 10, 15.3, 40].map((x) => [x, 500 + slope * x]),
      3,
    );
    for (let column = 4; column < 36; column++) {
      // Across the line, of what is cut upright.
      const across = (high[column]! - low[column]!) / Math.sqrt(1 + slope ** 2);
      expect(across, `slope ${slope}, column ${column}`).toBeCloseTo(3, 9);
      expect((low[column]! + high[column]!) / 2).toBeCloseTo(500 + slope * (column + 0.5), 9);
    }
  }
});

test('every point of a line lies within what it covers, and nothing lies far from it', () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  const points = Array.from({ length: 400 }, (_, i): [number, number] => [i / 10, 100 * random()]);
  const { low, high } = of(points, 2);
  for (let column = 0; column < 40; column++) {
    // The line at many places around the middle of the column, by itself.
    const seen = Array.from({ length: 2001 }, (_, i) => column + 0.5 - 1 + i / 1000)
      .filter((x) => x >= 0 && x <= 39.9)
      .map((x) => {
        const i = Math.min(398, Math.floor(x * 10));
        const [[x0, y0], [x1, y1]] = [points[i]!, points[i + 1]!];
        return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
      });
    const [least, greatest] = [Math.min(...seen), Math.max(...seen)];
    const more = (Math.hypot(2, greatest - least) - (greatest - least)) / 2;
    // What a look every thousandth of a pixel can miss of lines that rise by up to 1,000 pixels in one.
    expect(Math.abs(low[column]! - (least - more)), `column ${column}`).toBeLessThan(1.01);
    expect(Math.abs(high[column]! - (greatest + more)), `column ${column}`).toBeLessThan(1.01);
  }
});

test('where values are missing nothing is covered, and a value by itself is a dot', () => {
  const { low, high } = of(
    [
      [2, 5],
      [4, 5],
      [9, Number.NaN],
      [20, 8],
      [25, Number.NaN],
    ],
    2,
  );
  const covered = [...low.keys()].filter((column) => low[column]! < high[column]!);
  expect(covered).toEqual([1, 2, 3, 4, 19, 20]);
  expect([low[19], high[19]]).toEqual([7, 9]);
});

test('dashes', () => {
  const drawn = (dash: number[]) =>
    Array.from({ length: 10 }, (_, column) => (isOn(dash, column) ? '#' : ' ')).join('');
  expect(drawn([3, 2])).toBe('###  ###  ');
  expect(drawn([])).toBe('##########');
});
