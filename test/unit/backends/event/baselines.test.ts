/** RNN, LSTM and GRU of the event backend against the float64 reference: loss, accuracy and every gradient. */
import { describe, expect, test } from 'vitest';
import {
  CELL,
  instantiateKernels,
  kernelBytes,
  RESERVED_BYTES,
} from '../../../../engine/backends/event/kernels/kernels.ts';
import { planLayout } from '../../../../engine/backends/event/layout/layout.ts';
import type { PreparedDataset } from '../../../../engine/datasets/dataset.ts';
import { settingsSchema } from '../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../engine/models/build/network.ts';
import { parametersOf } from '../../../../engine/models/parameters.ts';
import { backward, forward, type Parameters, zeroParameters } from '../../../../engine/reference/network.ts';
import { dropoutMasksOf, localEngine, pictures, sampleOf, spikes } from './support.ts';

/** float32 sums of some hundred terms against float64. */
const TOLERANCE = 5e-5;
const BATCH = 21;
const models = ['rnn', 'lstm', 'gru'] as const;

/** Compares a batch with the reference; weights are large enough for gates to saturate here and there. */
function compare(
  model: (typeof models)[number],
  settings: { size: number; training?: object; network?: object },
  dataset: PreparedDataset,
): void {
  const { size, training = {} } = settings;
  const network = { hidden: [size], weightGain: 3, ...settings.network };
  const engine = localEngine({ model, network, training }, dataset, 32, 5);
  const { plan } = engine;
  const params: Parameters = Object.fromEntries(engine.weights.map((w) => [w.name, Float64Array.from(w.data)]));
  const sums = zeroParameters(plan);
  let loss = 0;
  let accuracy = 0;
  for (let i = 0; i < BATCH; i++) {
    const sample = sampleOf(dataset, i);
    const dropoutMasks = dropoutMasksOf(plan, 5, i);
    const pass = forward(plan, params, sample, { dropoutMasks });
    loss += pass.loss / BATCH;
    accuracy += pass.accuracy / BATCH;
    const weight = plan.classWeights?.[sample.label] ?? 1;
    const gradients = backward(plan, params, sample, pass, { dropoutMasks });
    for (const name in sums)
      gradients[name]!.forEach((g, j) => {
        sums[name]![j]! += (weight * g) / BATCH;
      });
  }
  const seen = engine.gradient(0, BATCH);
  expect(seen.loss).toBeCloseTo(loss, 5);
  expect(seen.accuracy).toBeCloseTo(accuracy, 6);
  expect(seen.gradients.map(({ name, shape }) => ({ name, shape }))).toEqual(
    parametersOf(plan).map(({ name, shape }) => ({ name, shape })),
  );
  for (const { name, data } of seen.gradients) {
    const expected = sums[name]!;
    const scale = Math.max(1e-4, ...expected.map(Math.abs));
    data.forEach((g, j) => {
      if (!(Math.abs(g - expected[j]!) <= TOLERANCE * scale))
        expect.fail(`${name}[${j}]: expected ${expected[j]}, saw ${g} (largest ${scale})`);
    });
  }
}

describe.each(models)('%s', (model) => {
  const mean = { readout: { kind: 'linear', decode: 'mean' } };
  test('spikes, last state', () => compare(model, { size: 6 }, spikes()));
  test('spikes, mean over the steps, mse', () =>
    compare(model, { size: 6, network: mean, training: { loss: 'mse' } }, spikes()));
  test('as many units as a panel is wide', () => compare(model, { size: 16 }, spikes(20, 9)));
  test('units that fill one panel and a part of the next', () => compare(model, { size: 37 }, spikes(40, 6)));
  test('one step', () => compare(model, { size: 5 }, spikes(9, 1)));
  test('one unit, no bias', () => compare(model, { size: 1, network: { bias: false } }, spikes()));
  test('constant input current', () => compare(model, { size: 10, training: { loss: 'mse' } }, pictures()));
  test('constant input current, wide, mean', () => compare(model, { size: 50, network: mean }, pictures(30, 4)));
  test.each(['last', 'mean'])('dropout, %s', (decode) =>
    compare(model, { size: 21, network: { dropout: 0.4, readout: { kind: 'linear', decode } } }, spikes()),
  );
  test('class weights', () => compare(model, { size: 7, training: { classWeights: [1, 3] } }, spikes()));
  test('sequences so long that a shard takes several blocks', () => compare(model, { size: 4 }, spikes(5, 2200)));

  test('its parameters have the names and shapes of earlier checkpoints', () => {
    const { weights } = localEngine({ model, network: { hidden: [5] } }, spikes(), 32, 1);
    const columns = 5 * { rnn: 1, lstm: 4, gru: 3 }[model];
    expect(weights.map(({ name, shape }) => [name, shape])).toEqual([
      ['cell.weight', [7, columns]],
      ['cell.recurrent', [5, columns]],
      ['cell.bias', [columns]],
      ['cell.recurrentBias', [columns]],
      ['readout.weight', [5, 2]],
      ['readout.bias', [2]],
    ]);
  });
});

