import { describe, expect, test } from 'vitest';
import { Endings } from '../../../extension/status/ended.ts';
import { statusLook } from '../../../extension/status/status-look.ts';
import { FILE, run, running } from './support.ts';

describe('status', () => {
  const ready = { state: 'ready', message: '' } as const;

  test('counts runs, warns about stores, and offers a restart when the query process is gone', () => {
    expect(statusLook(ready, [], []).text).toBe('$(pulse) LIF Lab');
    expect(statusLook(ready, [], [running('1', 0.2), running('2', 0.4)]).text).toBe(
      '$(sync~spin) LIF Lab: 2 running · 30 %',
    );
    expect(statusLook(ready, ['The store is away.'], [])).toMatchObject({
      text: '$(warning) LIF Lab',
      details: ['The store is away.', 'Nothing is running · 0 runs'],
    });
    expect(statusLook({ state: 'failed', message: 'Gone.' }, [], [])).toMatchObject({
      severe: true,
      command: 'lifLab.restartHost',
      accessibility: 'LIF Lab: Gone.',
    });
  });
});

test('the end of a study is said once, when its last run has ended and it took its time', () => {
  const endings = new Endings();
  let runs = [running('1', 0.5), run('2', { state: 'queued', seed: 2 })];
  const change = { ids: new Set<string>(), files: new Set([FILE]), structural: true };
  const notice = (now: number) =>
    endings.notice(change, () => runs, now).map(({ message, failed }) => [message, failed]);
  expect(notice(0)).toEqual([]);
  runs = [run('1'), running('2', 0.1, { seed: 2 })];
  expect(notice(40_000)).toEqual([]);
  runs = [run('1'), run('2', { seed: 2 }), run('old')];
  expect([notice(60_000), notice(60_001)]).toEqual([[['Study: 2 runs finished.', false]], []]);
  const again = (state: 'failed' | 'stopped', after: number) => {
    runs = [running('3', 0)];
    notice(0);
    runs = [run('3', { state })];
    return notice(after);
  };
  expect([again('failed', 60_000), again('failed', 5000), again('stopped', 60_000)]).toEqual([
    [['Study: 1 run ended, 1 failed.', true]],
    [],
    [],
  ]);
});
