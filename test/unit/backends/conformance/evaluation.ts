/** What evaluations say of samples, classes, neurons and the loss around the parameters. */
import { describe, expect, test } from 'vitest';
import { countedLayers } from '../../../../engine/backends/scores.ts';
import { moved } from '../../../../engine/models/moved.ts';
import { expectedActivity } from './activity.ts';
import type { Subject } from './subject.ts';
import { COUNT, expectClose, parametersOf, yardstick } from './yardstick.ts';

export function evaluations(subject: Subject): void {
  const { start } = subject;
  describe.each(subject.networks)('%s', (which) => {
    test('evaluates as the reference, and classes and samples add up to the total', async () => {
      const { network, plan, data } = await start(which);
      const { passes } = yardstick(plan, data, network);
      const { perClass, perSample, ...sums } = await network.evaluate('test', {
        samples: COUNT,
        perClass: true,
        perSample: true,
      });
      expect(await network.evaluate('test', { samples: COUNT }), 'the same without the parts').toEqual(sums);
      expectClose(
        perSample!.loss,
        passes.map(({ loss }) => loss),
        'loss',
      );
      expectClose(
        perSample!.accuracy,
        passes.map(({ accuracy }) => accuracy),
        'accuracy',
      );
      expect([...perSample!.labels]).toEqual(passes.map(({ label }) => label));
      for (const part of ['loss', 'accuracy'] as const) {
        const total = perSample![part].reduce((sum, x) => sum + x, 0);
        expectClose([total, perClass!.reduce((sum, one) => sum + one[part], 0)], [sums[part], sums[part]], part, 1e-12);
      }
      expect(perClass!.reduce((n, { samples }) => n + samples, 0)).toBe(COUNT);
      countedLayers(plan).forEach((l, i) => {
        if (plan.layers[l]!.neuron.kind !== 'lif') return;
        const expected = passes.reduce((n, { layers }) => n + layers[l]!.o.reduce((a, b) => a + b, 0), 0);
        expect(sums.spikes[i], `spikes of layer ${l}`).toBe(expected);
      });
    });

    test('evaluates around its parameters as the reference at the moved ones, and leaves them', async () => {
      const { network, plan, data } = await start(which);
      const before = network.state();
      const directions = [network.parameters().map((t) => ({ ...t, data: t.data.map((w, i) => w * Math.sin(i)) }))];
      const points = [[0], [0.5]];
      const seen = await network.evaluateAround('test', { directions, points, samples: COUNT });
      expect(network.state()).toEqual(before);
      for (const [p, scales] of points.entries()) {
        network.setParameters(moved(network.parameters(), directions, scales));
        const { passes } = yardstick(plan, data, network);
        for (const part of ['loss', 'accuracy'] as const)
          expectClose([seen[p]![part]], [passes.reduce((sum, pass) => sum + pass[part], 0)], part);
      }
    });

    test('counts what the neurons do, as the definitions have it, for any number of threads', async () => {
      const { network, plan, data } = await start(which);
      // Some synapses are not there.
      const pruned = network.parameters().map((tensor) => ({
        ...tensor,
        data: tensor.shape.length > 1 ? tensor.data.map((w, i) => (i % 5 === 0 ? 0 : w)) : tensor.data,
      }));
      network.setParameters(pruned);
      const { passes } = yardstick(plan, data, network);
      const options = { stepsPerBin: 5, intervalsEvery: 3 };
      const plain = await network.evaluate('test', { samples: COUNT });
      const { activity, ...sums } = await network.evaluate('test', { samples: COUNT, activity: options });
      expect(sums, 'the same as without').toEqual(plain);
      expect(activity).toEqual(expectedActivity(plan, passes, parametersOf(pruned), options));
      const alone = await start(which, 1);
      alone.network.setParameters(pruned);
      expect((await alone.network.evaluate('test', { samples: COUNT, activity: options })).activity).toEqual(activity);
    });
  });
}
