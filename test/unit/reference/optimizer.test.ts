import { expect, test } from 'vitest';
import { backward, forward, type Parameters } from '../../../engine/reference/network.ts';
import { type AdamState, adamStep } from '../../../engine/reference/optimizer.ts';
import { network, randomParameters, randomSample, streamOf } from './networks.ts';
import { oracle, tf } from './oracle.ts';

/** Before the first update. */
const adamState = (length: number): AdamState => ({
  m: new Float64Array(length),
  v: new Float64Array(length),
  step: 0,
});

test('three steps worked out by hand', () => {
  const hyper = { beta1: 0.5, beta2: 0.75, epsilon: 1 };
  const w = Float64Array.of(0);
  const state = adamState(1);
  // m = 1, v = 1; corrected 2 and 4.
  adamStep(w, Float64Array.of(2), state, 0.1, hyper);
  expect(w[0]).toBeCloseTo((-0.1 * 2) / 3, 15);
  // m = 0.5·1 + 0.5·(−1) = 0: no change.
  adamStep(w, Float64Array.of(-1), state, 0.1, hyper);
  expect(w[0]).toBeCloseTo((-0.1 * 2) / 3, 15);
  // m = 2, corrected by 1 − 1/8; v = 0.75·1 + 0.25·16 = 4.75, corrected by 1 − 27/64.
  adamStep(w, Float64Array.of(4), state, 0.1, hyper);
  expect(w[0]).toBeCloseTo((-0.1 * 2) / 3 - (0.1 * (16 / 7)) / (Math.sqrt(4.75 / (37 / 64)) + 1), 15);
  expect(state.step).toBe(3);
});

/** Adam of PyTorch and tfjs alike by default; tfjs loses five of its seven digits in 1 − 0.999^t. */
const hyper = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

test('ten losses of a network trained for ten steps equal those of tfjs', () => {
  const plan = network([{ recurrent: true, leak: { learnable: true, per: 'neuron', init: 0.5 } }, {}], 'mean', 'mse');
  const rng = streamOf('ten steps');
  const parameters = randomParameters(plan, rng);
  const samples = [0, 1, 2, 3].map(() => randomSample(plan, rng));
  const states = Object.fromEntries(Object.entries(parameters).map(([name, w]) => [name, adamState(w.length)]));
  const peer = tf.train.adam(0.02, hyper.beta1, hyper.beta2, hyper.epsilon);
  const variables = Object.entries(parameters).map(([name, w]) => tf.variable(tf.tensor1d([...w]), true, name));
  const losses: number[] = [];
  for (let step = 1; step <= 10; step++) {
    const theirs: Parameters = Object.fromEntries(variables.map((v) => [v.name, Float64Array.from(v.dataSync())]));
    const { loss: expected, grads } = oracle(plan, theirs, samples);
    peer.applyGradients(variables.map(({ name }) => ({ name, tensor: tf.tensor1d(grads[name]!) })));

    let loss = 0;
    const sums = Object.fromEntries(Object.entries(parameters).map(([name, w]) => [name, new Float64Array(w.length)]));
    for (const sample of samples) {
      const pass = forward(plan, parameters, sample);
      loss += pass.loss / samples.length;
      for (const [name, grad] of Object.entries(backward(plan, parameters, sample, pass)))
        grad.forEach((g, i) => {
          sums[name]![i]! += g / samples.length;
        });
    }
    for (const [name, w] of Object.entries(parameters)) adamStep(w, sums[name]!, states[name]!, 0.02, hyper);

    expect(Math.abs(loss - expected), `step ${step}: expected ${expected}, seen ${loss}`).toBeLessThan(1e-5);
    losses.push(loss);
  }
  expect(losses.at(-1)! / losses[0]!, 'the last loss over the first').toBeLessThan(0.8);
});
