// One step of a vanilla RNN, an LSTM or a GRU for a block of samples: what happens between the matrix products. Sizes
// are multiples of 16; padding units have zero weights, and their states and gradients stay zero.
//
//   a = W·x + b, r = V·h' + b', each with one group of `size` columns per gate; h', c' are the states before the step
//   RNN   h = tanh(a + r)
//   LSTM  i, f, o = σ(a + r), g = tanh(a + r)        c = f·c' + i·g         h = o·tanh(c)             groups i f g o
//   GRU   s, z = σ(a + r), q = tanh(a + s·r)         h = (1 − z)·q + z·h'                             groups s z q
//
// Matrices [samples × …] belong to the step. Matrices [steps·samples × …] keep what the backward pass needs, step by
// step: row t·samples + s belongs to sample s. So a step works on stretches of memory, and on few pages.
import { sigmoid, tanh } from './shared/activation';
import { CELL_LSTM, CELL_RNN, PANEL } from './generated/constants';
import { panelAt } from './shared/panel';

/**
 * input [inputRows × groups·size]: a of sample s in row inputFirst + s (may be `gates`). r [samples × groups·size]. h
 * [samples × size]: h', on return h. Into the rows of step t go: the gates into gates [… × groups·size]; h' into before
 * [… × size]; c (LSTM) or the r of q (GRU) into extra [… × size]. share·h is added to mean [samples × size] unless share
 * is 0.
 */
