/**
 * What every backend is held to (engine/backends/backend.ts). Numbers are compared with the float64 reference
 * (engine/reference), whose own derivatives are held to finite differences of the smoothed network: parameters in
 * test/unit/reference/finite-differences.test.ts, δ and dL/dx in test/unit/reference/probes.test.ts.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { Backend, Network, OptimizerStep, Probe, Sample } from '../../../engine/backends/backend.ts';
import type { PreparedDataset } from '../../../engine/datasets/dataset.ts';
import { settingsSchema } from '../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../engine/models/build/network.ts';
import { moved } from '../../../engine/models/moved.ts';
import { parametersOf as planParameters, type Tensor } from '../../../engine/models/parameters.ts';
import type { NetworkPlan } from '../../../engine/models/plan.ts';
import { backward, forward, type Parameters, zeroParameters } from '../../../engine/reference/network.ts';
import { expectedActivity } from './activity.ts';
import { pictures, sampleOf, spikes } from './event/support.ts';

/** float32 sums of some hundred terms against float64. */
const TOLERANCE = 5e-5;
const BATCH = 8;
const COUNT = 21;
const SEED = 5;

const gains = { weightGain: 3 };
export const NETWORKS: Record<string, { data: () => PreparedDataset; settings: object }> = {
  'spiking layers, learned leaks': {
    data: spikes,
    settings: {
      network: { ...gains, hidden: [20, 9], readout: { kind: 'leaky-integrator', window: 7 } },
      neuron: { leak: { learnable: true }, reset: 'hard' },
      training: { classWeights: [1, 3], spikePenalty: { weight: 0.5, target: 0.1 } },
    },
  },
  'a wide recurrent layer, soft reset, read by its rate': {
    data: spikes,
    settings: {
      network: { ...gains, hidden: [37], readout: { kind: 'spike-rate' } },
      neuron: { reset: 'soft', recurrent: true, surrogate: { shape: 'arctan' } },
    },
  },
  'constant currents, one leak per layer, greatest potential': {
    data: pictures,
    settings: {
      network: { ...gains, hidden: [18, { size: 12, neuron: { reset: 'none' } }], readout: { kind: 'max-membrane' } },
      neuron: { leak: { learnable: true, per: 'layer' } },
      training: { loss: 'mse' },
    },
  },
  'inputs times 1 - k, undecayed soft reset, states that training draws, two softmaxes': {
    data: spikes,
    settings: {
      network: {
        ...gains,
        hidden: [18],
        readout: { kind: 'leaky-integrator', leak: { learnable: true }, scaleInput: true, initialState: 'random' },
      },
      neuron: {
        threshold: 0.3,
        leak: { learnable: true },
        reset: 'soft-undecayed',
        recurrent: true,
        scaleInput: true,
        initialState: 'random',
      },
      training: { loss: 'double-softmax' },
    },
  },
  'rnn, dropout': { data: spikes, settings: { model: 'rnn', network: { ...gains, hidden: [13], dropout: 0.3 } } },
  lstm: {
    data: pictures,
    settings: { model: 'lstm', network: { ...gains, hidden: [10], readout: { kind: 'linear', decode: 'mean' } } },
  },
  'more channels, steps and neurons than are worked on at once': {
    data: () => spikes(37, 70),
    settings: { network: { ...gains, hidden: [50, 20] }, neuron: { surrogate: { shape: 'arctan' } } },
  },
  gru: { data: () => spikes(35, 40), settings: { model: 'gru', network: { ...gains, hidden: [21] } } },
};

/** So much to do that one can ask to stop in the middle of it. */
const manySamples = (): PreparedDataset => ({ ...spikes(20, 200), sizes: { train: 512, validation: 0, test: 8192 } });
const WIDE = { hidden: [32] };

