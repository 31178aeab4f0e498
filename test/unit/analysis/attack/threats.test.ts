/** What may be done to an input, whatever the gradient says: budgets, counts, ranges. */
import { describe, expect, test } from 'vitest';
import { changed, eventsOf, fullest, sampleOf } from '../../../../engine/analysis/attack/threats/bins.ts';
import { Currents, currentRangeOf } from '../../../../engine/analysis/attack/threats/currents.ts';
import { Flips } from '../../../../engine/analysis/attack/threats/flips.ts';
import { Retiming } from '../../../../engine/analysis/attack/threats/retiming.ts';
import { ladder, type Threat } from '../../../../engine/analysis/attack/threats/threat.ts';
import type { Sample } from '../../../../engine/backends/backend.ts';
import { type Rng, stream } from '../../../../engine/base/random.ts';
import { pictures } from '../../backends/event/support.ts';

const grid = { steps: 9, inputs: 5 };
const SIZE = grid.steps * grid.inputs;

/** Counts [T·M], up to `limit` in a bin. */
function countsOf(rng: Rng, limit: number): number[] {
  return Array.from({ length: SIZE }, () => (rng.uniform() < 0.7 ? 0 : 1 + rng.below(limit)));
}
function sampleFrom(counts: readonly number[]): Sample {
  const bins = counts.flatMap((n, bin) => new Array<number>(n).fill(bin));
  return sampleOf(grid, { label: 1, bins: Uint32Array.from(bins) });
}
function countsIn(sample: Sample): number[] {
  const counts = new Array<number>(SIZE).fill(0);
  for (const bin of eventsOf(grid, sample).bins) counts[bin]!++;
  return counts;
}
const currentOf = (sample: Sample): number[] => ('current' in sample ? Array.from(sample.current) : []);
const distance = (a: readonly number[], b: readonly number[]) => a.reduce((sum, n, i) => sum + Math.abs(n - b[i]!), 0);
const randomGradient = (rng: Rng) => Float32Array.from({ length: SIZE }, () => rng.normal());

test('bins and samples are the same events; changes are those of the counts', () => {
  for (let i = 0; i < 50; i++) {
    const rng = stream(i, 'bins');
    const counts = countsOf(rng, 3);
    const sample = sampleFrom(counts);
    expect(countsIn(sample)).toEqual(counts);
    const { bins } = eventsOf(grid, sample);
    expect(fullest(bins)).toBe(Math.max(...counts));
    const by = new Map<number, number>();
    for (let k = 0; k < 10; k++) {
      const bin = rng.below(SIZE);
      by.set(bin, rng.below(4) - Math.min(3, counts[bin]!));
    }
    const expected = counts.map((n, bin) => n + (by.get(bin) ?? 0));
    expect(countsIn(sampleOf(grid, { label: 0, bins: changed(bins, by) }))).toEqual(expected);
  }
  expect(() => changed(Uint32Array.of(2), new Map([[2, -2]]))).toThrow(/not have that many/);
});

