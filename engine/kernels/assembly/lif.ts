// One layer of neurons over all steps of one sample, forward and backward. Row `first + t` of the panel matrices u and
// nextDelta belongs to step t of the sample. Sizes are multiples of 4; padding neurons have zero weights and never fire
// since θ > 0.
//
//   u[t] = k·r(u[t-1], o[t-1]) + I[t] + V·o[t-1],   o[t] = [u[t] >= θ]
//   r: hard u·(1-o), soft u - θ·o, none u
//
// The backward pass turns u into δ = dL/du in place, last step first:
//
//   δ[t] = gU[t] + h'(u[t]-θ)·e[t] + k·∂r/∂u·δ[t+1]
//   e[t] = gO + W⁺·δ⁺[t] + V·δ[t+1] + k·∂r/∂o·δ[t+1]        (W⁺, δ⁺: of the next layer)
//   ∂r/∂u: hard 1-o, soft 1, none 1;  ∂r/∂o: hard -u, soft -θ, none 0
//
// h' is zero outside its window, and there the products in e are never computed.
import { gatherRows } from './gather';
import { PANEL, panelAt, rowBytes, sumLanes } from './panel';
import { appendLanes } from './select';
import { derivative, RECTANGULAR } from './surrogate';

const HARD: i32 = 0;
const SOFT: i32 = 1;

/**
 * Forward. On entry row first+t of u [rows × size] holds I[t]; or `constant` != 0 is a panel matrix [constantRows ×
 * size] whose row `constantRow` is I[t] for every t. On return it holds u[t]. When `spiking`, the neurons that fired
 * at t are appended to `channels` (u16) and offsets[t+1] is set, offsets[0] being given. `recurrent` is V or 0.
 */
export function lifForward(
  u: usize, rows: i32, first: i32, constant: usize, constantRows: i32, constantRow: i32,
  steps: i32, size: i32, leak: usize, threshold: f32, reset: i32, spiking: i32,
  recurrent: usize, offsets: usize, channels: usize,
): void {
  const theta = f32x4.splat(threshold);
  const mode = spiking ? reset : -1;
  let list = channels + (<usize>load<u32>(offsets) << 1);
  for (let t = 0; t < steps; t++) {
    for (let c = 0; c < size && constant; c += PANEL) {
      const bytes = rowBytes(c, size);
      memory.copy(
        panelAt(u, rows, c) + <usize>(first + t) * bytes,
        panelAt(constant, constantRows, c) + <usize>constantRow * bytes,
        bytes,
      );
    }
    if (recurrent && t > 0)
      gatherRows(u, rows, first + t, 2, 0, recurrent, size, offsets + (<usize>(t - 1) << 2), channels, 1, size);
    for (let c = 0; c < size; c += PANEL) {
      const bytes = rowBytes(c, size);
      const row = panelAt(u, rows, c) + <usize>(first + t) * bytes;
      const k = leak + (<usize>c << 2);
      if (t > 0) {
        if (mode == HARD) decayHard(row, bytes, k, theta);
        else if (mode == SOFT) decaySoft(row, bytes, k, theta);
        else decay(row, bytes, k);
      }
      if (spiking) list = fire(row, bytes, theta, c, list);
    }
    if (spiking) store<u32>(offsets + (<usize>(t + 1) << 2), <u32>((list - channels) >> 1));
  }
}

// @ts-ignore: decorator
@inline
function decay(row: usize, bytes: usize, leak: usize): void {
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(row + i, f32x4.add(v128.load(row + i), f32x4.mul(v128.load(leak + i), v128.load(row + i - bytes))));
}

// @ts-ignore: decorator
@inline
function decayHard(row: usize, bytes: usize, leak: usize, theta: v128): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const b = v128.load(row + i - bytes);
    const kept = v128.andnot(b, f32x4.ge(b, theta));
    v128.store(row + i, f32x4.add(v128.load(row + i), f32x4.mul(v128.load(leak + i), kept)));
  }
}

// @ts-ignore: decorator
@inline
function decaySoft(row: usize, bytes: usize, leak: usize, theta: v128): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const b = v128.load(row + i - bytes);
    const kept = f32x4.sub(b, v128.and(theta, f32x4.ge(b, theta)));
    v128.store(row + i, f32x4.add(v128.load(row + i), f32x4.mul(v128.load(leak + i), kept)));
  }
}

