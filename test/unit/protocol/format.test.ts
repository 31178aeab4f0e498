import { expect, test } from 'vitest';
import { count, duration, percent } from '../../../protocol/format.ts';

test('durations keep their places: seconds, minutes with seconds, hours with minutes', () => {
  expect([0, 3.4, 9.97, 59.4, 59.6, 75, 3599, 3599.7, 3700, 100_000].map((seconds) => duration(seconds))).toEqual([
    '0.0 s',
    '3.4 s',
    '10 s',
    '59 s',
    '1 min 00 s',
    '1 min 15 s',
    '59 min 59 s',
    '1 h 00 min',
    '1 h 02 min',
    '27 h 47 min',
  ]);
  expect([duration(Number.NaN), duration(-1), duration(42, '\u202f')]).toEqual(['–', '0.0 s', '42\u202fs']);
});

test('fractions as percent, and nouns that follow their number', () => {
  expect([percent(0.774), percent(0.774, 1), percent(Number.NaN)]).toEqual(['77.40', '77.4', 'NaN']);
  expect([count(1, 'run'), count(12_000, 'run'), count(2, 'entry', 'entries')]).toEqual([
    '1 run',
    '12,000 runs',
    '2 entries',
  ]);
});
