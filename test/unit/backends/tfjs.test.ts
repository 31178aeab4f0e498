/** The tfjs backend beside the shared suite: weight updates are those of the reference, and no tensor is left behind. */
import { expect, test } from 'vitest';
import type { Backend, Network, OptimizerStep } from '../../../engine/backends/backend.ts';
import { BACKENDS } from '../../../engine/backends/registry.ts';
import { installedTensorFlow } from '../../../engine/backends/tensorflow/installed.ts';
import { loadTensorFlow } from '../../../engine/backends/tensorflow/tensorflow.ts';
import type { PreparedDataset } from '../../../engine/datasets/dataset.ts';
import { settingsSchema } from '../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import { SURROGATES } from '../../../engine/models/neuron.ts';
import { NETWORKS, places } from './conformance/networks.ts';
import { pictures, spikes } from './event/support.ts';

/** The one in JavaScript always, native TensorFlow where it is installed. */
const IDS = installedTensorFlow() ? (['tfjs-node', 'tfjs-cpu'] as const) : (['tfjs-cpu'] as const);

const STEPS: OptimizerStep[] = (
  [
    { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-3 },
    { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-3, weightDecay: 0.1 },
    { kind: 'sgd', momentum: 0.9 },
  ] as const
).map((optimizer) => ({ optimizer, updates: 5, learningRates: [0.01, 0.02], leakFactor: 2, clipNorm: 0.1 }));

async function open(
  backend: Backend,
  data = spikes(),
  settings: object = { network: { hidden: [5] } },
): Promise<Network> {
  const plan = planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }), data);
  const network = await backend.open(plan, data, { batchSize: 8, threads: 1, seed: 5 });
  network.beginEpoch(
    1,
    Uint32Array.from({ length: data.sizes.train }, (_, i) => i),
  );
  return network;
}

/**
 * After two updates, in units of the largest number of a tensor: float32 sums of some hundred terms. An ε of Adam far above
 * them keeps the noise of gradients that are nearly 0 from being divided by itself.
 */
const TOLERANCE = 5e-5;

function expectSameState(seen: Network, expected: Network): void {
  const tensors = seen.state();
  for (const [name, { data }] of expected.state()) {
    const largest = data.reduce((largest, x) => Math.max(largest, Math.abs(x)), 1e-6);
    const error =
      data.reduce((largest, x, i) => Math.max(largest, Math.abs(x - tensors.get(name)!.data[i]!)), 0) / largest;
    expect(error, name).toBeLessThan(TOLERANCE);
  }
}

async function expectSameUpdates(
  id: (typeof IDS)[number],
  data: PreparedDataset,
  settings: object,
  step: OptimizerStep,
) {
  const [seen, expected] = [await open(BACKENDS[id], data, settings), await open(BACKENDS.reference, data, settings)];
  const [sums, right] = [await seen.train(0, 2, step), await expected.train(0, 2, step)];
  sums.forEach((sum, i) => {
    expect(sum.loss).toBeCloseTo(right[i]!.loss, 3);
    expect({ ...sum, loss: 0, accuracy: 0 }).toEqual({ ...right[i]!, loss: 0, accuracy: 0 });
  });
  expectSameState(seen, expected);
  await seen.close();
}

test.each(
  IDS.flatMap((id) =>
    Object.keys(NETWORKS).flatMap((which) => STEPS.map((step) => [id, which, step.optimizer.kind, step] as const)),
  ),
)('%s, %s, %s: weight updates are those of the reference', async (id, which, _kind, step) => {
  const { data, settings } = NETWORKS[which]!;
  await expectSameUpdates(id, data(), settings, step);
});

test.each(
  IDS.flatMap((id) =>
    Object.keys(SURROGATES).flatMap((shape) =>
      ['hard', 'soft', 'soft-undecayed'].map((reset) => [id, shape, reset] as const),
    ),
  ),
)(
  '%s, %s surrogate, %s reset with its gradient: weight updates are those of the reference',
  async (id, shape, reset) => {
    const neuron = { reset, resetGradient: true, recurrent: true, surrogate: { shape }, leak: { learnable: true } };
    const settings = { network: { weightGain: 3, hidden: [12, 8] }, neuron };
    await expectSameUpdates(id, spikes(), settings, STEPS[2]!);
  },
);

