/**
 * From the output layer to class scores, loss and accuracy of one sample, float64.
 *
 * T steps, C classes, window [from, T). Scores are [R, C]: one row, or for each-step one row per step of the window.
 * Loss and accuracy are means over the rows.
 */
import { type NetworkPlan, type ReadoutPlan, unreachable } from '../models/plan.ts';
import type { LifTrace } from './lif.ts';

/**
 *   rate: mean_t o[t]    mean: mean_t u[t]    last: u[T-1]    max: max_t u[t]    each-step: u[t] for every t
 */
export function decodeForward(readout: ReadoutPlan, steps: number, classes: number, { u, o }: LifTrace): Float64Array {
  const { decode, from } = readout;
  const window = steps - from;
  const first = from * classes;
  const last = (steps - 1) * classes;
  if (decode === 'each-step') return u.slice(first);
  if (decode === 'last') return u.slice(last);
  const scores = new Float64Array(classes).fill(decode === 'max' ? Number.NEGATIVE_INFINITY : 0);
  for (let t = from; t < steps; t++)
    for (let c = 0; c < classes; c++) {
      const i = t * classes + c;
      if (decode === 'max') scores[c] = Math.max(scores[c]!, u[i]!);
      else scores[c]! += (decode === 'rate' ? o : u)[i]! / window;
    }
  return scores;
}

/** Adds the derivatives by u and o [T, C] that belong to dScores; for max they go to the first step that attains it. */
export function decodeBackward(
  readout: ReadoutPlan,
  steps: number,
  classes: number,
  { u }: LifTrace,
  dScores: Float64Array,
  du: Float64Array,
  dO: Float64Array,
): void {
  const { decode, from } = readout;
  const window = steps - from;
  for (let c = 0; c < classes; c++) {
    let best = from;
    for (let t = from; t < steps; t++) if (u[t * classes + c]! > u[best * classes + c]!) best = t;
    for (let t = from; t < steps; t++) {
      const i = t * classes + c;
      if (decode === 'rate') dO[i]! += dScores[c]! / window;
      else if (decode === 'mean') du[i]! += dScores[c]! / window;
      else if (decode === 'each-step') du[i]! += dScores[(t - from) * classes + c]!;
      else if (t === (decode === 'max' ? best : steps - 1)) du[i]! += dScores[c]!;
    }
  }
}

/**
 *   cross-entropy: −log softmax(s)[label]        mse: mean_c (s[c] − [c = label])²
 *   double-softmax: −log softmax(softmax(s))[label]
 */
export function lossForward(loss: NetworkPlan['loss'], scores: Float64Array, classes: number, label: number): number {
  return meanOverRows(scores, classes, (s) => {
    switch (loss) {
      case 'cross-entropy':
        return crossEntropy(s, label);
      case 'double-softmax':
        return crossEntropy(softmax(s), label);
      case 'mse':
        return s.reduce((sum, x, c) => sum + (x - target(c, label)) ** 2 / classes, 0);
      default:
        return unreachable(loss);
    }
  });
}

/**
 *   cross-entropy: softmax(s)[c] − [c = label]    mse: 2/C · (s[c] − [c = label])
 *   double-softmax: p[c]·(q[c] − p·q),  p = softmax(s),  q[c] = softmax(p)[c] − [c = label]
 */
export function lossBackward(
  loss: NetworkPlan['loss'],
  scores: Float64Array,
  classes: number,
  label: number,
): Float64Array {
  const rows = scores.length / classes;
  const d = new Float64Array(scores.length);
  for (let r = 0; r < rows; r++) {
    const slopes = slopesOf(loss, scores.subarray(r * classes, (r + 1) * classes), label);
    d.set(
      slopes.map((slope) => slope / rows),
      r * classes,
    );
  }
  return d;
}

function slopesOf(loss: NetworkPlan['loss'], s: Float64Array, label: number): Float64Array {
  switch (loss) {
    case 'cross-entropy':
      return softmax(s).map((p, c) => p - target(c, label));
    case 'double-softmax': {
      const p = softmax(s);
      const q = slopesOf('cross-entropy', p, label);
      const mean = p.reduce((sum, x, c) => sum + x * q[c]!, 0);
      return p.map((x, c) => x * (q[c]! - mean));
    }
    case 'mse':
      return s.map((x, c) => (2 / s.length) * (x - target(c, label)));
    default:
      return unreachable(loss);
  }
}

/** Share of the rows whose greatest score is the label's; of equal scores the first wins. */
export function accuracy(scores: Float64Array, classes: number, label: number): number {
  const rows = scores.length / classes;
  let right = 0;
  for (let r = 0; r < rows; r++) {
    const s = scores.subarray(r * classes, (r + 1) * classes);
    if (s.indexOf(Math.max(...s)) === label) right++;
  }
  return right / rows;
}

/** One for the class of the label, zero for the others. */
const target = (c: number, label: number): number => (c === label ? 1 : 0);

function meanOverRows(scores: Float64Array, classes: number, of: (row: Float64Array) => number): number {
  const rows = scores.length / classes;
  let sum = 0;
  for (let r = 0; r < rows; r++) sum += of(scores.subarray(r * classes, (r + 1) * classes));
  return sum / rows;
}

function crossEntropy(s: Float64Array, label: number): number {
  return logSumExp(s) - s[label]!;
}

function softmax(s: Float64Array): Float64Array {
  const norm = logSumExp(s);
  return s.map((x) => Math.exp(x - norm));
}

/** log Σ_c e^s[c], without overflow. */
function logSumExp(s: Float64Array): number {
  const top = Math.max(...s);
  let sum = 0;
  for (const value of s) sum += Math.exp(value - top);
  return top + Math.log(sum);
}
