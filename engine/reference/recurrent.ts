/**
 * The paper's baselines, float64: one layer of a vanilla RNN, an LSTM or a GRU, then a linear readout. Equations and
 * order of the gates are PyTorch's; weights are input-major here, so `weight` is the transpose of `weight_ih_l0`.
 *
 * T steps, M inputs, N units, G gates. With the input part a[t] = W·x[t] + b and the recurrent part
 * r[t] = V·h[t-1] + b', both [G·N] with the columns of a gate together, a cell is a rule on a, r and the state before.
 */
import type { NetworkPlan } from '../models/network.ts';
import { addColumns, addOuter, addRows } from './lif.ts';
import type { Parameters } from './network.ts';
import { accuracy, lossBackward, lossForward } from './readout.ts';
import { sigmoid } from './surrogate.ts';

export interface RecurrentPlan {
  cell: 'rnn' | 'lstm' | 'gru';
  inputs: number;
  size: number;
  classes: number;
  steps: number;
  /** The linear readout sees the last hidden state, or the mean over all steps. */
  readout: 'last' | 'mean';
  loss: NetworkPlan['loss'];
}

/** One step of one layer; all arrays are [N], or [G·N] where said. */
export interface Moment {
  /** Input part and recurrent part [G·N]. */
  a: Float64Array;
  r: Float64Array;
  /** Activations of the gates [G·N]. */
  gate: Float64Array;
  h: Float64Array;
  /** Cell state of the LSTM; zero in the others. */
  c: Float64Array;
  hBefore: Float64Array;
  cBefore: Float64Array;
}

export interface MomentGradient {
  da: Float64Array;
  dr: Float64Array;
  dh: Float64Array;
  dc: Float64Array;
  dhBefore: Float64Array;
  dcBefore: Float64Array;
}

interface Cell {
  gates: number;
  /** Fills gate, h and c of unit n. */
  forward(m: Moment, n: number, N: number): void;
  /** From dh and dc of unit n: sets da, dr and dcBefore, and the part of dhBefore that does not pass through V. */
  backward(m: Moment, d: MomentGradient, n: number, N: number): void;
}

export const cells: Record<RecurrentPlan['cell'], Cell> = {
  // h = tanh(a + r)
  rnn: {
    gates: 1,
    forward(m, n) {
      m.h[n] = m.gate[n] = Math.tanh(m.a[n]! + m.r[n]!);
    },
    backward(m, d, n) {
      d.da[n] = d.dr[n] = d.dh[n]! * (1 - m.h[n]! ** 2);
    },
  },

  // i, f, o = σ(a + r), g = tanh(a + r), in the order i f g o
  // c = f·c' + i·g        h = o·tanh(c)
  lstm: {
    gates: 4,
    forward({ a, r, gate, h, c, cBefore }, n, N) {
      const at = (q: number) => a[q * N + n]! + r[q * N + n]!;
      const [i, f, g, o] = [sigmoid(at(0)), sigmoid(at(1)), Math.tanh(at(2)), sigmoid(at(3))];
      setGates(gate, n, N, i, f, g, o);
      c[n] = f * cBefore[n]! + i * g;
      h[n] = o * Math.tanh(c[n]!);
    },
    backward({ gate, c, cBefore }, d, n, N) {
      const [i, f, g, o] = [gate[n]!, gate[N + n]!, gate[2 * N + n]!, gate[3 * N + n]!];
      const bent = Math.tanh(c[n]!);
      const dc = d.dc[n]! + d.dh[n]! * o * (1 - bent ** 2);
      d.dcBefore[n] = dc * f;
      const di = dc * g * i * (1 - i);
      const df = dc * cBefore[n]! * f * (1 - f);
      const dg = dc * i * (1 - g ** 2);
      const dO = d.dh[n]! * bent * o * (1 - o);
      setGates(d.da, n, N, di, df, dg, dO);
      setGates(d.dr, n, N, di, df, dg, dO);
    },
  },

  // s, z = σ(a + r), q = tanh(a + s·r), in the order s z q (PyTorch: r z n)
  // h = (1 − z)·q + z·h'
  gru: {
    gates: 3,
    forward({ a, r, gate, h, hBefore }, n, N) {
      const s = sigmoid(a[n]! + r[n]!);
      const z = sigmoid(a[N + n]! + r[N + n]!);
      const q = Math.tanh(a[2 * N + n]! + s * r[2 * N + n]!);
      setGates(gate, n, N, s, z, q);
      h[n] = (1 - z) * q + z * hBefore[n]!;
    },
    backward({ r, gate, hBefore }, d, n, N) {
      const [s, z, q] = [gate[n]!, gate[N + n]!, gate[2 * N + n]!];
      const dh = d.dh[n]!;
      const dq = dh * (1 - z) * (1 - q ** 2);
      const dz = dh * (hBefore[n]! - q) * z * (1 - z);
      const ds = dq * r[2 * N + n]! * s * (1 - s);
      setGates(d.da, n, N, ds, dz, dq);
      setGates(d.dr, n, N, ds, dz, dq * s);
      d.dhBefore[n] = dh * z;
    },
  },
};

