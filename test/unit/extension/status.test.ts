import { describe, expect, test } from 'vitest';
import { statusLook } from '../../../extension/status/status-look.ts';
import { running } from './support.ts';

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
