import { expect, test } from 'vitest';
import { colourIndex, diverging, type Rgb, sequential } from '../../protocol/drawing/colours.ts';
import { pixelsOf } from '../../webview/plot/maps/pixels.ts';

/** sRGB to Oklab, written out of the definition and not as the inverse of what is tested. */
function oklab(rgb: Rgb): [number, number, number] {
  const [r, g, b] = rgb.map((byte) => {
    const x = byte / 255;
    return x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

test('the sequential map gets evenly lighter from one end to the other, the other way round in light themes', () => {
  const lightness = sequential('dark').map((rgb) => oklab(rgb)[0]);
  const steps = lightness.slice(16).map((l, i) => l - lightness[i]!);
  expect(Math.min(...steps)).toBeGreaterThan(0.03);
  expect(Math.max(...steps)).toBeLessThan(0.06);
  expect(sequential('light')).toEqual(sequential('dark').toReversed());
});

test('equal steps of the sequential map look equally far apart', () => {
  const map = sequential('dark')
    .filter((_, i) => i % 15 === 0)
    .map(oklab);
  const distances = map.slice(1).map((to, i) => Math.hypot(...to.map((x, k) => x - map[i]![k]!)));
  const mean = distances.reduce((a, b) => a + b) / distances.length;
  for (const distance of distances) expect(Math.abs(distance / mean - 1)).toBeLessThan(0.25);
});

test('the diverging map is grey in the middle and as light at both ends', () => {
  for (const scheme of ['dark', 'light'] as const) {
    const map = diverging(scheme).map(oklab);
    const [, a, b] = map[128]!;
    expect(Math.hypot(a, b)).toBeLessThan(0.01);
    expect(Math.abs(map[0]![0] - map[255]![0])).toBeLessThan(0.02);
  }
});

test('values have the place that they have in the range; those outside have that of its ends', () => {
  expect([-1, 0, 0.5, 1, 2].map((v) => colourIndex(v, [0, 1]))).toEqual([0, 0, 128, 255, 255]);
  expect(colourIndex(3, [3, 3])).toBe(0);
});

test('row 0 lies at the bottom, and what is no number is grey and no colour of the map', () => {
  const range = [0, 1] as const;
  const pixels = pixelsOf({ rows: 2, columns: 1, values: [0, null], range, map: 'sequential', scheme: 'dark' });
  const [upper, lower] = [pixels.slice(0, 3), pixels.slice(4, 7)];
  expect([...lower]).toEqual([...sequential('dark')[0]!]);
  expect(new Set(upper).size).toBe(1);
});
