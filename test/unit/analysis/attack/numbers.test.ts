/** Curves, medians, tests and verdicts on made-up outcomes. */
import { describe, expect, test } from 'vitest';
import { binomialTail, compareCosts } from '../../../../engine/analysis/attack/chance.ts';
import { medianOf, outcomesOf, sharesWithin, type Tally } from '../../../../engine/analysis/attack/tally.ts';
import { verdictOf } from '../../../../engine/analysis/attack/verdict.ts';
import { isFooled } from '../../../../engine/analysis/attack/victim.ts';

test('binomial tails are those of all outcomes counted', () => {
  for (const p of [0, 0.1, 0.5, 1])
    for (let n = 0; n <= 8; n++)
      for (let k = 0; k <= n + 1; k++) {
        let sum = 0;
        for (let word = 0; word < 2 ** n; word++) {
          const ones = [...word.toString(2)].filter((bit) => bit === '1').length;
          if (ones >= k) sum += p ** ones * (1 - p) ** (n - ones);
        }
        expect(binomialTail(k, n, p)).toBeCloseTo(sum, 12);
      }
  // No underflow of the first terms, no sum beyond 1.
  expect(binomialTail(5000, 10_000, 0.5)).toBeGreaterThan(0.5);
  expect(binomialTail(1, 10_000, 0.9)).toBeCloseTo(1, 9);
});

test('costs are compared sample by sample, failures as the dearest', () => {
  const { better, worse, p } = compareCosts([1, 5, null, 2, null], [2, null, 3, 2, null]);
  expect([better, worse]).toEqual([2, 1]);
  expect(p).toBeCloseTo(0.5, 12);
});

test('a median with failures is infinite as soon as half of them are', () => {
  expect(medianOf([3, 1, null])).toBe(3);
  expect(medianOf([1, null, null])).toBeNull();
  expect(medianOf([1, 3])).toBe(2);
  expect(medianOf([1, null])).toBeNull();
  expect(medianOf([])).toBeNull();
});

const row = (added: number, removed: number) => [added, removed, 0, 0, 7, 0, 1, 4];

test('curves count who was fooled within each budget; the mean is there only when all were', () => {
  const tally: Tally = {
    method: 'gradient',
    width: 2,
    costs: [1, 4, null, 10],
    rows: [row(1, 0), row(3, 1), row(0, 0), row(5, 5)],
  };
  const some = outcomesOf(tally, [1, 4, 9, 10], [0.1, 0.5], [10, 20, 5, 20]);
  expect(some.success).toEqual([0.25, 0.5, 0.5, 0.75]);
  expect(some.successByShare).toEqual([0.25, 0.75]);
  expect(some.successInterval).toEqual([expect.closeTo(0.3006, 4), expect.closeTo(0.9544, 4)]);
  expect(some).toMatchObject({
    median: 7,
    mean: null,
    added: 3,
    removed: 2,
    queries: 7,
    zeroAtStart: 0,
    randomSteps: 0.25,
  });
  const all = outcomesOf({ ...tally, costs: [1, 4, 3, 10] }, [10], [], []);
  expect(all.mean).toBe(4.5);
  expect(outcomesOf({ ...tally, method: 'random' }, [10], [], []).zeroAtStart).toBeNull();
});

test('shares go as far as the budget reaches for every sample', () => {
  expect(sharesWithin([0.01, 0.1, 0.5], 100, [200, 1000])).toEqual([0.01, 0.1]);
});

test('equal scores are no success; a target must be above all others', () => {
  expect(isFooled([1, 1, 0], 0, undefined)).toBe(false);
  expect(isFooled([1, 2, 0], 0, undefined)).toBe(true);
  expect(isFooled([0, 2, 2], 0, 1)).toBe(false);
  expect(isFooled([0, 3, 2], 0, 1)).toBe(true);
  expect(isFooled([0, 3, 2], 0, 2)).toBe(false);
});

