/** Evaluations around the parameters: where the products of the input are formed once for all points. */
import { afterEach, expect, test } from 'vitest';
import type { Network } from '../../../../engine/backends/backend.ts';
import { placesAround } from '../../../../engine/backends/event/layout/around.ts';
import { planLayout } from '../../../../engine/backends/event/layout/layout.ts';
import { BACKENDS } from '../../../../engine/backends/registry.ts';
import { stream } from '../../../../engine/base/random.ts';
import { settingsSchema } from '../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../engine/models/build/network.ts';
import { moved } from '../../../../engine/models/moved.ts';
import type { Tensor } from '../../../../engine/models/parameters.ts';
import { spikes } from './support.ts';

const COUNT = 45;
const OPTIONS = { batchSize: 64, seed: 5 };
/** No neighbour of float32 sums decides a spike in these networks, so nothing but their rounding is left. */
const TOLERANCE = 1e-5;
const POINTS = [-1, -0.3, 0, 0.7].flatMap((a) => [0, 0.5].map((b) => [a, b]));

const data = { ...spikes(37, 30), sizes: { train: 64, validation: 0, test: 64 } };
const NETWORKS = {
  'spikes of several strips and a rest': {
    network: { hidden: [101, 9], weightGain: 3, readout: { kind: 'spike-rate' } },
  },
  'a recurrent first layer, learned leaks, initial states': {
    network: { hidden: [40], weightGain: 3 },
    neuron: { recurrent: true, leak: { learnable: true }, reset: 'soft', initialState: 'random' },
  },
  'spikes of two panels and a rest': { network: { hidden: [37, 9], weightGain: 3, readout: { kind: 'spike-rate' } } },
  'no bias, one panel': { network: { hidden: [12], weightGain: 3, bias: false }, neuron: { reset: 'none' } },
};

const open: Network[] = [];
afterEach(async () => {
  for (const network of open.splice(0)) await network.close();
});
const planOf = (settings: object) =>
  planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }), data);
async function opened(settings: object, backend: keyof typeof BACKENDS = 'event', threads = 2): Promise<Network> {
  const network = await BACKENDS[backend].open(planOf(settings), data, { ...OPTIONS, threads });
  open.push(network);
  return network;
}
/** Of all parameters, also those of one dimension. */
function direction(weights: readonly Tensor[], number: number): Tensor[] {
  const rng = stream(number, 'direction');
  return weights.map((tensor) => ({ ...tensor, data: tensor.data.map((w) => w * rng.normal() + 0.01 * rng.normal()) }));
}

test.each(Object.keys(NETWORKS) as (keyof typeof NETWORKS)[])(
  '%s: every point is what an evaluation at the moved parameters gives, and float64',
  async (which) => {
    const settings = NETWORKS[which];
    const layout = planLayout(planOf(settings), data, OPTIONS.batchSize, 2);
    expect(layout.kind === 'spiking' && placesAround(layout, 2)?.group).toBeGreaterThan(1);
    const network = await opened(settings);
    const reference = await opened(settings, 'reference');
    const weights = network.parameters();
    const state = network.state();
    const directions = [direction(weights, 1), direction(weights, 2)];
    const seen = await network.evaluateAround('test', { directions, points: POINTS, samples: COUNT });
    expect(network.state()).toEqual(state);
    for (const [p, scales] of POINTS.entries())
      for (const of of [network, reference]) {
        of.setParameters(moved(weights, directions, scales));
        const { loss, accuracy } = await of.evaluate('test', { samples: COUNT });
        expect(Math.abs(seen[p]!.loss - loss) / loss, `${scales}`).toBeLessThan(TOLERANCE);
        expect(seen[p]!.accuracy, `${scales}`).toBeCloseTo(accuracy, 6);
      }
    expect(new Set(seen.map(({ loss }) => loss)).size).toBeGreaterThan(5);
  },
);

test('the bits of a point hang neither on the threads nor on the other points, also where another one is followed alone', async () => {
  const settings = NETWORKS['spikes of several strips and a rest'];
  const [two, one] = [await opened(settings), await opened(settings, 'event', 1)];
  const directions = [1, 2].map((number) => direction(one.parameters(), number));
  const both = await two.evaluateAround('test', { directions, points: POINTS });
  for (const [p, scales] of POINTS.entries())
    expect(await one.evaluateAround('test', { directions, points: [scales] })).toEqual([both[p]]);
  const [alone] = await two.evaluateAround('test', { directions: directions.slice(0, 1), points: [[0.7]] });
  two.setParameters(moved(two.parameters(), directions.slice(0, 1), [0.7]));
  const { loss } = await two.evaluate('test');
  for (const seen of [alone!, both[6]!]) expect(Math.abs(seen.loss - loss) / loss).toBeLessThan(TOLERANCE);
});

test('a stop is heard, and the parameters are as before', async () => {
  const network = await opened(NETWORKS['no bias, one panel']);
  const state = network.state();
  const directions = [direction(network.parameters(), 1)];
  const abort = new AbortController();
  const points = Array.from({ length: 20_000 }, (_, i) => [i / 20_000]);
  setTimeout(() => abort.abort(new Error('enough')), 30);
  await expect(network.evaluateAround('test', { directions, points, signal: abort.signal })).rejects.toThrow('enough');
  expect(network.state()).toEqual(state);
});

test('inputs that count 1 − k times, gates and small batches are evaluated point by point', async () => {
  for (const settings of [{ neuron: { scaleInput: true, leak: { learnable: true } } }, { model: 'gru' }]) {
    const network = await opened({ network: { hidden: [12], weightGain: 3 }, ...settings });
    const weights = network.parameters();
    const directions = [direction(weights, 1)];
    const [seen] = await network.evaluateAround('test', { directions, points: [[0.5]] });
    expect(network.parameters()).toEqual(weights);
    network.setParameters(moved(weights, directions, [0.5]));
    const { loss, accuracy } = await network.evaluate('test');
    expect(seen).toEqual({ loss, accuracy });
  }
});