test.each(models)('%s: N-MNIST at 1 ms, batches of 1024, two threads, fits 1 GB', (model) => {
  const shape = { inputs: 2312, classes: 10, steps: 315, encoding: 'events' as const };
  const settings = { dataset: { name: 'delayed-xor' }, model, network: { hidden: [512] } };
  const plan = planNetwork(settingsSchema.parse(settings), shape);
  const sizes = { train: 60_000, validation: 0, test: 10_000 };
  const { bytes, block } = planLayout(plan, { maxEvents: 20_000, sizes }, 1024, 2);
  expect(bytes).toBeLessThan(1e9);
  expect(block, 'samples that share a panel of the recurrent weights').toBeGreaterThanOrEqual(16);
});

test('initial weights are those of PyTorch, but for the gain', () => {
  const { weights } = localEngine({ model: 'lstm', network: { hidden: [25], weightGain: 2 } }, spikes(), 32, 1);
  for (const { name, data } of weights) {
    const bound = (name.startsWith('cell.recurrent') ? 1 : 2) / 5;
    const largest = Math.max(...data.map(Math.abs));
    expect(largest, name).toBeLessThanOrEqual(Math.fround(bound));
    if (data.length > 50) expect(largest, name).toBeGreaterThan(0.9 * bound);
  }
});

test('AdamW lets the matrices decay, the biases not', () => {
  const engine = localEngine({ model: 'gru', network: { hidden: [5] }, training: { batchSize: 32 } }, spikes(), 32, 4);
  const before = engine.weights;
  const { gradients } = engine.gradient(0, 32, 'train');
  const optimizer = { kind: 'adamw' as const, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.5 };
  const after = engine.update({ optimizer, updates: 0, learningRates: [0.01] });
  after.forEach(({ name, data }, l) =>
    data.forEach((w, i) => {
      const g = gradients[l]!.data[i]!;
      const decay = /weight|recurrent$/.test(name) ? 1 - 0.01 * 0.5 : 1;
      const expected = decay * before[l]!.data[i]! - (0.01 * g) / (Math.abs(g) + 1e-8);
      if (!(Math.abs(w - expected) < 2e-6)) expect.fail(`${name}[${i}]: expected ${expected}, saw ${w}`);
    }),
  );
});

describe('sigmoid and tanh', () => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  const kernels = instantiateKernels(kernelBytes(), memory);
  /** σ or tanh of 16 numbers: the gate of a unit whose input part is x. */
  const gate = (kind: 'rnn' | 'gru', x: number[]): Float32Array => {
    const groups = kind === 'rnn' ? 1 : 3;
    const [input, r, gates, before, extra, h] = [0, 1, 2, 3, 4, 5].map((i) => RESERVED_BYTES + i * 64 * 3) as number[];
    new Float32Array(memory.buffer, RESERVED_BYTES, 16 * 3 * 6).fill(0);
    new Float32Array(memory.buffer, input, 16).set(x);
    kernels.cellForward({
      kind: CELL[kind],
      samples: 1,
      steps: 1,
      t: 0,
      size: 16,
      input: input!,
      inputRows: 1,
      inputFirst: 0,
      r: r!,
      gates: gates!,
      before: before!,
      extra: extra!,
      h: h!,
      share: 0,
    });
    return new Float32Array(memory.buffer, gates, 16 * groups).slice(0, 16);
  };

  const arguments16 = Array.from({ length: 4000 }, (_, i) => {
    const size = 10 ** (-6 + (8 * (i % 2000)) / 2000);
    return Math.fround(i < 2000 ? size : -size);
  });
  test.each([
    ['rnn', 'tanh', Math.tanh],
    ['gru', 'sigmoid', (x: number) => 1 / (1 + Math.exp(-Math.max(x, -88)))],
  ] as const)('%s: %s within 3e-7, relative to its value', (kind, name, exact) => {
    for (let i = 0; i < arguments16.length; i += 16) {
      const x = arguments16.slice(i, i + 16);
      gate(kind, x).forEach((seen, j) => {
        const expected = exact(x[j]!);
        if (!(Math.abs(seen - expected) <= 3e-7 * Math.abs(expected) + 2e-45))
          expect.fail(`${name}(${x[j]}): expected ${expected}, saw ${seen}`);
      });
    }
  });

  test('limits, and what is not a number', () => {
    const x = [0, 1, Infinity, -Infinity, NaN, 1e30, -1e30, 1e-40, 90, -90, 0, 0, 0, 0, 0, 0];
    const tanh = gate('rnn', x);
    expect(Array.from(tanh.slice(0, 10))).toEqual([
      0,
      Math.fround(Math.tanh(1)),
      1,
      -1,
      NaN,
      1,
      -1,
      Math.fround(1e-40),
      1,
      -1,
    ]);
    const sigmoid = gate('gru', x);
    expect(sigmoid[0]).toBe(0.5);
    expect(sigmoid[2]).toBe(1);
    expect(sigmoid[3]).toBeLessThan(1e-37);
    expect(sigmoid[4]).toBeNaN();
  });
});