const OPTIMIZERS: OptimizerStep['optimizer'][] = [
  { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  { kind: 'adamw', beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 },
  { kind: 'sgd', momentum: 0.9 },
];

const stepOf = (optimizer: OptimizerStep['optimizer'], updates: number, count: number): OptimizerStep => ({
  optimizer,
  updates,
  learningRates: new Array<number>(count).fill(0.01),
  leakFactor: 2,
  clipNorm: 0.5,
});

const inOrder = ({ sizes }: PreparedDataset): Uint32Array => new Uint32Array(sizes.train).map((_, i) => i);
const parametersOf = (tensors: readonly Tensor[]): Parameters =>
  Object.fromEntries(tensors.map(({ name, data }) => [name, Float64Array.from(data)]));
const indices = Array.from({ length: COUNT }, (_, i) => i);

/** Largest difference, over the largest number expected. */
function expectClose(seen: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = TOLERANCE): void {
  expect(seen.length, `${what}: how many`).toBe(expected.length);
  let scale = 1e-6;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(seen[i]! - expected[i]!) / scale;
    if (!(error <= tolerance)) expect.fail(`${what}[${i}]: expected ${expected[i]}, saw ${seen[i]}`);
  }
}

/** Rows [size] of all samples one after another. */
const joined = (arrays: ArrayLike<number>[]): number[] => arrays.flatMap((a) => Array.from(a));