export function cellForward(
  kind: i32, samples: i32, steps: i32, t: i32, size: i32, input: usize, inputRows: i32, inputFirst: i32,
  r: usize, gates: usize, before: usize, extra: usize, h: usize, mean: usize, share: f32,
): void {
  const rows = samples * steps;
  // Bytes from one gate to the next.
  const A = panelAt(0, inputRows, size), R = panelAt(0, samples, size), G = panelAt(0, rows, size);
  const part = f32x4.splat(share);
  const bytes = <usize>samples << 6;
  for (let c = 0; c < size; c += PANEL) {
    const own = panelAt(0, samples, c);
    const row = panelAt(0, rows, c) + <usize>t * bytes;
    const pa = input + panelAt(0, inputRows, c) + (<usize>inputFirst << 6);
    for (let i: usize = 0; i < bytes; i += 16) {
      const a = pa + i, pr = r + own + i, g = gates + row + i, ph = h + own + i, x = extra + row + i;
      const hBefore = v128.load(ph);
      v128.store(before + row + i, hBefore);
      let y: v128;
      if (kind == CELL_RNN) {
        y = tanh(sumOf(a, pr));
        v128.store(g, y);
      } else if (kind == CELL_LSTM) {
        const inputGate = sigmoid(sumOf(a, pr));
        const forgetGate = sigmoid(sumOf(a + A, pr + R));
        const candidate = tanh(sumOf(a + 2 * A, pr + 2 * R));
        const outputGate = sigmoid(sumOf(a + 3 * A, pr + 3 * R));
        let state = f32x4.mul(inputGate, candidate);
        if (t > 0) state = f32x4.add(f32x4.mul(forgetGate, v128.load(x - bytes)), state);
        y = f32x4.mul(outputGate, tanh(state));
        v128.store(g, inputGate); v128.store(g + G, forgetGate); v128.store(g + 2 * G, candidate); v128.store(g + 3 * G, outputGate);
        v128.store(x, state);
      } else {
        const gs = sigmoid(sumOf(a, pr));
        const gz = sigmoid(sumOf(a + A, pr + R));
        const rq = v128.load(pr + 2 * R);
        const gq = tanh(f32x4.add(v128.load(a + 2 * A), f32x4.mul(gs, rq)));
        y = f32x4.add(gq, f32x4.mul(gz, f32x4.sub(hBefore, gq)));
        v128.store(g, gs); v128.store(g + G, gz); v128.store(g + 2 * G, gq);
        v128.store(x, rq);
      }
      v128.store(ph, y);
      if (share != 0) {
        const m = mean + own + i;
        v128.store(m, f32x4.add(v128.load(m), f32x4.mul(part, y)));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function sumOf(a: usize, r: usize): v128 {
  return f32x4.add(v128.load(a), v128.load(r));
}

/**
 * Backward through step t. dh [samples × size]: what reaches h from the step after; share·dMean [samples × size] comes on
 * top unless share is 0. On return the part of dL/dh' that does not pass through V (zero but for the GRU). dc [samples ×
 * size] (LSTM): dL/dc from the step after, on return dL/dc'. dr [samples × groups·size]: on return dL/dr. In the rows of
 * step t, `gates` turns into dL/da, and `extra` of the GRU into dL/dr of q.
 */
export function cellBackward(
  kind: i32, samples: i32, steps: i32, t: i32, size: i32, gates: usize, before: usize, extra: usize,
  dh: usize, dc: usize, dr: usize, dMean: usize, share: f32,
): void {
  const rows = samples * steps;
  const R = panelAt(0, samples, size), G = panelAt(0, rows, size);
  const part = f32x4.splat(share), one = f32x4.splat(1), zero = f32x4.splat(0);
  const bytes = <usize>samples << 6;
  for (let c = 0; c < size; c += PANEL) {
    const own = panelAt(0, samples, c);
    const row = panelAt(0, rows, c) + <usize>t * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      const g = gates + row + i, pd = dh + own + i, x = extra + row + i, pr = dr + own + i;
      let d = v128.load(pd);
      if (share != 0) d = f32x4.add(d, f32x4.mul(part, v128.load(dMean + own + i)));
      if (kind == CELL_RNN) {
        const y = v128.load(g);
        const da = f32x4.mul(d, f32x4.sub(one, f32x4.mul(y, y)));
        v128.store(g, da);
        v128.store(pr, da);
        v128.store(pd, zero);
      } else if (kind == CELL_LSTM) {
        const inputGate = v128.load(g), forgetGate = v128.load(g + G), candidate = v128.load(g + 2 * G), outputGate = v128.load(g + 3 * G);
        const tanhC = tanh(v128.load(x));
        const cBefore = t > 0 ? v128.load(x - bytes) : zero;
        const pc = dc + own + i;
        const through = f32x4.mul(f32x4.mul(d, outputGate), f32x4.sub(one, f32x4.mul(tanhC, tanhC)));
        const e = f32x4.add(v128.load(pc), through);
        v128.store(pc, f32x4.mul(e, forgetGate));
        const di = f32x4.mul(f32x4.mul(e, candidate), slope(inputGate));
        const df = f32x4.mul(f32x4.mul(e, cBefore), slope(forgetGate));
        const dg = f32x4.mul(f32x4.mul(e, inputGate), f32x4.sub(one, f32x4.mul(candidate, candidate)));
        const dO = f32x4.mul(f32x4.mul(d, tanhC), slope(outputGate));
        v128.store(g, di); v128.store(g + G, df); v128.store(g + 2 * G, dg); v128.store(g + 3 * G, dO);
        v128.store(pr, di); v128.store(pr + R, df); v128.store(pr + 2 * R, dg); v128.store(pr + 3 * R, dO);
        v128.store(pd, zero);
      } else {
        const gs = v128.load(g), gz = v128.load(g + G), gq = v128.load(g + 2 * G);
        const toQ = f32x4.mul(f32x4.mul(d, f32x4.sub(one, gz)), f32x4.sub(one, f32x4.mul(gq, gq)));
        const toZ = f32x4.mul(f32x4.mul(d, f32x4.sub(v128.load(before + row + i), gq)), slope(gz));
        const toS = f32x4.mul(f32x4.mul(toQ, v128.load(x)), slope(gs));
        const toR = f32x4.mul(toQ, gs);
        v128.store(g, toS); v128.store(g + G, toZ); v128.store(g + 2 * G, toQ);
        v128.store(pr, toS); v128.store(pr + R, toZ); v128.store(pr + 2 * R, toR);
        v128.store(x, toR);
        v128.store(pd, f32x4.mul(d, gz));
      }
    }
  }
}

/** Derivative of the sigmoid where it has the value y. */
// @ts-ignore: decorator
@inline
function slope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(f32x4.splat(1), y));
}
