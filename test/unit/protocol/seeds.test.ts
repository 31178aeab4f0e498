import { expect, test } from 'vitest';
import type { RunState, RunSummary } from '../../../protocol/runs.ts';
import { earlierRuns, spread } from '../../../protocol/seeds.ts';

test('a spread of one has no deviation, of none no mean', () => {
  expect(spread([])).toBeUndefined();
  expect(spread([3])).toEqual({ mean: 3, count: 1 });
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: expect.closeTo(1.2909944487, 9), count: 4 });
});

const run = (id: string, variant: string, seed: number, createdAt: number, state: RunState = 'finished') =>
  ({ id, variant, seed, createdAt, state }) as RunSummary;

test('of runs with earlier settings each seed has one: what goes on, else the newest, else the last by its id', () => {
  const earlier = earlierRuns([
    run('a', 'one', 2, 5),
    run('b', 'one', 1, 3, 'running'),
    run('c', 'one', 1, 9),
    run('d', 'two', 1, 4),
    run('e', 'one', 2, 7),
    run('g', 'two', 1, 4),
    run('f', 'two', 1, 4),
    run('h', 'one', 1, 8, 'queued'),
  ]);
  expect([...earlier].map(([variant, runs]) => [variant, runs.map(({ id }) => id)])).toEqual([
    ['one', ['h', 'e']],
    ['two', ['g']],
  ]);
});
