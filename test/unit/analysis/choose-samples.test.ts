import { expect, test } from 'vitest';
import { chooseSamples } from '../../../engine/analysis/choose-samples.ts';

test('samples are chosen without repeats, ascending, by the seed and the purpose', () => {
  const chosen = chooseSamples(1000, 100, 7, 'a');
  expect(new Set(chosen).size).toBe(100);
  expect(Array.from(chosen)).toEqual(Array.from(chosen).sort((a, b) => a - b));
  expect(chooseSamples(1000, 100, 7, 'a')).toEqual(chosen);
  expect(chooseSamples(1000, 100, 8, 'a')).not.toEqual(chosen);
  expect(chooseSamples(1000, 100, 7, 'b')).not.toEqual(chosen);
});

test('of fewer than wanted, all', () => {
  expect([...chooseSamples(3, 30, 1, 'a')]).toEqual([0, 1, 2]);
  expect(chooseSamples(0, 30, 1, 'a')).toHaveLength(0);
});
