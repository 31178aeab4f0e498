/** Asked to stop, a network stands where whole updates lead. */
import { describe, expect, test } from 'vitest';
import { OPTIMIZERS, stepOf } from './networks.ts';
import type { Subject } from './subject.ts';

export function stopping(subject: Subject): void {
  const { start, startLong } = subject;
  describe.each(subject.networks)('%s', (which) => {
    test('asked to stop, it leaves whole updates only', async () => {
      const { network } = await start(which);
      const abort = new AbortController();
      abort.abort(new Error('enough'));
      const before = network.state();
      expect(await network.train(0, 3, stepOf(OPTIMIZERS[0]!, 0, 3), abort.signal)).toEqual([]);
      expect(network.state()).toEqual(before);
      await expect(network.evaluate('test', { signal: abort.signal })).rejects.toThrow('enough');
    });
  });

  test('asked to stop in the middle of updates, it stands where those that were made lead', async () => {
    const count = 64;
    const step = stepOf(OPTIMIZERS[0]!, 0, count);
    // As long after the start as it takes on this machine to be in the middle.
    for (let delay = 4, tries = 0; ; tries++) {
      expect(tries, 'tries to stop in the middle').toBeLessThan(12);
      const { network } = await startLong();
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error('enough')), delay);
      const sums = await network.train(0, count, step, abort.signal);
      if (sums.length === 0 || sums.length === count) {
        delay = sums.length === 0 ? 2 * delay : delay / 2;
        continue;
      }
      const { network: straight } = await startLong();
      expect(await straight.train(0, sums.length, step)).toEqual(sums);
      expect(network.state()).toEqual(straight.state());
      const rest = { ...step, updates: sums.length };
      expect(await network.train(sums.length, sums.length + 2, rest), 'it goes on').toEqual(
        await straight.train(sums.length, sums.length + 2, rest),
      );
      return;
    }
  });

  test('asked to stop in the middle of an evaluation, it rejects and evaluates as before', async () => {
    const { network } = await startLong();
    const before = await network.evaluate('test', { samples: 100 });
    const during = new AbortController();
    setTimeout(() => during.abort(new Error('enough')), 5);
    await expect(network.evaluate('test', { signal: during.signal })).rejects.toThrow('enough');
    const between = new AbortController();
    const onPart = (): void => between.abort(new Error('at a part'));
    await expect(network.evaluate('test', { signal: between.signal, onPart })).rejects.toThrow('at a part');
    expect(await network.evaluate('test', { samples: 100 })).toEqual(before);
  });
}
