import { describe, expect, test } from 'vitest';
import type { ReadoutPlan } from '../../../engine/models/plan.ts';
import {
  accuracy,
  decodeBackward,
  decodeForward,
  lossBackward,
  lossForward,
} from '../../../engine/reference/readout.ts';

/** Four steps of two classes; class 0 attains its maximum in steps 1 and 3. */
const u = Float64Array.of(9, 9, 2, -4, 1, -1, 2, -3);
const o = Float64Array.of(1, 1, 1, 0, 0, 0, 1, 0);

describe('decoding in the window [1, 4)', () => {
  const rows: { decode: ReadoutPlan['decode']; scores: number[]; du: number[]; dO: number[] }[] = [
    { decode: 'rate', scores: [2 / 3, 0], du: [0, 0, 0, 0, 0, 0, 0, 0], dO: [0, 0, 1, 2, 1, 2, 1, 2] },
    { decode: 'mean', scores: [5 / 3, -8 / 3], du: [0, 0, 1, 2, 1, 2, 1, 2], dO: [0, 0, 0, 0, 0, 0, 0, 0] },
    { decode: 'last', scores: [2, -3], du: [0, 0, 0, 0, 0, 0, 3, 6], dO: [0, 0, 0, 0, 0, 0, 0, 0] },
    { decode: 'max', scores: [2, -1], du: [0, 0, 3, 0, 0, 6, 0, 0], dO: [0, 0, 0, 0, 0, 0, 0, 0] },
  ];
  test.each(rows)('$decode, and back from dScores = [3, 6]', ({ decode, scores, du, dO }) => {
    const readout = { decode, from: 1 };
    const seen = decodeForward(readout, 4, 2, { u, o });
    expect(seen.length).toBe(2);
    for (const c of [0, 1]) expect(seen[c]).toBeCloseTo(scores[c]!, 14);
    const backU = new Float64Array(8);
    const backO = new Float64Array(8);
    decodeBackward(readout, 4, 2, { u, o }, Float64Array.of(3, 6), backU, backO);
    expect([...backU]).toEqual(du);
    expect([...backO]).toEqual(dO);
  });

  test('each-step keeps one row of scores per step', () => {
    const readout = { decode: 'each-step', from: 1 } as const;
    expect([...decodeForward(readout, 4, 2, { u, o })]).toEqual([2, -4, 1, -1, 2, -3]);
    const du = new Float64Array(8);
    decodeBackward(readout, 4, 2, { u, o }, Float64Array.of(1, 2, 3, 4, 5, 6), du, new Float64Array(8));
    expect([...du]).toEqual([0, 0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('loss and accuracy', () => {
  test('cross-entropy of known softmaxes, averaged over rows', () => {
    const scores = Float64Array.of(Math.log(3), 0, 0, 0);
    expect(lossForward('cross-entropy', scores, 2, 0)).toBeCloseTo((Math.log(4 / 3) + Math.log(2)) / 2, 14);
    const d = lossBackward('cross-entropy', scores, 2, 0);
    [-1 / 8, 1 / 8, -1 / 4, 1 / 4].forEach((expected, i) => {
      expect(d[i]).toBeCloseTo(expected, 14);
    });
  });
  test('cross-entropy survives scores that would overflow', () => {
    expect(lossForward('cross-entropy', Float64Array.of(1000, 0), 2, 1)).toBe(1000);
    expect([...lossBackward('cross-entropy', Float64Array.of(1000, 0), 2, 1)]).toEqual([1, -1]);
  });
  test('double softmax is the cross-entropy of probabilities, and as much for scores that would overflow', () => {
    // softmax(ln 3, 0) = (3/4, 1/4).
    const scores = Float64Array.of(Math.log(3), 0);
    expect(lossForward('double-softmax', scores, 2, 0)).toBeCloseTo(Math.log(1 + Math.exp(-1 / 2)), 14);
    const q = 1 / (1 + Math.exp(-1 / 2)) - 1;
    [(3 / 8) * q, (-3 / 8) * q].forEach((expected, i) => {
      expect(lossBackward('double-softmax', scores, 2, 0)[i]).toBeCloseTo(expected, 14);
    });
    expect(lossForward('double-softmax', Float64Array.of(1000, 0), 2, 0)).toBeCloseTo(Math.log(1 + Math.exp(-1)), 14);
    for (const slope of lossBackward('double-softmax', Float64Array.of(1000, 0), 2, 1)) expect(Math.abs(slope)).toBe(0);
  });
  test('mse is the mean over classes, then over rows', () => {
    const scores = Float64Array.of(0.5, 0.25, 0, 1);
    expect(lossForward('mse', scores, 2, 0)).toBe(((0.25 + 0.0625) / 2 + (1 + 1) / 2) / 2);
    expect([...lossBackward('mse', scores, 2, 0)]).toEqual([-0.25, 0.125, -0.5, 0.5]);
  });
  test('of equal scores the first class wins; rows count one by one', () => {
    expect(accuracy(Float64Array.of(1, 1), 2, 0)).toBe(1);
    expect(accuracy(Float64Array.of(1, 1), 2, 1)).toBe(0);
    expect(accuracy(Float64Array.of(0, 1, 1, 0, 0, 2), 2, 1)).toBe(2 / 3);
  });
});