function setGates(array: Float64Array, n: number, N: number, ...values: number[]): void {
  values.forEach((value, q) => {
    array[q * N + n] = value;
  });
}

/** Learned parameters in order: weight [M, G·N], recurrent [N, G·N], two biases [G·N], readout [N, classes] and bias. */
export function recurrentParametersOf({ cell, inputs, size, classes }: RecurrentPlan) {
  const columns = cells[cell].gates * size;
  return [
    { name: 'cell.weight', shape: [inputs, columns] },
    { name: 'cell.recurrent', shape: [size, columns] },
    { name: 'cell.bias', shape: [columns] },
    { name: 'cell.recurrentBias', shape: [columns] },
    { name: 'readout.weight', shape: [size, classes] },
    { name: 'readout.bias', shape: [classes] },
  ];
}

export interface RecurrentPass {
  moments: Moment[];
  /** What the readout sees [N]: the last h, or the mean. */
  feature: Float64Array;
  /** [classes] */
  scores: Float64Array;
  loss: number;
  accuracy: number;
}

/**
 * @param x inputs [T, M]
 * @param keep dropout: the factor on what the readout sees of each unit [N]
 */
export function recurrentForward(
  plan: RecurrentPlan,
  p: Parameters,
  x: Float64Array,
  label: number,
  keep?: Float64Array,
): RecurrentPass {
  const { inputs: M, size: N, classes, steps, readout, loss } = plan;
  const cell = cells[plan.cell];
  const moments: Moment[] = [];
  const feature = new Float64Array(N);
  for (let t = 0; t < steps; t++) {
    const hBefore = moments.at(-1)?.h ?? new Float64Array(N);
    const cBefore = moments.at(-1)?.c ?? new Float64Array(N);
    const a = p['cell.bias']!.slice();
    const r = p['cell.recurrentBias']!.slice();
    addRows(a, p['cell.weight']!, x.subarray(t * M, (t + 1) * M));
    addRows(r, p['cell.recurrent']!, hBefore);
    const gate = new Float64Array(cell.gates * N);
    const m = { a, r, gate, h: new Float64Array(N), c: new Float64Array(N), hBefore, cBefore };
    for (let n = 0; n < N; n++) cell.forward(m, n, N);
    moments.push(m);
    for (let n = 0; n < N; n++) feature[n]! += m.h[n]! * shareOfStep(readout, t, steps);
  }
  if (keep) for (let n = 0; n < N; n++) feature[n]! *= keep[n]!;
  const scores = p['readout.bias']!.slice();
  addRows(scores, p['readout.weight']!, feature);
  return {
    moments,
    feature,
    scores,
    loss: lossForward(loss, scores, classes, label),
    accuracy: accuracy(scores, classes, label),
  };
}

/** Gradient of the loss by every parameter. */
export function recurrentBackward(
  plan: RecurrentPlan,
  p: Parameters,
  x: Float64Array,
  label: number,
  { moments, feature, scores }: RecurrentPass,
  keep?: Float64Array,
): Parameters {
  const { inputs: M, size: N, steps, readout } = plan;
  const cell = cells[plan.cell];
  const grads: Parameters = Object.fromEntries(
    recurrentParametersOf(plan).map(({ name }) => [name, new Float64Array(p[name]!.length)]),
  );
  const dScores = lossBackward(plan.loss, scores, plan.classes, label);
  const dFeature = new Float64Array(N);
  grads['readout.bias']!.set(dScores);
  addOuter(grads['readout.weight']!, feature, dScores);
  addColumns(dFeature, p['readout.weight']!, dScores);
  if (keep) for (let n = 0; n < N; n++) dFeature[n]! *= keep[n]!;

  let dh = new Float64Array(N); // what reaches h[t] from step t+1
  let dc = new Float64Array(N);
  for (let t = steps - 1; t >= 0; t--) {
    const m = moments[t]!;
    for (let n = 0; n < N; n++) dh[n]! += dFeature[n]! * shareOfStep(readout, t, steps);
    const da = new Float64Array(cell.gates * N);
    const dr = new Float64Array(cell.gates * N);
    const d = { da, dr, dh, dc, dhBefore: new Float64Array(N), dcBefore: new Float64Array(N) };
    for (let n = 0; n < N; n++) cell.backward(m, d, n, N);
    addOuter(grads['cell.weight']!, x.subarray(t * M, (t + 1) * M), da);
    addOuter(grads['cell.recurrent']!, m.hBefore, dr);
    for (let i = 0; i < da.length; i++) {
      grads['cell.bias']![i]! += da[i]!;
      grads['cell.recurrentBias']![i]! += dr[i]!;
    }
    addColumns(d.dhBefore, p['cell.recurrent']!, dr);
    dh = d.dhBefore;
    dc = d.dcBefore;
  }
  return grads;
}

/** Weight of h[t] in what the readout sees. */
function shareOfStep(readout: RecurrentPlan['readout'], t: number, steps: number): number {
  if (readout === 'mean') return 1 / steps;
  return t === steps - 1 ? 1 : 0;
}