describe('verdicts', () => {
  const n = 20;
  const outcomes = (method: Tally['method'], cost: number | null, width = 1) =>
    outcomesOf(
      { method, width, costs: new Array<number | null>(n).fill(cost), rows: new Array<number[]>(n).fill(row(1, 0)) },
      [100],
      [],
      [],
    );
  const verdict = (gradient: number | null, wide: number | null, random: number | null, search: number | null) =>
    verdictOf('flips', [
      outcomes('gradient', gradient),
      outcomes('gradient', wide, 4),
      outcomes('random', random),
      outcomes('search', search),
    ]);

  test('a gradient no better than random flips is broken, whatever else', () => {
    expect(verdict(50, 60, 40, 1)).toMatchObject({
      state: 'broken',
      words: expect.stringMatching(/^Broken attack: .*ranks nothing\.$/),
    });
  });
  test('one that a wider surrogate or the search beats is masked', () => {
    expect(verdict(20, 10, 50, 30)).toMatchObject({ state: 'masked', words: expect.stringContaining('×4 needs less') });
    expect(verdict(null, 10, 50, 30)).toMatchObject({
      state: 'masked',
      words: expect.stringContaining('than the trained one'),
    });
    expect(verdict(null, null, null, 10).state).toBe('masked');
    expect(verdict(20, 20, 50, 10)).toMatchObject({
      state: 'masked',
      words: expect.stringContaining('without gradients'),
    });
  });
  test('one that beats both controls is sound', () => {
    expect(verdict(5, 6, 50, 10).state).toBe('sound');
  });
  test('where nothing fooled anybody nothing is said of the attack', () => {
    expect(verdict(null, null, null, null)).toMatchObject({
      state: 'withstood',
      words: expect.stringContaining('raise it'),
    });
  });
  test('what costs more than the largest budget is a failure, as it is for the controls', () => {
    const attacks = [outcomes('gradient', 500), outcomes('random', null), outcomes('search', null)];
    expect(verdictOf('flips', attacks).state).toBe('sound');
    expect(verdictOf('flips', attacks, 100).state).toBe('withstood');
  });
  test('a gradient that is ahead by too little, or never differs, is undecided, not masked or broken', () => {
    const some = (method: Tally['method'], costs: number[], width = 1) =>
      outcomesOf({ method, width, costs, rows: costs.map(() => row(1, 0)) }, [100], [], []);
    const ahead = (m: number) => Array.from({ length: n }, (_, i) => (i < m ? 5 : 15));
    const random = some('random', new Array<number>(n).fill(10));
    const search = some('search', new Array<number>(n).fill(50));
    // 12 against 8: p = 0.25; 18 against 2 with the wider one, which is ahead of the trained one on 6: p = 0.016.
    expect(verdictOf('flips', [some('gradient', ahead(12)), random, search]).state).toBe('undecided');
    expect(
      verdictOf('flips', [some('gradient', ahead(12)), some('gradient', ahead(18), 4), random, search]).state,
    ).toBe('masked');
    expect(
      verdictOf('flips', [some('gradient', ahead(12)), some('gradient', ahead(16), 4), random, search]).state,
    ).toBe('undecided');
    expect(verdict(10, 10, 10, 10).state).toBe('undecided');
  });
  test('five samples cannot decide between two gradients and random flips', () => {
    const fiveSamples = (method: Tally['method'], cost: number, width = 1) =>
      outcomesOf(
        { method, width, costs: new Array<number>(5).fill(cost), rows: new Array<number[]>(5).fill(row(1, 0)) },
        [9],
        [],
        [],
      );
    const attacks = [
      fiveSamples('gradient', 1),
      fiveSamples('gradient', 1, 2),
      fiveSamples('random', 9),
      fiveSamples('search', 9),
    ];
    expect(verdictOf('retiming', attacks)).toEqual({
      state: 'undecided',
      words: 'Undecided: 5 attacked samples cannot tell the gradient from random moves.',
    });
  });
});