test.each(IDS.slice(0, 1))('%s: eight residual blocks, weight updates are those of the reference', async (id) => {
  const network = {
    resnet: { width: 2, blocks: [2, 2, 2, 2], norm: { epsilon: 1e-3 } },
    hidden: [],
    readout: { kind: 'leaky-integrator', decode: 'mean', leak: 0 },
  };
  const neuron = { threshold: 0.3, leak: 0.3, surrogate: { shape: 'arctan' } };
  await expectSameUpdates(id, pictures(48, 4), { dataset: places(3, 4, 4), network, neuron }, STEPS[2]!);
});

test.skipIf(IDS.length < 2)('two networks at once: each computes with its own TensorFlow, to the bit', async () => {
  const { data, settings } = NETWORKS['spiking layers, learned leaks']!;
  const opened = (): Promise<Network[]> => Promise.all(IDS.map((id) => open(BACKENDS[id], data(), settings)));
  const trained = async (network: Network) => {
    await network.train(0, 2, STEPS[0]!);
    const { loss } = await network.evaluate('test');
    const { inputGradient } = await network.probe({ split: 'test', indices: [0] }, { inputGradient: true });
    return { loss, inputGradient, state: network.state() };
  };
  const [alone, together] = [await opened(), await opened()];
  const expected = [await trained(alone[0]!), await trained(alone[1]!)];
  // Or the comparison below would tell nothing.
  expect(expected[0]!.state).not.toEqual(expected[1]!.state);
  expect(await Promise.all(together.map(trained))).toEqual(expected);
  await Promise.all([...alone, ...together].map((network) => network.close()));
});

test.each(IDS)('%s: a loss that is not finite names the first layer with such a potential', async (id) => {
  const settings = { network: { hidden: [9], readout: { kind: 'leaky-integrator' } } };
  const networks = [await open(BACKENDS[id], spikes(), settings), await open(BACKENDS.reference, spikes(), settings)];
  const layers = await Promise.all(
    networks.map(async (network) => {
      const tensors = network.parameters();
      tensors.find(({ name }) => name === 'layers.1.weight')!.data.fill(Number.NaN);
      network.setParameters(tensors);
      return (await network.train(0, 1, STEPS[2]!))[0]!.divergedLayer;
    }),
  );
  expect(layers).toEqual([1, 1]);
  await networks[0]!.close();
});

test.each(
  IDS.flatMap((id) =>
    [
      'spiking layers, learned leaks',
      'inputs times 1 - k, undecayed soft reset, states that training draws, two softmaxes',
      'rnn, dropout',
      'lstm',
      'a residual network of convolutions over pictures',
    ].map((which) => [id, which] as const),
  ),
)('%s, %s: as many tensors and bytes live after every epoch, and none when closed', async (id, which) => {
  const tf = (await loadTensorFlow(id === 'tfjs-node' ? 'native' : 'javascript', 1))();
  const first = await open(BACKENDS[id]);
  await first.close();
  const empty = tf.memory().numTensors;
  const { data, settings } = NETWORKS[which]!;
  const network = await open(BACKENDS[id], data(), settings);
  const counts: string[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    network.beginEpoch(
      epoch,
      Uint32Array.from({ length: 32 }, (_, i) => i),
    );
    await network.train(0, 2, STEPS[0]!);
    await network.evaluate('test', { perSample: true, activity: { stepsPerBin: 3, intervalsEvery: 8 } });
    await network.probe({ split: 'test', indices: [0, 1] }, { features: true, inputGradient: true });
    network.restore(network.state());
    const { numTensors, numBytes } = tf.memory();
    counts.push(`${numTensors} of ${numBytes} bytes`);
  }
  expect(new Set(counts).size, counts.join()).toBe(1);
  await network.close();
  expect(tf.memory().numTensors).toBe(empty);
});
