/**
 * The paper's baselines, float64: a layer of a vanilla RNN, an LSTM or a GRU. Equations and order of the gates are
 * PyTorch's; weights are input-major here, so `weight` is the transpose of `weight_ih_l0`.
 *
 * T steps, M inputs, N units, G gates. With the input part a[t] = W·x[t] + b and the recurrent part
 * r[t] = V·h[t-1] + b', both [G·N] with the columns of a gate together, a cell is a rule on a, r and the state before.
 */
import { sigmoid } from '../models/neuron.ts';
import { type Dense, type Gated, gatesOf, type LayerPlan } from '../models/plan.ts';
import { addColumns, addOuter, addRows } from './connection.ts';

export type GatedLayer = LayerPlan<Gated, Dense>;

/** Parameters of a layer, or their gradients; biases are there when the plan has them. */
export interface GatedParameters {
  /** W [M, G·N] and V [N, G·N]. */
  weight: Float64Array;
  recurrent: Float64Array;
  /** b and b' [G·N]. */
  bias?: Float64Array | undefined;
  recurrentBias?: Float64Array | undefined;
}

/** One step of one layer; all arrays are [N], or [G·N] where said. */
export interface GatedStep {
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

export interface GatedStepGradient {
  da: Float64Array;
  dr: Float64Array;
  dh: Float64Array;
  dc: Float64Array;
  dhBefore: Float64Array<ArrayBuffer>;
  dcBefore: Float64Array<ArrayBuffer>;
}

interface Cell {
  /** Fills gate, h and c of unit n. */
  forward(m: GatedStep, n: number, N: number): void;
  /** From dh and dc of unit n: sets da, dr and dcBefore, and the part of dhBefore that does not pass through V. */
  backward(m: GatedStep, d: GatedStepGradient, n: number, N: number): void;
}

export const cells: Record<Gated['kind'], Cell> = {
  // h = tanh(a + r)
  rnn: {
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
    forward({ a, r, gate, h, c, cBefore }, n, N) {
      const sum = (q: number) => a[q * N + n]! + r[q * N + n]!;
      const [i, f, g, o] = [sigmoid(sum(0)), sigmoid(sum(1)), Math.tanh(sum(2)), sigmoid(sum(3))];
      setGates(gate, n, N, i, f, g, o);
      c[n] = f * cBefore[n]! + i * g;
      h[n] = o * Math.tanh(c[n]!);
    },
    backward({ gate, c, cBefore }, d, n, N) {
      const [i, f, g, o] = [gate[n]!, gate[N + n]!, gate[2 * N + n]!, gate[3 * N + n]!];
      const tanhC = Math.tanh(c[n]!);
      const dc = d.dc[n]! + d.dh[n]! * o * (1 - tanhC ** 2);
      d.dcBefore[n] = dc * f;
      const di = dc * g * i * (1 - i);
      const df = dc * cBefore[n]! * f * (1 - f);
      const dg = dc * i * (1 - g ** 2);
      const dO = d.dh[n]! * tanhC * o * (1 - o);
      setGates(d.da, n, N, di, df, dg, dO);
      setGates(d.dr, n, N, di, df, dg, dO);
    },
  },

  // s, z = σ(a + r), q = tanh(a + s·r), in the order s z q (PyTorch: r z n)
  // h = (1 − z)·q + z·h'
  gru: {
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

/**
 * The states of every step [T, N], and what led to them.
 *
 * @param x inputs [T, M]
 */
export function gatedForward(
  { connection, neuron }: GatedLayer,
  p: GatedParameters,
  x: Float64Array,
  steps: number,
): { h: Float64Array; history: GatedStep[] } {
  const { inputs: M, size: N } = connection;
  const columns = gatesOf(neuron) * N;
  const history: GatedStep[] = [];
  const h = new Float64Array(steps * N);
  for (let t = 0; t < steps; t++) {
    const before = history.at(-1);
    const m: GatedStep = {
      a: p.bias?.slice() ?? new Float64Array(columns),
      r: p.recurrentBias?.slice() ?? new Float64Array(columns),
      gate: new Float64Array(columns),
      h: h.subarray(t * N, (t + 1) * N),
      c: new Float64Array(N),
      hBefore: before?.h ?? new Float64Array(N),
      cBefore: before?.c ?? new Float64Array(N),
    };
    addRows(m.a, p.weight, x.subarray(t * M, (t + 1) * M));
    addRows(m.r, p.recurrent, m.hBefore);
    for (let n = 0; n < N; n++) cells[neuron.kind].forward(m, n, N);
    history.push(m);
  }
  return { h, history };
}

/**
 * Backwards in time, from the last step to the first.
 *
 * @param dH derivative of the loss [T, N] by h from outside the layer
 * @param grad where the gradients of the parameters are added
 * @param dx where the derivative by the inputs is added [T, M]; may be left out
 * @param deltas where dL/da is written [T, G·N]
 */
export function gatedBackward(
  { connection, neuron }: GatedLayer,
  p: GatedParameters,
  x: Float64Array,
  history: GatedStep[],
  dH: Float64Array,
  grad: GatedParameters,
  dx?: Float64Array,
  deltas?: Float64Array,
): void {
  const { inputs: M, size: N } = connection;
  const columns = gatesOf(neuron) * N;
  let dh = new Float64Array(N); // what reaches h[t] from step t+1
  let dc = new Float64Array(N);
  for (let t = history.length - 1; t >= 0; t--) {
    const m = history[t]!;
    for (let n = 0; n < N; n++) dh[n]! += dH[t * N + n]!;
    const d: GatedStepGradient = {
      da: new Float64Array(columns),
      dr: new Float64Array(columns),
      dh,
      dc,
      dhBefore: new Float64Array(N),
      dcBefore: new Float64Array(N),
    };
    for (let n = 0; n < N; n++) cells[neuron.kind].backward(m, d, n, N);
    addOuter(grad.weight, x.subarray(t * M, (t + 1) * M), d.da);
    addOuter(grad.recurrent, m.hBefore, d.dr);
    for (let i = 0; i < columns; i++) {
      if (grad.bias) grad.bias[i]! += d.da[i]!;
      if (grad.recurrentBias) grad.recurrentBias[i]! += d.dr[i]!;
    }
    addColumns(d.dhBefore, p.recurrent, d.dr);
    if (dx) addColumns(dx.subarray(t * M, (t + 1) * M), p.weight, d.da);
    deltas?.set(d.da, t * columns);
    dh = d.dhBefore;
    dc = d.dcBefore;
  }
}
