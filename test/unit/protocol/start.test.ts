import { expect, test } from 'vitest';
import type { RunState, RunSummary } from '../../../protocol/runs.ts';
import { startOf } from '../../../protocol/seeds.ts';

const run = (state: RunState) => ({ id: state, state }) as RunSummary;

test.each([
  ['nothing yet', undefined, undefined, 'create', 'create'],
  ['one that waits', run('queued'), undefined, 'active', 'active'],
  ['one that trains beside an old result', run('running'), run('finished'), 'active', 'active'],
  ['one that finished', run('finished'), run('finished'), 'finished', 'create'],
  ['one that finished without a result', run('finished'), undefined, 'finished', 'create'],
  ['one that was stopped', run('stopped'), undefined, 'resume', 'create'],
  ['one whose process is gone', run('interrupted'), undefined, 'resume', 'create'],
  ['one that was stopped after another had finished', run('stopped'), run('finished'), 'finished', 'create'],
  ['one that failed', run('failed'), undefined, 'create', 'create'],
  ['one that failed after another had finished', run('failed'), run('finished'), 'finished', 'create'],
] as const)('%s', (_, newest, result, once, again) => {
  expect(startOf(newest, result)).toBe(once);
  expect(startOf(newest, result, true)).toBe(again);
});
