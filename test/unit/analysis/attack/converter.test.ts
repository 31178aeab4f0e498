/** The converter and the flipper against their definitions, by hand and by frequency. */
import { expect, test } from 'vitest';
import { convert, flipper } from '../../../../engine/analysis/attack/threats/converter.ts';
import { stream } from '../../../../engine/base/random.ts';

const ANY = Number.POSITIVE_INFINITY;
const gradient = Float32Array.of(0, 2, -1, 0.5, -0.25, 1e-3, -2, 0);
const everywhere = () => true;
const draws = 4000;

/** Five standard deviations of a share. */
const margin = (p: number) => 5 * Math.sqrt((p * (1 - p)) / draws) + 1e-9;

test('a bin is taken with probability |g| / max |g|, and goes the way of its sign, or against it', () => {
  for (const sign of [1, -1] as const) {
    const taken = new Array<number>(8).fill(0);
    for (let i = 0; i < draws; i++)
      for (const { bin, by } of convert(gradient, sign, everywhere, ANY, stream(1, 'test', i, sign + 1))!) {
        taken[bin]!++;
        expect(by).toBe(sign * Math.sign(gradient[bin]!));
      }
    gradient.forEach((g, bin) => {
      const p = Math.abs(g) / 2;
      expect(Math.abs(taken[bin]! / draws - p), `bin ${bin}`).toBeLessThan(margin(p));
    });
  }
});

test('two bins are taken independently of each other', () => {
  let both = 0;
  for (let i = 0; i < draws; i++) {
    const bins = convert(gradient, 1, everywhere, ANY, stream(2, 'test', i))!.map(({ bin }) => bin);
    if (bins.includes(2) && bins.includes(3)) both++;
  }
  expect(Math.abs(both / draws - 0.5 * 0.25)).toBeLessThan(margin(0.125));
});

test('only where the count may go that way; the largest gradient counts for the probability all the same', () => {
  // Bins 1 and 6 hold what they can, or nothing.
  const allowed = (bin: number) => bin !== 1 && bin !== 6;
  let taken = 0;
  for (let i = 0; i < draws; i++) {
    const flips = convert(gradient, 1, allowed, ANY, stream(3, 'test', i))!;
    expect(flips.some(({ bin }) => bin === 1 || bin === 6)).toBe(false);
    if (flips.some(({ bin }) => bin === 2)) taken++;
  }
  expect(Math.abs(taken / draws - 0.5)).toBeLessThan(margin(0.5));
});

test('of those that were taken the strongest stay, strongest first', () => {
  for (let i = 0; i < 200; i++) {
    const all = convert(gradient, 1, everywhere, ANY, stream(4, 'test', i))!;
    const strengths = all.map(({ bin }) => Math.abs(gradient[bin]!));
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
    expect(convert(gradient, 1, everywhere, 3, stream(4, 'test', i))).toEqual(all.slice(0, 3));
  }
});

test('a gradient that is zero everywhere has nothing to convert; one tiny entry is its own maximum', () => {
  expect(convert(new Float32Array(5), 1, everywhere, ANY, stream(1, 'test'))).toBeUndefined();
  expect(convert(Float32Array.of(0, -0, 0), 1, everywhere, ANY, stream(1, 'test'))).toBeUndefined();
  const tiny = Float32Array.of(0, -1e-42, 0);
  expect(convert(tiny, 1, everywhere, ANY, stream(1, 'test'))).toEqual([{ bin: 1, by: -1 }]);
});

test('the flipper takes each with its probability, and of too many any', () => {
  const n = 20;
  const each = new Array<number>(n).fill(0);
  const ofTwo = new Array<number>(n).fill(0);
  for (let i = 0; i < draws; i++) {
    for (const bin of flipper(n, 0.05, ANY, stream(5, 'test', i))) each[bin]!++;
    const two = flipper(n, 0.5, 2, stream(6, 'test', i));
    expect(new Set(two).size).toBe(two.length);
    for (const bin of two) ofTwo[bin]!++;
  }
  for (let bin = 0; bin < n; bin++) {
    expect(Math.abs(each[bin]! / draws - 0.05)).toBeLessThan(margin(0.05));
    // Almost always two of 20 are left.
    expect(Math.abs(ofTwo[bin]! / draws - 0.1)).toBeLessThan(margin(0.1) + 1e-3);
  }
  expect(flipper(4, 1, ANY, stream(1, 'test'))).toEqual([0, 1, 2, 3]);
  expect(flipper(0, 0.5, ANY, stream(1, 'test'))).toEqual([]);
});