/** Appends the neurons of a panel with u >= θ to the list that ends at `list`; returns the new end. */
// @ts-ignore: decorator
@inline
function fire(row: usize, bytes: usize, theta: v128, first: i32, list: usize): usize {
  for (let i: usize = 0; i < bytes; i += 16) {
    list = appendLanes(list, f32x4.ge(v128.load(row + i), theta), first);
    first += 4;
  }
  return list;
}

/**
 * Backward; on entry u as the forward pass left it, on return δ.
 * next: weights W⁺ [size × nextSize] and nextDelta δ⁺ [rows × nextSize], or 0. recurrent: V [size × size], or 0.
 * gO [size]: dL/do, the same for all steps t >= from, or 0. gU [steps-from × size]: dL/du of those steps, or 0.
 * dk [size]: dL/dk is added to it, or 0. work: 7·size f32 of scratch.
 */
export function lifBackward(
  u: usize, rows: i32, first: i32, steps: i32, size: i32, leak: usize, threshold: f32, reset: i32, resetGradient: i32,
  spiking: i32, shape: i32, width: f32, height: f32,
  next: usize, nextSize: i32, nextDelta: usize,
  recurrent: usize, gO: usize, gU: usize, from: i32, dk: usize, work: usize,
): void {
  const theta = f32x4.splat(threshold);
  const mode = spiking ? reset : -1;
  // Scratch: h' and e by neuron, the neurons inside the window (u16), their partial sums (4 lanes each).
  const slope = work;
  const e = slope + (<usize>size << 2);
  const open = e + (<usize>size << 2);
  const partial = open + (<usize>size << 2);
  for (let t = steps - 1; t >= 0; t--) {
    const last = t == steps - 1;
    if (spiking) {
      const count = openWindow(u, rows, first + t, size, theta, shape, width, height, slope, open);
      errors(
        open, count, e, partial, size, gO && t >= from ? gO : 0,
        next, nextSize, nextDelta, first + t,
        last ? 0 : recurrent, u, first + t + 1, rows,
      );
    }
    for (let c = 0; c < size; c += PANEL) {
      const bytes = rowBytes(c, size);
      const row = panelAt(u, rows, c) + <usize>(first + t) * bytes;
      const at = <usize>c << 2;
      const g = gU && t >= from ? panelAt(gU, steps - from, c) + <usize>(t - from) * bytes : 0;
      if (mode == HARD) deltaHard(row, bytes, last, leak + at, theta, resetGradient, slope + at, e + at, g);
      else deltaSoft(row, bytes, last, leak + at, theta, mode == SOFT && resetGradient, spiking, slope + at, e + at, g);
      if (dk && t > 0) leakDelta(row, bytes, mode, theta, dk + at);
    }
  }
}

