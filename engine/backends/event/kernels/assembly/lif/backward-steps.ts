// A wide recurrent layer, or one below a wide one, backward (equations in backward.ts): step by step, and the products
// with W⁺ and V are computed for the neurons inside the window of h' alone. Rows of weights belong to the sender, so each is
// a dot product; its sixteen lanes are summed at the end.
import { padded } from './backward';
import { delta, leakDelta } from '../shared/neuron';
import { PANEL, SURROGATE_RECTANGULAR } from '../generated/constants';
import { panelAt, rowBytes, sumLanes } from '../shared/panel';
import { appendLanes } from '../shared/select';
import { derivative } from '../shared/surrogate';

/**
 * Of all samples of a block; arguments as those of lifBackwardRecurrent, with `recurrent` 0 where there is none; the padding
 * of W⁺ and δ⁺ is read and has to be 0. work: stepsWork() in scratch.ts.
 */
export function lifBackwardSteps(
  u: usize, rows: i32, samples: i32, steps: i32, size: i32, leak: usize, threshold: f32, reset: i32, resetGradient: i32,
  shape: i32, width: f32, height: f32, next: usize, nextSize: i32, nextDelta: usize, dropoutMask: usize,
  recurrent: usize, gO: usize, gU: usize, windowStart: i32, dk: usize, work: usize,
): void {
  const theta = f32x4.splat(threshold);
  const bytes = <usize>size << 2;
  // Scratch: nothing; h', e and dL/dk by neuron; the neurons inside the window (u16).
  const zeros = work, slope = work + 64, e = slope + bytes, ownDk = e + bytes, active = ownDk + bytes;
  memory.fill(zeros, 0, 64);
  memory.fill(e, 0, bytes);
  for (let b = 0; b < samples; b++) {
    const own = <usize>b * bytes;
    memory.fill(ownDk, 0, bytes);
    for (let t = steps - 1; t >= 0; t--) {
      const r = b * steps + t;
      const last = t == steps - 1;
      const count = findActive(u, rows, r, size, theta, shape, width, height, slope, active);
      for (let j: usize = 0; j < <usize>count << 1; j += 2) {
        const i = <usize>load<u16>(active + j);
        const error = errorOf(
          i, next, nextSize, nextDelta, r, dropoutMask ? dropoutMask + own + (i << 2) : 0, last ? 0 : recurrent, u, r + 1, size, rows,
        );
        store<f32>(e + (i << 2), error + (gO && t >= windowStart ? load<f32>(gO + own + (i << 2)) : 0));
      }
      for (let c = 0; c < size; c += PANEL) {
        const width0 = rowBytes(c, size);
        const row = panelAt(u, rows, c) + <usize>r * width0;
        const offset = <usize>c << 2;
        const slopes0 = gU ? panelAt(gU + <usize>(steps - windowStart) * own, steps - windowStart, c) : 0;
        const g = gU && t >= windowStart ? slopes0 + <usize>(t - windowStart) * width0 : zeros;
        const after = last ? zeros : row + width0;
        // What lies in e outside the window is left over from other samples and steps, but masked.
        delta(row, width0, after, leak + offset, e + offset, g, theta, reset, resetGradient, 1, shape, width, height, slope + offset);
        if (dk && t > 0) leakDelta(row, width0, reset, theta, ownDk + offset);
      }
    }
    for (let i: usize = 0; i < bytes && dk; i += 16)
      v128.store(dk + i, f32x4.add(v128.load(dk + i), v128.load(ownDk + i)));
  }
}

/** slope = h'(u-θ) of every neuron; the neurons where it is not zero into `active`; their number. */
function findActive(
  u: usize, rows: i32, r: i32, size: i32, theta: v128, shape: i32, width: f32, height: f32, slope: usize, active: usize,
): i32 {
  const zero = f32x4.splat(0);
  const half = f32x4.splat(width), high = f32x4.splat(height);
  let list = active;
  for (let c = 0; c < size; c += PANEL) {
    const bytes = rowBytes(c, size);
    const row = panelAt(u, rows, c) + <usize>r * bytes;
    const out = slope + (<usize>c << 2);
    let first = c;
    for (let i: usize = 0; i < bytes; i += 16) {
      const x = f32x4.sub(v128.load(row + i), theta);
      let inside: v128;
      if (shape == SURROGATE_RECTANGULAR) {
        inside = f32x4.lt(f32x4.abs(x), half);
        v128.store(out + i, v128.and(inside, high));
      } else {
        const h = derivative(shape, x, width, height);
        v128.store(out + i, h);
        inside = f32x4.ne(h, zero);
      }
      list = appendLanes(list, inside, first);
      first += 4;
    }
  }
  return <i32>((list - active) >> 1);
}

/** m·W⁺[i]·δ⁺[row] + V[i]·δ[ownRow], whichever there are; factor: where m is, or 0. */
function errorOf(
  i: usize, next: usize, nextSize: i32, nextDelta: usize, row: i32, factor: usize,
  recurrent: usize, own: usize, ownRow: i32, size: i32, rows: i32,
): f32 {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (let k = 0; k < 2; k++) {
    const weights = k ? recurrent : next, deltas = k ? own : nextDelta, r = k ? ownRow : row;
    const columns = k ? size : padded(nextSize);
    for (let p = 0; p < columns && weights; p += PANEL) {
      const bytes = rowBytes(p, columns);
      const w = panelAt(weights, size, p) + i * bytes, x = panelAt(deltas, rows, p) + <usize>r * bytes;
      a = f32x4.add(a, f32x4.mul(v128.load(w), v128.load(x)));
      if (bytes > 16) b = f32x4.add(b, f32x4.mul(v128.load(w, 16), v128.load(x, 16)));
      if (bytes > 32) c = f32x4.add(c, f32x4.mul(v128.load(w, 32), v128.load(x, 32)));
      if (bytes > 48) d = f32x4.add(d, f32x4.mul(v128.load(w, 48), v128.load(x, 48)));
    }
    if (k || !factor) continue;
    const m = v128.load32_splat(factor);
    a = f32x4.mul(a, m); b = f32x4.mul(b, m); c = f32x4.mul(c, m); d = f32x4.mul(d, m);
  }
  return sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
}