test('budgets rise by a constant factor, by one at least where they count events', () => {
  expect(ladder(1, 1000, 4, true)).toEqual([1, 10, 100, 1000]);
  expect(ladder(1, 6, 25, true)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(ladder(1, 50, 1, true)).toEqual([50]);
  expect(ladder(0.01, 0.16, 3, false).map((b) => Number(b.toFixed(6)))).toEqual([0.01, 0.04, 0.16]);
});

/** Every step of every search, from several samples. */
function eachState<S>(
  threat: Threat<S>,
  sample: (rng: Rng) => Sample,
  check: (state: S, clean: S, budget: number) => void,
) {
  for (let i = 0; i < 40; i++) {
    const rng = stream(i, 'threat');
    const clean = threat.start(sample(rng));
    for (const way of ['gradient', 'zero', 'random', 'proposal'] as const) {
      let state = clean;
      for (const budget of [1, 3, 8, 20]) {
        const before = state;
        const gradient = way === 'zero' ? new Float32Array(SIZE) : randomGradient(rng);
        if (way === 'random') state = threat.randomStep(state, budget, rng);
        else if (way === 'proposal') state = threat.proposal(state, budget, i, rng);
        else state = threat.gradientStep(state, gradient, { sign: 1, budget, turnover: 0.3, rng }).state;
        check(state, clean, budget);
        const middle = threat.between(before, state, 0.5);
        if (middle !== undefined) check(middle, clean, budget);
        expect(threat.cost(before), 'a state is never changed').toBe(threat.cost(before));
      }
    }
  }
}

describe('flips', () => {
  test.each([1, 3])('stay within the budget and between 0 and %d events of a bin', (limit) => {
    const threat = new Flips(grid);
    const make = (rng: Rng) => sampleFrom([limit, ...countsOf(rng, limit).slice(1)]);
    eachState(threat, make, (state, clean, budget) => {
      const before = countsIn(threat.sample(clean));
      const after = countsIn(threat.sample(state));
      expect(threat.cost(state)).toBe(distance(before, after));
      expect(threat.cost(state)).toBeLessThanOrEqual(budget);
      expect(Math.max(...after)).toBeLessThanOrEqual(limit);
      const { added, removed } = threat.changes(state);
      expect(added - removed).toBe(after.reduce((a, b) => a + b, 0) - before.reduce((a, b) => a + b, 0));
      expect(added + removed).toBe(threat.cost(state));
    });
  });

  test('at random spend the whole budget, and on every bin at most once', () => {
    const threat = new Flips(grid);
    const clean = threat.start(sampleFrom(new Array<number>(SIZE).fill(0)));
    const all = threat.randomStep(clean, 1000, stream(1, 'all'));
    expect(threat.cost(all)).toBe(SIZE);
    expect(countsIn(threat.sample(all))).toEqual(new Array<number>(SIZE).fill(1));
  });

  test('go against the gradient when the loss is to fall', () => {
    const threat = new Flips(grid);
    const clean = threat.start(sampleFrom([1, ...new Array<number>(SIZE - 1).fill(0)]));
    const gradient = new Float32Array(SIZE);
    gradient[0] = 1;
    gradient[7] = 1;
    const step = { budget: 5, turnover: 0.05, rng: stream(1, 'sign') };
    const up = threat.gradientStep(clean, gradient, { ...step, sign: 1 }).state;
    const down = threat.gradientStep(clean, gradient, { ...step, sign: -1 }).state;
    expect(threat.changes(up)).toMatchObject({ added: 1, removed: 0 });
    expect(threat.changes(down)).toMatchObject({ added: 0, removed: 1 });
  });
});

describe('retiming', () => {
  test.each([1, 3])('keeps counts by channel and spikes whole, %d events at most', (limit) => {
    const limits = { maxShift: 2, totalShift: 12 };
    const threat = new Retiming(grid, limits);
    const byChannel = (counts: readonly number[]) =>
      Array.from({ length: grid.inputs }, (_, c) =>
        counts
          .filter((n, bin) => bin % grid.inputs === c && n > 0)
          .sort()
          .join(),
      );
    eachState(
      threat,
      (rng) => sampleFrom(countsOf(rng, limit)),
      (state, clean, budget) => {
        const before = countsIn(threat.sample(clean));
        const after = countsIn(threat.sample(state));
        // The same amounts, so that no two spikes have come into one bin.
        expect(byChannel(after)).toEqual(byChannel(before));
        expect(threat.cost(state)).toBeLessThanOrEqual(budget);
        const { shift, largestShift } = threat.changes(state);
        expect(largestShift).toBeLessThanOrEqual(limits.maxShift);
        expect(shift).toBeLessThanOrEqual(limits.totalShift);
      },
    );
  });

  test('moves a spike to where the gradient gains most, and never onto another', () => {
    const threat = new Retiming(grid, { maxShift: 3, totalShift: Number.POSITIVE_INFINITY });
    const counts = new Array<number>(SIZE).fill(0);
    const bin = (t: number) => t * grid.inputs + 2;
    counts[bin(4)] = 1;
    counts[bin(6)] = 1;
    const gradient = new Float32Array(SIZE);
    gradient[bin(6)] = 9; // taken
    gradient[bin(5)] = 2;
    gradient[bin(8)] = 8; // too far for the first
    const clean = threat.start(sampleFrom(counts));
    const step = { sign: 1, budget: 1, turnover: 0.05, rng: stream(1, 'best') } as const;
    // The second would lose by moving, so the first goes to step 5.
    const { state } = threat.gradientStep(clean, gradient, step);
    expect(countsIn(threat.sample(state))[bin(5)]).toBe(1);
    expect(threat.changes(state)).toEqual({ added: 0, removed: 0, shift: 1, largestShift: 1 });
  });
});

describe('currents', () => {
  const data = pictures();
  const range = currentRangeOf(data);
  test('stay within the budget and in the range of the pixels; random ones spend all of it', () => {
    const threat = new Currents(range);
    for (let i = 0; i < 40; i++) {
      const rng = stream(i, 'currents');
      const clean = threat.start({ label: 0, current: Float32Array.from({ length: 9 }, () => rng.uniform()) });
      for (const way of ['gradient', 'zero', 'random', 'proposal'] as const) {
        let state = clean;
        for (const budget of [0.01, 0.05, 0.2]) {
          const gradient = Float32Array.from({ length: 90 }, () => (way === 'zero' ? 0 : rng.normal()));
          if (way === 'random') state = threat.randomStep(state, budget, rng);
          else if (way === 'proposal') state = threat.proposal(state, budget, i, rng);
          else {
            const made = threat.gradientStep(state, gradient, { sign: 1, budget, turnover: 0.05, rng });
            expect(made.random).toBe(way === 'zero');
            state = made.state;
          }
          expect(threat.cost(state)).toBeLessThanOrEqual(budget + 1e-6);
          const current = currentOf(threat.sample(state));
          for (const value of current) expect(value >= 0 && value <= 1).toBe(true);
          if (way === 'random') expect(threat.cost(state)).toBeCloseTo(budget, 5);
        }
      }
    }
  });

  test('follow the sign of the gradient summed over the steps', () => {
    const threat = new Currents(range);
    const clean = threat.start({ label: 0, current: new Float32Array(9).fill(0.5) });
    const gradient = new Float32Array(18);
    gradient.set([1, -3, 0], 0);
    gradient.set([-2, 4, 0], 9);
    const step = { budget: 0.1, turnover: 0.05, rng: stream(1, 'sum') };
    const current = currentOf(threat.sample(threat.gradientStep(clean, gradient, { ...step, sign: 1 }).state));
    expect(current.slice(0, 3).map((v) => Number(v.toFixed(3)))).toEqual([0.4, 0.6, 0.5]);
  });
});
