// A panel of neurons in one step: what a reset leaves of their potentials, forward and backward. With RESET and SURROGATE in
// ../../signatures/constants.ts this is all that the kernels know of the variants of a neuron; the equations are in
// engine/models/neuron.ts, the same in C++ in ../../native/shared/neuron.h.
import { RESET_HARD, RESET_SOFT, RESET_SOFT_UNDECAYED, SURROGATE_RECTANGULAR } from '../generated/constants';

/** No reset, or an integrator, which never fires. */
export const RESET_OFF: i32 = -1;

/** u += k·r(u[t-1], o[t-1]) of a panel, or k·u[t-1] - θ·o[t-1]; row t-1 lies before row t. */
// @ts-ignore: decorator
@inline
export function carryOver(row: usize, bytes: usize, leak: usize, theta: v128, mode: i32): void {
  if (mode == RESET_HARD) decayHard(row, bytes, leak, theta);
  else if (mode == RESET_SOFT) decaySoft(row, bytes, leak, theta);
  else if (mode == RESET_SOFT_UNDECAYED) decayThenTake(row, bytes, leak, theta);
  else decay(row, bytes, leak);
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
    const afterReset = v128.andnot(b, f32x4.ge(b, theta));
    v128.store(row + i, f32x4.add(v128.load(row + i), f32x4.mul(v128.load(leak + i), afterReset)));
  }
}

// @ts-ignore: decorator
@inline
function decaySoft(row: usize, bytes: usize, leak: usize, theta: v128): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const b = v128.load(row + i - bytes);
    const afterReset = f32x4.sub(b, v128.and(theta, f32x4.ge(b, theta)));
    v128.store(row + i, f32x4.add(v128.load(row + i), f32x4.mul(v128.load(leak + i), afterReset)));
  }
}

// @ts-ignore: decorator
@inline
function decayThenTake(row: usize, bytes: usize, leak: usize, theta: v128): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    const b = v128.load(row + i - bytes);
    const left = f32x4.sub(f32x4.mul(v128.load(leak + i), b), v128.and(theta, f32x4.ge(b, theta)));
    v128.store(row + i, f32x4.add(v128.load(row + i), left));
  }
}

/** δ of the neurons of a panel in one step; `after`: δ[t+1]. */
// @ts-ignore: decorator
@inline
export function delta(
  row: usize, bytes: usize, after: usize, leak: usize, e: usize, g: usize, theta: v128, mode: i32, resetGradient: i32,
  spiking: i32, shape: i32, width: f32, height: f32, slope: usize,
): void {
  // An integrator has no window.
  const half = f32x4.splat(spiking ? width : 0), high = f32x4.splat(height);
  const through = i32x4.splat(resetGradient && mode >= 0 ? -1 : 0);
  const rectangular = shape == SURROGATE_RECTANGULAR || !spiking;
  if (mode == RESET_HARD) {
    if (rectangular) deltaOf(row, bytes, after, leak, e, g, theta, true, through, false, true, half, high, slope);
    else deltaOf(row, bytes, after, leak, e, g, theta, true, through, false, false, half, high, slope);
  } else if (mode == RESET_SOFT_UNDECAYED) {
    if (rectangular) deltaOf(row, bytes, after, leak, e, g, theta, false, through, true, true, half, high, slope);
    else deltaOf(row, bytes, after, leak, e, g, theta, false, through, true, false, half, high, slope);
  } else {
    const soft = mode == RESET_SOFT ? through : i32x4.splat(0);
    if (rectangular) deltaOf(row, bytes, after, leak, e, g, theta, false, soft, false, true, half, high, slope);
    else deltaOf(row, bytes, after, leak, e, g, theta, false, soft, false, false, half, high, slope);
  }
}

// @ts-ignore: decorator
@inline
function deltaOf(
  row: usize, bytes: usize, after: usize, leak: usize, e: usize, g: usize, theta: v128, hard: bool, through: v128,
  undecayed: bool, rectangular: bool, half: v128, high: v128, slope: usize,
): void {
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  for (let i: usize = 0; i < bytes; i += 16) {
    const u = v128.load(row + i);
    const error = v128.load(e + i);
    let h: v128, active: v128;
    if (rectangular) {
      const inside = f32x4.lt(f32x4.abs(f32x4.sub(u, theta)), half);
      h = v128.and(inside, high);
      active = v128.and(inside, f32x4.mul(high, error));
    } else {
      h = v128.load(slope + i);
      // Where h' is 0, e may be anything, even infinite.
      active = v128.and(f32x4.ne(h, zero), f32x4.mul(h, error));
    }
    // k·(∂r/∂u + h'·∂r/∂o), or k - h'·θ. What waits for δ[t+1] is one product and one sum.
    const dResetU = hard ? v128.andnot(one, f32x4.ge(u, theta)) : one;
    const pull = f32x4.mul(h, v128.and(hard ? u : theta, through));
    const k = v128.load(leak + i);
    const factor = undecayed ? f32x4.sub(k, pull) : f32x4.mul(f32x4.sub(dResetU, pull), k);
    const carried = f32x4.mul(factor, v128.load(after + i));
    v128.store(row + i, f32x4.add(f32x4.add(active, v128.load(g + i)), carried));
  }
}

/** dk += δ[t]·r(u[t-1], o[t-1]). */
// @ts-ignore: decorator
@inline
export function leakDelta(row: usize, bytes: usize, mode: i32, theta: v128, dk: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) {
    let afterReset = v128.load(row + i - bytes);
    if (mode == RESET_HARD) afterReset = v128.andnot(afterReset, f32x4.ge(afterReset, theta));
    else if (mode == RESET_SOFT) afterReset = f32x4.sub(afterReset, v128.and(theta, f32x4.ge(afterReset, theta)));
    v128.store(dk + i, f32x4.add(v128.load(dk + i), f32x4.mul(v128.load(row + i), afterReset)));
  }
}
