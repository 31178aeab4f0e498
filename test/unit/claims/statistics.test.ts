import { describe, expect, test } from 'vitest';
import { stream } from '../../../engine/base/random.ts';
import { holm } from '../../../engine/claims/holm.ts';
import { tInterval, wilson } from '../../../engine/claims/intervals.ts';
import { MAX_EXACT, signFlip } from '../../../engine/claims/sign-flip.ts';
import { tQuantile } from '../../../protocol/comparison/student.ts';

/** All sums of signs times sizes, one by one: nothing of it is shared with what is tested. */
function everySum(differences: readonly number[]): number[] {
  return differences.reduce<number[]>((sums, d) => sums.flatMap((sum) => [sum + d, sum - d]), [0]);
}

describe('the sign-flip test', () => {
  test('counts every pattern of signs, ties included', () => {
    const rng = stream(1, 'differences');
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17]) {
      for (let round = 0; round < (n > 12 ? 3 : 20); round++) {
        // Few steps, so that sums are often equal, as accuracies of small test sets are.
        const differences = Array.from({ length: n }, () => (rng.below(9) - 4) / 1000);
        const observed = Math.abs(differences.reduce((a, b) => a + b, 0));
        const sums = everySum(differences);
        const expected = sums.filter((sum) => Math.abs(sum) > observed - 1e-9).length / sums.length;
        expect(signFlip(differences), `differences ${differences}`).toEqual({ p: expected });
      }
    }
  });

  test('cannot fall below 2^(1 − n), and takes that value where all seeds agree', () => {
    for (const n of [1, 2, 3, 4, 5, 6, 8, MAX_EXACT])
      expect(signFlip(Array.from({ length: n }, (_, i) => 0.01 + i / 1000)).p, `${n} seeds`).toBe(2 ** (1 - n));
  });

  test('seeds that do not differ say nothing', () => expect(signFlip([0, 0, 0, 0, 0, 0, 0])).toEqual({ p: 1 }));

  test('by hand: 3 and −1 of four patterns', () => {
    // Sums ±4 and ±2: the observed 2 is reached by all of them; 4 by half.
    expect(signFlip([3, -1]).p).toBe(1);
    expect(signFlip([3, 1]).p).toBe(0.5);
  });

  test('beyond 20 seeds it is sampled, says so, and comes to what counting would', () => {
    const differences = Array.from({ length: 24 }, (_, i) => Math.sin(i * 2.3) + 0.35);
    const { p, sampled } = signFlip(differences);
    expect(sampled).toBe(100_000);
    const observed = Math.abs(differences.reduce((a, b) => a + b, 0));
    // The distribution of 24 signs from two halves of 12, each counted whole.
    const halves = [differences.slice(0, 12), differences.slice(12)].map(everySum);
    let hits = 0;
    for (const a of halves[0]!) for (const b of halves[1]!) if (Math.abs(a + b) >= observed - 1e-9) hits++;
    const exact = hits / 2 ** 24;
    expect(Math.abs(p - exact), `sampled ${p}, counted ${exact}`).toBeLessThan(
      5 * Math.sqrt((exact * (1 - exact)) / 1e5),
    );
    expect(signFlip(differences), 'the same every time').toEqual({ p, sampled });
  });
});

describe('Holm', () => {
  test('by hand', () => {
    // Sorted .01, .02, .04: ×3 = .03, ×2 = .04, ×1 = .04.
    expect(holm([0.04, 0.01, 0.02])).toEqual([0.04, 0.03, 0.04]);
    // A larger factor before does not make a later one smaller.
    expect(holm([0.02, 0.021])).toEqual([0.04, 0.04]);
    expect(holm([0.6, 0.9])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe('intervals', () => {
  test.each([
    [1, 12.7062],
    [2, 4.30265],
    [3, 3.18245],
    [5, 2.57058],
    [10, 2.22814],
    [30, 2.04227],
    [99, 1.98422],
    [999, 1.96234],
  ])('Student’s t with %i degrees has the quantile of the tables', (degrees, quantile) =>
    expect(tQuantile(0.975, degrees)).toBeCloseTo(quantile, 4),
  );

  test('of a mean, by hand', () => {
    // Mean 2, sample deviation 1, √3: 4.30265/1.73205 = 2.48414 on both sides.
    const [low, high] = tInterval([1, 2, 3])!;
    expect(low).toBeCloseTo(2 - 2.48414, 4);
    expect(high).toBeCloseTo(2 + 2.48414, 4);
    expect(tInterval([1])).toBeUndefined();
  });

  test('of a share: the ends are where the score test gives 5 %', () => {
    for (const [share, samples] of [
      [0.87, 288],
      [0, 10],
      [1, 50],
      [0.5, 1],
      [0.9891, 10_000],
    ] as const) {
      const { low, high } = wilson(share, samples);
      for (const end of [low, high]) {
        if (end === 0 || end === 1) continue;
        const z = Math.abs(share - end) / Math.sqrt((end * (1 - end)) / samples);
        expect(z, `${share} of ${samples} at ${end}`).toBeCloseTo(1.959964, 5);
      }
    }
    const { low, high } = wilson(0.87, 288);
    expect((high - low) / 2, '3.9 points for 288 samples at 87 %').toBeCloseTo(0.039, 3);
  });
});
