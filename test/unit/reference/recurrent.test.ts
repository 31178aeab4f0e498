/** RNN, LSTM and GRU against finite differences (the networks are smooth) and against tfjs autodiff. */
import { describe, expect, test } from 'vitest';
import {
  type RecurrentPlan,
  recurrentBackward,
  recurrentForward,
  recurrentParametersOf,
} from '../../../engine/reference/recurrent.ts';
import { streamOf } from './networks.ts';
import { batchLoss, lossAndGradients, tf } from './oracle.ts';

const M = 3;
const N = 4;
const STEPS = 5;

function setUp(fields: Pick<RecurrentPlan, 'cell' | 'readout' | 'loss'>) {
  const plan: RecurrentPlan = { ...fields, inputs: M, size: N, classes: 3, steps: STEPS };
  const rng = streamOf(Object.values(fields).join(' '));
  const random = (length: number) => Float64Array.from({ length }, () => Math.fround(2 * rng.uniform() - 1));
  const params = Object.fromEntries(
    recurrentParametersOf(plan).map(({ name, shape }) => [name, random(shape.reduce((a, b) => a * b))]),
  );
  const x = Float64Array.from({ length: STEPS * M }, () => rng.below(3));
  return { plan, params, x, label: rng.below(3) };
}

type ByName = Record<string, tf.Tensor>;

/** PyTorch's documented equations on tensors [1, …]; gates are slices of the columns. */
function peerScores(plan: RecurrentPlan, p: ByName, x: Float64Array): tf.Tensor {
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
  const { plan, params, x, label } = setUp(fields);
  const pass = recurrentForward(plan, params, x, label);
  const grads = recurrentBackward(plan, params, x, label, pass);

  test('gradients equal finite differences', () => {
    const h = 1e-3;
    for (const [name, values] of Object.entries(params))
      values.forEach((value, i) => {
        const at = (offset: number) => {
          values[i] = value + offset * h;
          const { loss } = recurrentForward(plan, params, x, label);
          values[i] = value;
          return loss;
        };
        const expected = (at(-2) - 8 * at(-1) + 8 * at(1) - at(2)) / (12 * h);
        const seen = grads[name]![i]!;
        const error = Math.abs(seen - expected) / Math.max(Math.abs(seen), Math.abs(expected), 1e-2);
        expect(error, `${name}[${i}] expected ${expected}, seen ${seen}`).toBeLessThan(1e-7);
      });
  });

  test('loss and gradients equal those of tfjs', () => {
    const peer = lossAndGradients(recurrentParametersOf(plan), params, (p) =>
      batchLoss(plan.loss, peerScores(plan, p, x), [label]),
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
  const plan: RecurrentPlan = {
    cell: 'gru',
    inputs: 1,
    size: 1,
    classes: 2,
    steps: 2,
    readout: 'last',
    loss: 'cross-entropy',
  };
  const params = Object.fromEntries(
    recurrentParametersOf(plan).map(({ name, shape }) => [name, new Float64Array(shape.reduce((a, b) => a * b))]),
  );
  params['cell.recurrentBias']![2] = 2;
  const pass = recurrentForward(plan, params, new Float64Array(2), 0);
  // r = z = 1/2, n = tanh(r · 2), so h = n/2, then n/2 + h/2.
  expect(pass.moments.map(({ h }) => h[0])).toEqual([Math.tanh(1) / 2, (Math.tanh(1) * 3) / 4]);
  expect(pass.loss).toBeCloseTo(Math.log(2), 15);
});
