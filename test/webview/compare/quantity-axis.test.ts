import { describe, expect, test } from 'vitest';
import { quantityAxis } from '../../../webview/plot/quantity-axis.ts';

describe('axes', () => {
  test('numbers lie where they belong, over decades on a logarithmic axis', () => {
    const linear = quantityAxis('k', [0, 0.5, 1], 5);
    const [a, b, c] = [0, 0.5, 1].map((value) => linear.place(value)!);
    expect(b! - a!).toBeCloseTo(c! - b!, 12);
    const log = quantityAxis('rate', [1e-4, 1e-3, 1e-2], 5);
    const [x, y, z] = [1e-4, 1e-3, 1e-2].map((value) => log.place(value)!);
    expect(log.label).toBe('rate (log)');
    expect(y! - x!).toBeCloseTo(z! - y!, 12);
  });
  test('words have places of their own, numbers among them first; what there is not has none', () => {
    const axis = quantityAxis('leak', ['learned', 1, 0.3, undefined, 1], 5);
    expect(axis.ticks.map(({ label }) => label)).toEqual(['0.3', '1', 'learned']);
    expect([0.3, 1, 'learned', undefined, 'other'].map(axis.place)).toEqual([
      1 / 6,
      1 / 2,
      5 / 6,
      undefined,
      undefined,
    ]);
  });
});
