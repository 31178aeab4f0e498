import { expect, test } from 'vitest';
import { spread } from '../../../protocol/seeds.ts';

test('a spread of one has no deviation, of none no mean', () => {
  expect(spread([])).toBeUndefined();
  expect(spread([3])).toEqual({ mean: 3, count: 1 });
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: expect.closeTo(1.2909944487, 9), count: 4 });
});
