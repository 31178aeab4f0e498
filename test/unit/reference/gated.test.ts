/** RNN, LSTM and GRU against finite differences (the networks are smooth) and against tfjs autodiff. */
import { describe, expect, test } from 'vitest';
import { lengthOf, parametersOf } from '../../../engine/models/parameters.ts';
import { type Gated, INPUT, type LayerPlan, type NetworkPlan } from '../../../engine/models/plan.ts';
import { backward, forward, zeroParameters } from '../../../engine/reference/network.ts';
import { streamOf } from './networks.ts';
import { batchLoss, lossAndGradients, tf } from './oracle.ts';

const M = 3;
const N = 4;
const STEPS = 5;

interface Fields {
  cell: Gated['kind'];
  readout: 'last' | 'mean';
  loss: NetworkPlan['loss'];
}

/** A layer of this kind, then a linear one. */
function planOf({ cell, readout, loss }: Fields, inputs: number, size: number, classes: number, steps: number) {
  const dense = (inputs: number, size: number): Pick<LayerPlan, 'connection' | 'output'> => ({
    connection: { kind: 'dense', inputs, size, bias: true, weightGain: 1 },
    output: [size],
  });
  const layers: LayerPlan[] = [
    { name: 'cell', input: [INPUT], neuron: { kind: cell }, ...dense(inputs, size) },
    { name: 'readout', input: ['cell'], neuron: { kind: 'linear' }, ...dense(size, classes) },
  ];
  const plan: NetworkPlan = {
    inputs,
    classes,
    steps,
    encoding: 'events',
    layers,
    readout: { decode: readout, from: 0 },
    dropout: 0,
    loss,
  };
  return plan;
}

/** The rows of x [T, M], whole numbers, as events. */
function eventsOf(x: Float64Array, inputs: number) {
  const offsets = [0];
  const channels: number[] = [];
  for (let row = 0; row < x.length; row += inputs) {
    for (let c = 0; c < inputs; c++) for (let n = 0; n < x[row + c]!; n++) channels.push(c);
    offsets.push(channels.length);
  }
  return { offsets, channels };
}

function setUp(fields: Fields) {
  const plan = planOf(fields, M, N, 3, STEPS);
  const rng = streamOf(Object.values(fields).join(' '));
  const random = (length: number) => Float64Array.from({ length }, () => Math.fround(2 * rng.uniform() - 1));
  const params = Object.fromEntries(parametersOf(plan).map(({ name, shape }) => [name, random(lengthOf(shape))]));
  const x = Float64Array.from({ length: STEPS * M }, () => rng.below(3));
  const label = rng.below(3);
  return { plan, params, x, sample: { label, ...eventsOf(x, M) } };
}

type ByName = Record<string, tf.Tensor>;

/** PyTorch's documented equations on tensors [1, …]; gates are slices of the columns. */
function peerScores(plan: Fields, p: ByName, x: Float64Array): tf.Tensor {
  const gate = (part: tf.Tensor, q: number) => tf.slice(part, [0, q * N], [1, N]);
  let h: tf.Tensor = tf.zeros([1, N]);
  let c: tf.Tensor = tf.zeros([1, N]);
  const hs: tf.Tensor[] = [];
  for (let t = 0; t < STEPS; t++) {
    const row = tf.tensor2d([...x.slice(t * M, (t + 1) * M)], [1, M]);
    const ih = tf.add(tf.matMul(row, p['cell.weight']! as tf.Tensor2D), p['cell.bias']!);
    const hh = tf.add(tf.matMul(h as tf.Tensor2D, p['cell.recurrent']! as tf.Tensor2D), p['cell.recurrentBias']!);
    const sum = tf.add(ih, hh);
    if (plan.cell === 'rnn') h = tf.tanh(sum);
    else if (plan.cell === 'lstm') {
      const [i, f, o] = [0, 1, 3].map((q) => tf.sigmoid(gate(sum, q)));
      c = tf.add(tf.mul(f!, c), tf.mul(i!, tf.tanh(gate(sum, 2))));
      h = tf.mul(o!, tf.tanh(c));
    } else {
      const r = tf.sigmoid(gate(sum, 0));
      const z = tf.sigmoid(gate(sum, 1));
      const n = tf.tanh(tf.add(gate(ih, 2), tf.mul(r, gate(hh, 2))));
      h = tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, h));
    }
    hs.push(h);
  }
  const feature = plan.readout === 'last' ? h : tf.mean(tf.stack(hs), 0);
  return tf.add(tf.matMul(feature as tf.Tensor2D, p['readout.weight']! as tf.Tensor2D), p['readout.bias']!);
}

const cases = (['rnn', 'lstm', 'gru'] as const).flatMap((cell) =>
  (['last', 'mean'] as const).flatMap((readout) =>
    (['cross-entropy', 'mse'] as const).map((loss) => ({ cell, readout, loss })),
  ),
);

describe.each(cases)('$cell, readout $readout, $loss', (fields) => {
  const { plan, params, x, sample } = setUp(fields);
  const pass = forward(plan, params, sample);
  const grads = backward(plan, params, sample, pass);

  test('gradients equal finite differences', () => {
    const h = 1e-3;
    for (const [name, values] of Object.entries(params))
      values.forEach((value, i) => {
        const lossAt = (offset: number) => {
          values[i] = value + offset * h;
          const { loss } = forward(plan, params, sample);
          values[i] = value;
          return loss;
        };
        const expected = (lossAt(-2) - 8 * lossAt(-1) + 8 * lossAt(1) - lossAt(2)) / (12 * h);
        const seen = grads[name]![i]!;
        const error = Math.abs(seen - expected) / Math.max(Math.abs(seen), Math.abs(expected), 1e-2);
        expect(error, `${name}[${i}] expected ${expected}, seen ${seen}`).toBeLessThan(1e-7);
      });
  });

  test('loss and gradients equal those of tfjs', () => {
    const peer = lossAndGradients(parametersOf(plan), params, (p) =>
      batchLoss(plan.loss, peerScores(fields, p, x), [sample.label]),
    );
    expect(Math.abs(pass.loss - peer.loss), `loss expected ${peer.loss}, seen ${pass.loss}`).toBeLessThan(5e-6);
    for (const [name, grad] of Object.entries(peer.grads)) {
      expect(grads[name]!.length, `length of ${name}`).toBe(grad.length);
      grad.forEach((expected, i) => {
        const seen = grads[name]![i]!;
        expect(Math.abs(seen - expected), `${name}[${i}] expected ${expected}, seen ${seen}`).toBeLessThan(5e-6);
      });
    }
  });
});

test('one unit by hand, all weights and biases zero but the second bias of the GRU candidate', () => {
  const plan = planOf({ cell: 'gru', readout: 'last', loss: 'cross-entropy' }, 1, 1, 2, 2);
  const params = zeroParameters(plan);
  params['cell.recurrentBias']![2] = 2;
  const pass = forward(plan, params, { label: 0, offsets: [0, 0, 0], channels: [] });
  // r = z = 1/2, n = tanh(r · 2), so h = n/2, then n/2 + h/2.
  expect([...pass.layers[0]!.o]).toEqual([Math.tanh(1) / 2, (Math.tanh(1) * 3) / 4]);
  expect(pass.loss).toBeCloseTo(Math.log(2), 15);
});