export function conformance(name: string, backend: Backend): void {
  const open: Network[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((network) => network.close()));
  });

  async function start(
    which: string,
    threads = 2,
  ): Promise<{ network: Network; plan: NetworkPlan; data: PreparedDataset }> {
    const { data: make, settings } = NETWORKS[which]!;
    const data = make();
    const plan = planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }), data);
    const network = await backend.open(plan, data, { batchSize: BATCH, threads, seed: SEED });
    open.push(network);
    network.beginEpoch(0, inOrder(data));
    return { network, plan, data };
  }

  /** What the reference sees of samples of the test set with the parameters of a network. */
  function yardstick(plan: NetworkPlan, data: PreparedDataset, network: Network, samples?: readonly Sample[]) {
    const params = parametersOf(network.parameters());
    const gradient = zeroParameters(plan);
    const all = samples ?? indices.map((i) => sampleOf(data, i));
    const passes = all.map((sample) => {
      const pass = forward(plan, params, sample);
      const record: { delta: Float64Array[]; dx?: Float64Array } = { delta: [] };
      const one = backward(plan, params, sample, pass, { record });
      for (const [part, values] of Object.entries(one))
        for (let i = 0; i < values.length; i++) gradient[part]![i]! += values[i]! / all.length;
      return { ...pass, ...record, label: sample.label };
    });
    return { passes, gradient };
  }

  describe(`backend ${name}`, () => {
    test('says which builds compute, and who', () => {
      for (const value of Object.values(backend.provenance())) expect(value).toMatch(/\w/);
      expect(backend.describe()).toMatch(/\w/);
    });

    test('refuses what it does not have, in one sentence, and opens none of it', async () => {
      const { data: make, settings } = NETWORKS['spiking layers, learned leaks']!;
      const data = make();
      const plan = planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings }), data);
      expect(backend.refuses(plan)).toBeUndefined();
      const [first, ...rest] = plan.layers;
      const pool = { kind: 'pool', input: [1, 7, 1], operation: 'mean', window: [1, 1], stride: [1, 1] } as const;
      const strange: NetworkPlan = { ...plan, layers: [{ ...first!, connection: pool }, ...rest] };
      expect(backend.refuses(strange)).toMatch(/^Layer layers\.0 is a pooling, which .+\.$/);
      await expect(backend.open(strange, data, { batchSize: BATCH, threads: 1, seed: SEED })).rejects.toThrow(
        /pooling/,
      );
    });

    describe.each(Object.keys(NETWORKS))('%s', (which) => {
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
          expectClose(
            [total, perClass!.reduce((sum, one) => sum + one[part], 0)],
            [sums[part], sums[part]],
            part,
            1e-12,
          );
        }
        expect(perClass!.reduce((n, { samples }) => n + samples, 0)).toBe(COUNT);
        plan.layers.forEach(({ neuron }, l) => {
          if (neuron.kind !== 'lif') return;
          const expected = passes.reduce((n, { layers }) => n + layers[l]!.o.reduce((a, b) => a + b, 0), 0);
          expect(sums.spikes[l], `spikes of layer ${l}`).toBe(expected);
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

      test('probes see what the reference sees, and change nothing', async () => {
        const { network, plan, data } = await start(which);
        const { passes, gradient } = yardstick(plan, data, network);
        const before = network.state();
        const all = plan.layers.flatMap(({ neuron }, l) => (neuron.kind === 'linear' ? [] : [l]));
        const spiking = all.filter((l) => plan.layers[l]!.neuron.kind === 'lif');
        const seen = await network.probe(
          { split: 'test', indices },
          {
            spikes: spiking,
            counts: spiking,
            potentials: all,
            features: true,
            delta: all,
            inputGradient: true,
            parameterGradient: true,
          },
        );
        expectClose(
          seen.samples.loss,
          passes.map(({ loss }) => loss),
          'loss',
        );
        for (const l of spiking) {
          expect([...seen.spikes.get(l)!], `spikes of layer ${l}`).toEqual(joined(passes.map((p) => p.layers[l]!.o)));
          const size = plan.layers[l]!.output[0];
          const counts = passes.flatMap(({ layers }) =>
            Array.from({ length: size }, (_, n) =>
              layers[l]!.o.reduce((sum, o, i) => sum + (i % size === n ? o : 0), 0),
            ),
          );
          expect([...seen.counts.get(l)!], `counts of layer ${l}`).toEqual(counts);
        }
        for (const l of all) {
          expectClose(seen.potentials.get(l)!, joined(passes.map((p) => p.layers[l]!.u)), `potentials of layer ${l}`);
          expectClose(seen.delta.get(l)!, joined(passes.map((p) => p.delta[l]!)), `δ of layer ${l}`);
        }
        expectClose(seen.inputGradient!, joined(passes.map(({ dx }) => dx!)), 'dL/dx');
        expect(
          seen.inputGradient!.some((g) => g !== 0),
          'there is a gradient to compare',
        ).toBe(true);
        for (const { name: part, data: values } of seen.parameterGradient!) expectClose(values, gradient[part]!, part);
        const hidden = plan.layers.length - 2;
        const width = plan.layers[hidden]!.output[0];
        const mean = plan.layers[hidden]!.neuron.kind === 'lif' || plan.readout.decode === 'mean';
        const features = passes.flatMap(({ layers }) =>
          Array.from({ length: width }, (_, n) => {
            const values = layers[hidden]!.o.filter((_x, i) => i % width === n);
            return mean ? values.reduce((a, b) => a + b, 0) / plan.steps : values.at(-1)!;
          }),
        );
        expectClose(seen.features!, features, 'features');
        expect(network.state(), 'the state afterwards').toEqual(before);
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
        expect((await alone.network.evaluate('test', { samples: COUNT, activity: options })).activity).toEqual(
          activity,
        );
      });

      test('samples that are in no data set give what the same samples in it give', async () => {
        const { network, data } = await start(which);
        const ask = { inputGradient: true, features: true };
        const chosen = [3, 0, 20, 3];
        const given = await network.probe({ samples: chosen.map((i) => sampleOf(data, i)) }, ask);
        const known = await network.probe({ split: 'test', indices: chosen }, ask);
        expect(given).toEqual(known);
        if (data.encoding === 'current') return;
        const silent = { label: 1, offsets: new Uint32Array(data.steps + 1), channels: [] };
        const { inputGradient } = await network.probe({ samples: [silent] }, ask);
        expect(inputGradient).toHaveLength(data.steps * data.inputs);
      });

      test('dL/dx is that of the parameters as they are now, whatever else is asked', async () => {
        const { network, plan, data } = await start(which);
        const samples = indices.map((i) => sampleOf(data, i));
        const check = async (what: string, ask: Probe = {}): Promise<void> => {
          const { passes } = yardstick(plan, data, network);
          const seen = await network.probe({ samples }, { ...ask, inputGradient: true });
          expectClose(seen.inputGradient!, joined(passes.map(({ dx }) => dx!)), what);
        };
        await check('at first');
        const state = network.state();
        network.setParameters(network.parameters().map((t) => ({ ...t, data: t.data.map((x) => x * 1.25) })));
        await check('of others', { parameterGradient: true });
        network.restore(state);
        await check('of the first again');
        await network.train(0, 1, stepOf(OPTIMIZERS[2]!, 0, 1));
        await check('after a weight update');
      });

      test('a batch without samples gives arrays without numbers, and zeros for the parameters', async () => {
        const { network, plan } = await start(which);
        const ask = { potentials: [0], delta: [0], features: true, inputGradient: true, parameterGradient: true };
        for (const batch of [{ samples: [] }, { split: 'test', indices: [] }] as const) {
          const seen = await network.probe(batch, ask);
          expect(seen.samples).toEqual({
            labels: new Uint32Array(),
            loss: new Float64Array(),
            accuracy: new Float64Array(),
            scores: new Float32Array(),
          });
          for (const empty of [seen.potentials.get(0), seen.delta.get(0), seen.features, seen.inputGradient])
            expect(empty).toEqual(new Float32Array());
          expect(seen.parameterGradient).toEqual(
            planParameters(plan).map(({ name, shape }) => ({
              name,
              shape,
              data: new Float32Array(shape.reduce((n, d) => n * d, 1)),
            })),
          );
        }
      });

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

      test('asked to stop, it leaves whole updates only', async () => {
        const { network } = await start(which);
        const abort = new AbortController();
        abort.abort(new Error('enough'));
        const before = network.state();
        expect(await network.train(0, 3, stepOf(OPTIMIZERS[0]!, 0, 3), abort.signal)).toEqual([]);
        expect(network.state()).toEqual(before);
        await expect(network.evaluate('test', { signal: abort.signal })).rejects.toThrow('enough');
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

    test('asked to stop in the middle of updates, it stands where so many of them lead', async () => {
      const data = manySamples();
      const plan = planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, network: WIDE }), data);
      const make = async (): Promise<Network> => {
        const network = await backend.open(plan, data, { batchSize: BATCH, threads: 2, seed: SEED });
        open.push(network);
        network.beginEpoch(0, inOrder(data));
        return network;
      };
      const count = 64;
      const step = stepOf(OPTIMIZERS[0]!, 0, count);
      // As long after the start as it takes on this machine to be in the middle.
      for (let delay = 4, tries = 0; ; tries++) {
        expect(tries, 'tries to stop in the middle').toBeLessThan(12);
        const network = await make();
        const abort = new AbortController();
        setTimeout(() => abort.abort(new Error('enough')), delay);
        const sums = await network.train(0, count, step, abort.signal);
        if (sums.length === 0 || sums.length === count) {
          delay = sums.length === 0 ? 2 * delay : delay / 2;
          continue;
        }
        const straight = await make();
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
      const data = manySamples();
      const plan = planNetwork(settingsSchema.parse({ dataset: { name: 'delayed-xor' }, network: WIDE }), data);
      const network = await backend.open(plan, data, { batchSize: BATCH, threads: 2, seed: SEED });
      open.push(network);
      const before = await network.evaluate('test', { samples: 100 });
      const during = new AbortController();
      setTimeout(() => during.abort(new Error('enough')), 5);
      await expect(network.evaluate('test', { signal: during.signal })).rejects.toThrow('enough');
      const between = new AbortController();
      const onPart = (): void => between.abort(new Error('at a part'));
      await expect(network.evaluate('test', { signal: between.signal, onPart })).rejects.toThrow('at a part');
      expect(await network.evaluate('test', { samples: 100 })).toEqual(before);
    });

    test('refuses questions and samples that do not fit, in one sentence', async () => {
      const { network, data } = await start('rnn, dropout');
      const batch = { split: 'test', indices: [0] } as const;
      await expect(network.probe(batch, { potentials: [7] })).rejects.toThrow('The network has no layer 7');
      await expect(network.probe(batch, { spikes: [0] })).rejects.toThrow('Layer cell (rnn) has no spikes');
      await expect(network.probe({ split: 'test', indices: [32] }, {})).rejects.toThrow('no sample 32');
      const sample = sampleOf(data, 0);
      await expect(network.probe({ samples: [{ ...sample, label: 2 }] }, {})).rejects.toThrow('the label 2');
      const current = { label: 0, current: new Float32Array(data.inputs) };
      await expect(network.probe({ samples: [current] }, {})).rejects.toThrow('not of the kind');
      const offsets = new Uint32Array(data.steps + 1).fill(1, 1);
      const beyond = { label: 0, offsets, channels: [data.inputs] };
      await expect(network.probe({ samples: [beyond] }, {})).rejects.toThrow(`channel ${data.inputs}`);
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
  });
}
