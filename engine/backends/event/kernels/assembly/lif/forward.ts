// Layers of neurons over all steps of their samples, forward. Step t of sample b is row b·steps + t of the panel matrix u.
// Sizes are multiples of 4; padding neurons have zero weights and never fire since θ > 0.
//
//   u[t] = k·r(u[t-1], o[t-1]) + I[t] + V·o[t-1],   o[t] = [u[t] >= θ]
//   r: hard u·(1-o), soft u - θ·o, none u; soft-undecayed u, and θ·o[t-1] is taken after the decay
//
// Without V, here, neurons know nothing of each other: a panel of 16 goes through all samples and steps before the next
// one starts. Which of them fired is a mask of 16 bits (../spikes.ts). With V: recurrent.ts.
import { PANEL } from '../generated/constants';
import { carryOver, RESET_OFF } from '../shared/neuron';
import { panelAt, rowBytes } from '../shared/panel';

/**
 * Forward without recurrence, of `columns` neurons. On entry row b·steps + t of u [rows × columns] holds I[t]; or
 * `constant` != 0 is a panel matrix [constantRows × columns] whose row b is I[t] of sample b for every t. On return u
 * holds the potentials. When `spiking`, bit i of spikeMasks [samples·steps × panels] (u16) at (row, p) says that neuron 16p + i
 * fired; `panels` is the distance from row to row, for neurons that are part of a wider layer.
 */
export function lifForward(
  u: usize, rows: i32, samples: i32, steps: i32, columns: i32, constant: usize, constantRows: i32,
  leak: usize, threshold: f32, reset: i32, spiking: i32, spikeMasks: usize, panels: i32,
): void {
  const theta = f32x4.splat(threshold);
  const mode = spiking ? reset : RESET_OFF;
  const stride = <usize>panels << 1;
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const k = leak + (<usize>c << 2);
    let row = panelAt(u, rows, c);
    let input = constant ? panelAt(constant, constantRows, c) : 0;
    let mask = spikeMasks + (<usize>(c >> 4) << 1);
    for (let b = 0; b < samples; b++) {
      for (let t = 0; t < steps; t++) {
        if (constant) memory.copy(row, input, bytes);
        if (t > 0) carryOver(row, bytes, k, theta, mode);
        if (spiking) {
          store<u16>(mask, <u16>spikeMaskOf(row, bytes, theta));
          mask += stride;
        }
        row += bytes;
      }
      input += bytes;
    }
  }
}

/** The neurons of a panel with u >= θ, a bit each. */
// @ts-ignore: decorator
@inline
export function spikeMaskOf(row: usize, bytes: usize, theta: v128): i32 {
  let bits = 0;
  for (let i: usize = 0; i < bytes; i += 16)
    bits |= i32x4.bitmask(f32x4.ge(v128.load(row + i), theta)) << (<i32>i >> 2);
  return bits;
}
