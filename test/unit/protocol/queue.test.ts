import { expect, test } from 'vitest';
import { forecast, inOrder, moved } from '../../../protocol/queue/queue.ts';

test('what stands in the order comes first, the rest as it was', () => {
  expect(inOrder(['a', 'b', 'c', 'd'], (id) => id, ['d', 'gone', 'b'])).toEqual(['d', 'b', 'a', 'c']);
});

test('chosen ones are moved together and keep their order', () => {
  const order = ['a', 'b', 'c', 'd', 'e'];
  expect(moved(order, ['d', 'b'], 'front').join('')).toBe('bdace');
  expect(moved(order, ['d', 'b'], 'up').join('')).toBe('bdace');
  expect(moved(order, ['c', 'd'], 'up').join('')).toBe('acdbe');
  expect(moved(order, ['b', 'c'], 'down').join('')).toBe('adbce');
  expect(moved(order, ['b'], 'back').join('')).toBe('acdeb');
  expect(moved(order, ['a'], 'up').join('')).toBe('abcde');
  expect(moved(order, ['e'], 'down').join('')).toBe('abcde');
  expect(moved(order, ['gone'], 'front').join('')).toBe('abcde');
});

test('each begins where a place is free first; what is not known takes its place for good', () => {
  expect(forecast([4, 1], [2, 5, 1], 2)).toEqual([
    { begins: 0, ends: 4 },
    { begins: 0, ends: 1 },
    { begins: 1, ends: 3 },
    { begins: 3, ends: 8 },
    { begins: 4, ends: 5 },
  ]);
  expect(forecast([], [null, 2, 2], 2).map(({ ends }) => ends)).toEqual([null, 2, 4]);
  expect(forecast([null], [2], 1)).toEqual([
    { begins: 0, ends: null },
    { begins: null, ends: null },
  ]);
});
