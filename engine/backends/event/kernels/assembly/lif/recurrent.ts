// Recurrent layers over all steps of their samples (equations in forward.ts and backward.ts). Each step needs the
// spikes, or the deltas, of the step before or behind, of all neurons.
//
// - A layer of one panel looks up what its neurons receive of each other (tabulate), others add the rows of those that fired.
// - Backward, V·δ[t+1] of few neurons is a sum of columns of V for all neurons of a panel, as W⁺δ⁺ is in lifBackward; for
//   many, lifBackwardSteps forms the products of the neurons inside the window alone.
import { tabulate } from '../spikes';
import { gatherRows } from '../gather';
import { PANEL, START_OUT, SURROGATE_RECTANGULAR } from '../generated/constants';
import { padded, scaleOnto, slopes, sumOne, transposePanel } from './backward';
import { spikeMaskOf } from './forward';
import { carryOver, delta, leakDelta } from '../shared/neuron';
import { panelAt, rowBytes } from '../shared/panel';
import { appendMask } from '../shared/select';

/**
 * Forward with recurrent weights V [size × size], of all samples of a block. On entry row b·steps + t of u [rows × size] holds
 * I[t]; or `constant` != 0 is a panel matrix [constantRows × size] whose row b is I[t] of sample b for every t. On return u
 * holds the potentials, and spikeMasks [samples·steps × panels] (u16) the spikes as masks. work: recurrentWork() in scratch.ts.
 */
export function lifForwardRecurrent(
  u: usize, rows: i32, samples: i32, steps: i32, size: i32, constant: usize, constantRows: i32,
  leak: usize, threshold: f32, reset: i32, recurrent: usize, spikeMasks: usize, work: usize,
): void {
  const theta = f32x4.splat(threshold);
  const panels = (size + PANEL - 1) / PANEL;
  const narrow = panels == 1;
  if (narrow) tabulate(0, recurrent, size, rowBytes(0, size), work);
  // The neurons that fired in the step before: where their list starts and ends (u32), and the list (u16).
  const ends = work, neurons = work + 8;
  if (!narrow) store<u32>(ends, 0);
  for (let b = 0; b < samples; b++)
    for (let t = 0; t < steps; t++) {
      const r = b * steps + t;
      for (let c = 0; c < size && constant; c += PANEL) {
        const bytes = rowBytes(c, size);
        memory.copy(panelAt(u, rows, c) + <usize>r * bytes, panelAt(constant, constantRows, c) + <usize>b * bytes, bytes);
      }
      if (t > 0) {
        if (narrow) addLooked(u + <usize>r * rowBytes(0, size), rowBytes(0, size), work, load<u16>(spikeMasks + (<usize>(r - 1) << 1)));
        else gatherRows(u, rows, r, START_OUT, 0, recurrent, size, ends, neurons, 1, size);
      }
      let list = neurons;
      for (let p = 0; p < panels; p++) {
        const bytes = rowBytes(p << 4, size);
        const row = panelAt(u, rows, p << 4) + <usize>r * bytes;
        if (t > 0) carryOver(row, bytes, leak + (<usize>p << 6), theta, reset);
        const mask = spikeMaskOf(row, bytes, theta);
        store<u16>(spikeMasks + (<usize>(r * panels + p) << 1), <u16>mask);
        if (!narrow) list = appendMask(list, mask, p << 4);
      }
      if (!narrow) store<u32>(ends, <u32>((list - neurons) >> 1), 4);
    }
}

/** row += what the tables say of a mask. */
// @ts-ignore: decorator
@inline
function addLooked(row: usize, bytes: usize, tables: usize, mask: u32): void {
  const a = tables + <usize>(mask & 255) * bytes, b = tables + <usize>(256 + (mask >> 8)) * bytes;
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(row + i, f32x4.add(v128.load(row + i), f32x4.add(v128.load(a + i), v128.load(b + i))));
}

/**
 * Backward with recurrent weights V of few neurons and below few columns, of all samples of a block; arguments as those of
 * lifBackward, with `size` as the stride. work: recurrentWork() in scratch.ts.
 */
export function lifBackwardRecurrent(
  u: usize, rows: i32, samples: i32, steps: i32, size: i32, leak: usize, threshold: f32, reset: i32, resetGradient: i32,
  shape: i32, width: f32, height: f32, next: usize, nextSize: i32, nextDelta: usize, dropoutMask: usize,
  recurrent: usize, gO: usize, gU: usize, windowStart: i32, dk: usize, work: usize,
): void {
  const theta = f32x4.splat(threshold);
  const panels = (size + PANEL - 1) / PANEL;
  const nextColumns = next ? nextSize : 0;
  // Scratch: nothing, h' and e of a panel, dL/dk of a sample, W⁺ and V of every panel with rows and columns exchanged.
  const zeros = work, slope = work + 64, e = work + 128, ownDk = work + 192;
  const nextTransposed = ownDk + (<usize>panels << 6);
  const nextBytes = <usize>padded(nextColumns) << 6;
  const ownTransposed = nextTransposed + <usize>panels * nextBytes;
  memory.fill(zeros, 0, 64);
  for (let p = 0; p < panels; p++) {
    const bytes = rowBytes(p << 4, size);
    if (next) transposePanel(nextTransposed + <usize>p * nextBytes, next, size, nextColumns, p << 4, bytes);
    transposePanel(ownTransposed + (<usize>(p * size) << 6), recurrent, size, size, p << 4, bytes);
  }
  for (let b = 0; b < samples; b++) {
    memory.fill(ownDk, 0, <usize>panels << 6);
    for (let t = steps - 1; t >= 0; t--) {
      const r = b * steps + t;
      const last = t == steps - 1;
      for (let p = 0; p < panels; p++) {
        const bytes = rowBytes(p << 4, size);
        const offset = <usize>p << 6;
        const own = (<usize>b * <usize>size << 2) + offset;
        const row = panelAt(u, rows, p << 4) + <usize>r * bytes;
        const outside = gO && t >= windowStart ? gO + own : zeros;
        sumOne(e, bytes, dropoutMask ? zeros : outside, nextTransposed + <usize>p * nextBytes, nextColumns, nextDelta, rows, r);
        if (dropoutMask) scaleOnto(e, bytes, dropoutMask + own, outside);
        if (!last) sumOne(e, bytes, e, ownTransposed + (<usize>(p * size) << 6), size, u, rows, r + 1);
        const slopes0 = gU ? panelAt(gU + (<usize>b * <usize>(steps - windowStart) * <usize>size << 2), steps - windowStart, p << 4) : 0;
        const g = gU && t >= windowStart ? slopes0 + <usize>(t - windowStart) * bytes : zeros;
        if (shape != SURROGATE_RECTANGULAR) slopes(slope, row, bytes, theta, shape, width, height);
        const after = last ? zeros : row + bytes;
        delta(row, bytes, after, leak + offset, e, g, theta, reset, resetGradient, 1, shape, width, height, slope);
        if (dk && t > 0) leakDelta(row, bytes, reset, theta, ownDk + offset);
      }
    }
    for (let i: usize = 0; i < <usize>size << 2 && dk; i += 16)
      v128.store(dk + i, f32x4.add(v128.load(dk + i), v128.load(ownDk + i)));
  }
}
