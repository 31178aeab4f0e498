import { expect, test } from 'vitest';
import { levelsOf } from '../../../protocol/drawing/contours.ts';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import { planXy } from '../../../protocol/drawing/xy.ts';

test('lines of equal value divide a range evenly, a wide one by equal ratios', () => {
  expect(levelsOf([1, 5], 3)).toEqual([2, 3, 4]);
  const wide = levelsOf([0.01, 100], 3);
  for (const [i, level] of wide.entries()) expect(level, `${i}`).toBeCloseTo([0.1, 1, 10][i]!, 12);
  expect(levelsOf([0, 100], 3), 'no ratio reaches 0').toEqual([25, 50, 75]);
});

test('an axis is marked where somebody measured, without labels that run into each other', () => {
  const points = [1, 2, 3, 3.01, 10].map((x) => ({ x, y: x }));
  const line = { name: 'a', style: lineStyle(0, 'light'), points };
  const x = { name: 'step in ms', log: true, ticks: points.map((point) => point.x) };
  const { columns } = planXy({ title: 't', x, y: { name: 'y' }, lines: [line] });
  expect(columns.map(({ label }) => label)).toEqual(['1', '2', '3', '10']);
});
