/** Parameters and state: given, taken, saved, restored; memory that does not grow. */
import { describe, expect, test } from 'vitest';
import { OPTIMIZERS, stepOf } from './networks.ts';
import { inOrder, type Subject } from './subject.ts';
import { indices } from './yardstick.ts';

export function parametersAndState(subject: Subject): void {
  const { start } = subject;
  describe.each(subject.networks)('%s', (which) => {
    test('parameters are given and taken, and the moments stay', async () => {
      const { network } = await start(which);
      await network.train(0, 1, stepOf(OPTIMIZERS[0]!, 0, 1));
      const state = network.state();
      const other = network.parameters().map((tensor) => ({ ...tensor, data: tensor.data.map((x) => x / 2) }));
      network.setParameters(other);
      expect(network.parameters()).toEqual(other);
      for (const [part, tensor] of network.state())
        if (part.startsWith('adam')) expect(tensor, part).toEqual(state.get(part));
      expect(() => network.setParameters(other.slice(1))).toThrow(/has no tensor/);
      network.restore(state);
      expect(network.state()).toEqual(state);
    });

    test.each(OPTIMIZERS)('$kind: saved and restored anywhere, it goes on with the same bits', async (optimizer) => {
      const [straight, resumed] = [await start(which), await start(which, 1)];
      const sums = await straight.network.train(0, 3, stepOf(optimizer, 0, 3));
      const first = await resumed.network.train(0, 1, stepOf(optimizer, 0, 1));
      const state = resumed.network.state();
      await resumed.network.train(1, 2, stepOf(optimizer, 1, 1));
      resumed.network.restore(state);
      const rest = await resumed.network.train(1, 3, stepOf(optimizer, 1, 2));
      expect([...first, ...rest]).toEqual(sums);
      expect(resumed.network.state()).toEqual(straight.network.state());
    });

    test('says which layer broke', async () => {
      const { network, plan } = await start(which);
      expect(network.broken()).toBeUndefined();
      const last = plan.layers.length - 1;
      const tensors = network.parameters();
      tensors.find(({ name: part }) => part === `${plan.layers[last]!.name}.weight`)!.data[1] = Number.NaN;
      network.setParameters(tensors);
      expect(network.broken()).toEqual({ layer: last, value: Number.NaN });
    });
  });

  test('memory does not grow over epochs', async () => {
    const { network, data } = await start('spiking layers, learned leaks', 1);
    const epochs = async (count: number): Promise<void> => {
      for (let epoch = 0; epoch < count; epoch++) {
        network.beginEpoch(epoch, inOrder(data));
        await network.train(0, 4, stepOf(OPTIMIZERS[0]!, 4 * epoch, 4));
        await network.evaluate('test', { perSample: true });
        await network.probe({ split: 'test', indices }, { spikes: [0], inputGradient: true });
      }
    };
    const { gc } = globalThis as { gc?: () => void };
    const used = (): number => {
      gc?.();
      const { heapUsed, external, arrayBuffers } = process.memoryUsage();
      return heapUsed + external + arrayBuffers;
    };
    await epochs(5);
    const before = used();
    await epochs(30);
    // Without a collector at hand the heap may hold what it has not looked through yet.
    expect(used() - before, 'bytes more after 30 epochs').toBeLessThan(gc ? 2 ** 20 : 64 * 2 ** 20);
  });
}
