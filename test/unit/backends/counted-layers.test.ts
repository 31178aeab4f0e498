/** Layers that never fire may lie anywhere in a plan: what is counted of spikes is found by its layer. */
import { expect, test } from 'vitest';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import { settingsSchema } from '../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import type { NetworkPlan } from '../../../engine/models/plan.ts';
import { spikeRates } from '../../../engine/training/sums.ts';
import { spikes } from './event/support.ts';

test('spikes of a layer above a linear one are counted as its own', async () => {
  const data = spikes();
  const settings = settingsSchema.parse({
    dataset: { name: 'delayed-xor' },
    network: { hidden: [5, 6], weightGain: 4 },
  });
  const spiking = planNetwork(settings, data);
  const [first, ...rest] = spiking.layers;
  const plan: NetworkPlan = { ...spiking, layers: [{ ...first!, neuron: { kind: 'linear' } }, ...rest] };
  const network = await BACKENDS.reference.open(plan, data, { batchSize: 8, threads: 1, seed: 2 });
  const count = 10;
  const { counts } = await network.probe(
    { split: 'test', indices: Array.from({ length: count }, (_, i) => i) },
    { counts: [1] },
  );
  const fired = counts.get(1)!.reduce((sum, n) => sum + n, 0);
  expect(fired).toBeGreaterThan(0);
  const sums = await network.evaluate('test', { samples: count });
  const readout = plan.layers[2]!.neuron.kind === 'lif' ? 1 : 0;
  expect(sums.spikes[0]).toBe(fired);
  expect(sums.spikes).toHaveLength(2);
  const rates = spikeRates(plan, sums);
  expect(rates).toHaveLength(1 + readout);
  expect(rates[0]).toBe(fired / (count * plan.steps * 6));
});
