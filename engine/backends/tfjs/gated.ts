/**
 * A layer of a vanilla RNN, an LSTM or a GRU over all steps of a batch, and backpropagation through time written out.
 * Equations and order of the gates are PyTorch's, as in reference/gated.ts.
 *
 * T steps, B samples, N units, G gates; tensors of a step are [B, N], its input part a and recurrent part r [B, G·N].
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { type Gated, gatesOf } from '../../models/plan.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import { rows } from './connection.ts';

export interface GatedParameters {
  /** V [N, G·N]. */
  recurrent: Tensor;
  /** b' [G·N]. */
  recurrentBias?: Tensor | undefined;
}

interface State {
  h: Tensor;
  /** Cell state of the LSTM; in the others as it came. */
  c: Tensor;
}

interface Step {
  before: State;
  r: Tensor;
  /** Activations of the gates, in their order. */
  gates: Tensor[];
  after: State;
}

interface StepGradient {
  da: Tensor;
  dr: Tensor;
  /** What reaches the state before past V; nothing: 0. */
  dh?: Tensor;
  dc?: Tensor;
}

interface Cell {
  forward(tf: TensorFlow, a: Tensor, r: Tensor, before: State): { gates: Tensor[]; after: State };
  backward(tf: TensorFlow, step: Step, dh: Tensor, dc: Tensor): StepGradient;
}

const CELLS: Record<Gated['kind'], Cell> = {
  // h = tanh(a + r)
  rnn: {
    forward(tf, a, r, { c }) {
      const h = tf.tanh(tf.add(a, r));
      return { gates: [h], after: { h, c } };
    },
    backward(tf, { after }, dh) {
      const d = tf.mul(dh, tanhSlope(tf, after.h));
      return { da: d, dr: d };
    },
  },

  // i, f, o = σ(a + r), g = tanh(a + r), in the order i f g o
  // c = f·c' + i·g        h = o·tanh(c)
  lstm: {
    forward(tf, a, r, before) {
      const [ai, af, ag, ao] = tf.split(tf.add(a, r), 4, 1);
      const [i, f, g, o] = [tf.sigmoid(ai!), tf.sigmoid(af!), tf.tanh(ag!), tf.sigmoid(ao!)];
      const c = tf.add(tf.mul(f, before.c), tf.mul(i, g));
      return { gates: [i, f, g, o], after: { h: tf.mul(o, tf.tanh(c)), c } };
    },
    backward(tf, { gates: [i, f, g, o], before, after }, dh, later) {
      const tanhC = tf.tanh(after.c);
      const dc = tf.add(later, product(tf, dh, o!, tanhSlope(tf, tanhC)));
      const di = product(tf, dc, g!, sigmoidSlope(tf, i!));
      const df = product(tf, dc, before.c, sigmoidSlope(tf, f!));
      const dg = product(tf, dc, i!, tanhSlope(tf, g!));
      const dO = product(tf, dh, tanhC, sigmoidSlope(tf, o!));
      const d = tf.concat([di, df, dg, dO], 1);
      return { da: d, dr: d, dc: tf.mul(dc, f!) };
    },
  },

  // s, z = σ(a + r), q = tanh(a + s·r), in the order s z q (PyTorch: r z n)
  // h = (1 − z)·q + z·h'
  gru: {
    forward(tf, a, r, { h, c }) {
      const [as, az, aq] = tf.split(a, 3, 1);
      const [rs, rz, rq] = tf.split(r, 3, 1);
      const s = tf.sigmoid(tf.add(as!, rs!));
      const z = tf.sigmoid(tf.add(az!, rz!));
      const q = tf.tanh(tf.add(aq!, tf.mul(s, rq!)));
      return { gates: [s, z, q], after: { h: tf.add(q, tf.mul(z, tf.sub(h, q))), c } };
    },
    backward(tf, { r, gates: [s, z, q], before }, dh) {
      const rq = tf.split(r, 3, 1)[2]!;
      const dq = product(tf, dh, tf.sub(1, z!), tanhSlope(tf, q!));
      const dz = product(tf, dh, tf.sub(before.h, q!), sigmoidSlope(tf, z!));
      const ds = product(tf, dq, rq, sigmoidSlope(tf, s!));
      return { da: tf.concat([ds, dz, dq], 1), dr: tf.concat([ds, dz, tf.mul(dq, s!)], 1), dh: tf.mul(dh, z!) };
    },
  },
};

export interface GatedTrace {
  /** h of every step [T, B, N]. */
  h: Tensor;
  history: Step[];
}

/** @param input W·x[t] + b, one [B, G·N] for each step */
export function gatedForward(
  tf: TensorFlow,
  { kind }: Gated,
  { recurrent, recurrentBias }: GatedParameters,
  input: readonly Tensor[],
): GatedTrace {
  const rest = tf.zeros([input[0]!.shape[0]!, recurrent.shape[0]!]);
  const history: Step[] = [];
  let before: State = { h: rest, c: rest };
  for (const a of input) {
    const product = tf.matMul(before.h as Tensor2D, recurrent as Tensor2D);
    const r = recurrentBias ? tf.add(product, recurrentBias) : product;
    const step = { before, r, ...CELLS[kind].forward(tf, a, r, before) };
    history.push(step);
    before = step.after;
  }
  return { h: tf.stack(history.map(({ after }) => after.h)), history };
}

export interface GatedGradient {
  /** dL/da [T, B, G·N]. */
  delta: Tensor;
  recurrent: Tensor;
  recurrentBias?: Tensor;
}

/** @param dH derivative of the loss [T, B, N] by h from outside the layer */
export function gatedBackward(
  tf: TensorFlow,
  neuron: Gated,
  { recurrent, recurrentBias }: GatedParameters,
  { history }: GatedTrace,
  dH: Tensor,
): GatedGradient {
  const steps = tf.unstack(dH);
  const das: Tensor[] = [];
  const drs: Tensor[] = [];
  let dh = tf.zerosLike(steps[0]!);
  let dc = dh;
  for (let t = history.length - 1; t >= 0; t--) {
    const d = CELLS[neuron.kind].backward(tf, history[t]!, tf.add(steps[t]!, dh), dc);
    das.unshift(d.da);
    drs.unshift(d.dr);
    const through = tf.matMul(d.dr as Tensor2D, recurrent as Tensor2D, false, true);
    dh = d.dh ? tf.add(through, d.dh) : through;
    dc = d.dc ?? dc;
  }
  const dr = rows(tf, tf.stack(drs));
  const before = rows(tf, tf.stack(history.map((step) => step.before.h)));
  return {
    delta: tf.reshape(tf.stack(das), [steps.length, -1, gatesOf(neuron) * recurrent.shape[0]!]),
    recurrent: tf.matMul(before, dr, true),
    ...(recurrentBias && { recurrentBias: tf.sum(dr, 0) }),
  };
}

const product = (tf: TensorFlow, a: Tensor, b: Tensor, c: Tensor): Tensor => tf.mul(tf.mul(a, b), c);
/** Derivatives by what went in, from what came out. */
const tanhSlope = (tf: TensorFlow, y: Tensor): Tensor => tf.sub(1, tf.square(y));
const sigmoidSlope = (tf: TensorFlow, y: Tensor): Tensor => tf.mul(y, tf.sub(1, y));