/** slope = h'(u-θ) of every neuron; the neurons where it is not zero into `open`; their number. */
function openWindow(
  u: usize, rows: i32, r: i32, size: i32, theta: v128, shape: i32, width: f32, height: f32, slope: usize, open: usize,
): i32 {
  const zero = f32x4.splat(0);
  const half = f32x4.splat(width), high = f32x4.splat(height);
  let list = open;
  for (let c = 0; c < size; c += PANEL) {
    const bytes = rowBytes(c, size);
    const row = panelAt(u, rows, c) + <usize>r * bytes;
    const out = slope + (<usize>c << 2);
    let first = c;
    for (let i: usize = 0; i < bytes; i += 16) {
      const x = f32x4.sub(v128.load(row + i), theta);
      let inside: v128;
      if (shape == RECTANGULAR) {
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
  return <i32>((list - open) >> 1);
}

/** e = gO + W⁺·δ⁺ + V·δ[t+1] for the open neurons. */
// @ts-ignore: decorator
@inline
function errors(
  open: usize, count: i32, e: usize, partial: usize, size: i32, gO: usize,
  next: usize, nextSize: i32, nextDelta: usize, nextRow: i32, recurrent: usize, delta: usize, deltaRow: i32, rows: i32,
): void {
  if (recurrent == 0 && nextSize <= PANEL) {
    const bytes = <usize>nextSize << 2;
    const d = nextDelta + <usize>nextRow * bytes;
    for (let j = 0; j < count; j++) {
      const i = <usize>load<u16>(open + (<usize>j << 1));
      let sum: f32 = gO ? load<f32>(gO + (i << 2)) : 0;
      if (next) {
        const w = next + i * bytes;
        let a = f32x4.mul(v128.load(w), v128.load(d));
        for (let q: usize = 16; q < bytes; q += 16) a = f32x4.add(a, f32x4.mul(v128.load(w + q), v128.load(d + q)));
        sum += sumLanes(a);
      }
      store<f32>(e + (i << 2), sum);
    }
    return;
  }
  memory.fill(partial, 0, <usize>count << 4);
  if (next) addDots(open, count, partial, next, size, nextSize, nextDelta, nextRow, rows);
  if (recurrent) addDots(open, count, partial, recurrent, size, size, delta, deltaRow, rows);
  for (let j = 0; j < count; j++) {
    const i = <usize>load<u16>(open + (<usize>j << 1)) << 2;
    store<f32>(e + i, sumLanes(v128.load(partial + (<usize>j << 4))) + (gO ? load<f32>(gO + i) : 0));
  }
}

/** partial[j] += lanes of W[open[j]]·δ[row], panel by panel so that a panel of W stays in the cache. */
function addDots(open: usize, count: i32, partial: usize, w: usize, wRows: i32, columns: i32, delta: usize, row: i32, rows: i32): void {
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const panel = panelAt(w, wRows, c);
    const d = panelAt(delta, rows, c) + <usize>row * bytes;
    if (bytes == 64) {
      const d0 = v128.load(d), d1 = v128.load(d, 16), d2 = v128.load(d, 32), d3 = v128.load(d, 48);
      for (let j = 0; j < count; j++) {
        const s = panel + (<usize>load<u16>(open + (<usize>j << 1)) << 6);
        const a = f32x4.add(f32x4.mul(v128.load(s), d0), f32x4.mul(v128.load(s, 16), d1));
        const b = f32x4.add(f32x4.mul(v128.load(s, 32), d2), f32x4.mul(v128.load(s, 48), d3));
        const p = partial + (<usize>j << 4);
        v128.store(p, f32x4.add(v128.load(p), f32x4.add(a, b)));
      }
      continue;
    }
    for (let j = 0; j < count; j++) {
      const s = panel + <usize>load<u16>(open + (<usize>j << 1)) * bytes;
      const p = partial + (<usize>j << 4);
      let a = v128.load(p);
      for (let q: usize = 0; q < bytes; q += 16) a = f32x4.add(a, f32x4.mul(v128.load(s + q), v128.load(d + q)));
      v128.store(p, a);
    }
  }
}

// @ts-ignore: decorator
@inline
function deltaHard(row: usize, bytes: usize, last: bool, leak: usize, theta: v128, resetGradient: i32, slope: usize, e: usize, g: usize): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const u = v128.load(row + i);
    const carried = last ? zero : f32x4.mul(v128.load(leak + i), v128.load(row + i + bytes));
    let error = v128.load(e + i);
    if (resetGradient) error = f32x4.sub(error, f32x4.mul(u, carried));
    const h = v128.load(slope + i);
    // What lies in e outside the window is left over from other steps.
    const open = v128.and(f32x4.ne(h, zero), f32x4.mul(h, error));
    let d = f32x4.add(v128.andnot(carried, f32x4.ge(u, theta)), open);
    if (g) d = f32x4.add(d, v128.load(g + i));
    v128.store(row + i, d);
  }
}

/** Also for no reset, and for integrators, which never fire. */
// @ts-ignore: decorator
@inline
function deltaSoft(row: usize, bytes: usize, last: bool, leak: usize, theta: v128, resetGradient: bool, spiking: i32, slope: usize, e: usize, g: usize): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) {
    let d = last ? zero : f32x4.mul(v128.load(leak + i), v128.load(row + i + bytes));
    if (spiking) {
      let error = v128.load(e + i);
      if (resetGradient) error = f32x4.sub(error, f32x4.mul(theta, d));
      const h = v128.load(slope + i);
      d = f32x4.add(d, v128.and(f32x4.ne(h, zero), f32x4.mul(h, error)));
    }
    if (g) d = f32x4.add(d, v128.load(g + i));
    v128.store(row + i, d);
  }
}

/** dk += δ[t]·r(u[t-1], o[t-1]). */
// @ts-ignore: decorator
@inline
function leakDelta(row: usize, bytes: usize, mode: i32, theta: v128, dk: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    let kept = v128.load(row + i - bytes);
    if (mode == HARD) kept = v128.andnot(kept, f32x4.ge(kept, theta));
    else if (mode == SOFT) kept = f32x4.sub(kept, v128.and(theta, f32x4.ge(kept, theta)));
    v128.store(dk + i, f32x4.add(v128.load(dk + i), f32x4.mul(v128.load(row + i), kept)));
  }
}
