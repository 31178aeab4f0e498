import { expect, test } from 'vitest';
import { patienceFor } from '../../../protocol/calls.ts';

test('whoever asks further out waits longer, also for what takes long', () => {
  for (const method of ['samples/probe', 'runs/start', 'runs/list'] as const) {
    const [engine, host, extension] = (['engine', 'host', 'extension'] as const).map((side) =>
      patienceFor(method, side),
    );
    expect(host, method).toBeGreaterThan(engine!);
    expect(extension, method).toBeGreaterThan(host!);
  }
  expect(patienceFor('samples/probe', 'engine')).toBeGreaterThan(patienceFor('runs/list', 'extension'));
});
