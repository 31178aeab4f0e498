import { describe, expect, test } from 'vitest';
import { lastDraw, Rng, stream } from '../../../../engine/base/random.ts';
import { Gaps } from '../../../../engine/datasets/sets/delayed-xor/gaps.ts';

describe('gaps between spikes', () => {
  test.each([1e-6, 0.001, 0.01, 0.15, 0.5, 0.999, 1])('p = %s: as computed, draw by draw', (p) => {
    const gaps = new Gaps(p);
    const rng = stream(1, 'gaps');
    const edges = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1];
    for (const draw of [...edges, ...Array.from({ length: 3000 }, () => rng.uint32())])
      expect(gaps.of(draw) + 0, `draw ${draw}`).toBe(
        Math.floor(Math.log(1 - draw * 2 ** -32) * (1 / Math.log1p(-p))) + 0,
      );
  });

  test('as many spikes as p says', () => {
    const gaps = new Gaps(0.02);
    const rng = stream(2, 'gaps');
    let cells = 0;
    for (let i = 0; i < 20_000; i++) cells += 1 + gaps.of(rng.uint32());
    // The standard deviation of the mean gap is 0.35.
    expect(cells / 20_000).toBeGreaterThan(48.6);
    expect(cells / 20_000).toBeLessThan(51.4);
  });
});

describe('select', () => {
  const items = Uint16Array.from({ length: 50 }, (_, i) => 3 * i);
  const probabilities = [2 ** -32, 0.001, 0.2, 0.5, 0.5 + 2 ** -32, 0.9, 1 - 2 ** -32, 1];

  test.each(probabilities)('p = %s: as draw by draw', (p) => {
    const [one, other] = [new Rng().reset(5, 6), new Rng().reset(5, 6)];
    for (let round = 0; round < 40; round++) {
      const out = new Uint16Array(60).fill(7);
      const n = one.select(out, 4, items, new Int32Array(50).fill(lastDraw(p)), 10, 50);
      const expected = [...items.subarray(10)].filter(() => other.uint32() < p * 2 ** 32);
      expect([...out.subarray(0, n)]).toEqual([7, 7, 7, 7, ...expected]);
    }
    expect(one.uint32()).toBe(other.uint32());
  });

  test('a probability for each item', () => {
    const last = Int32Array.from(items, (_, i) => lastDraw(i % 2 ? 1 : 2 ** -32));
    const out = new Uint16Array(51);
    expect(new Rng().reset(1, 1).select(out, 0, items, last, 0, 50)).toBe(25);
    expect([...out.subarray(0, 3)]).toEqual([3, 9, 15]);
  });
});
