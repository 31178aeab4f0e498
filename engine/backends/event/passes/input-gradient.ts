/**
 * dL/dx = W·δ at every step and channel. With a surrogate that has a window most δ are zero, so the columns of the first
 * layer that have one are listed row by row, and rows of Wᵀ summed over them, as spikes are in the forward pass.
 */
import type { Kernels } from '../kernels/kernels.ts';
import { PANEL, roundUp } from '../kernels/panels.ts';
import type { Layout } from '../layout/layout.ts';
import { INPUT_GRADIENT_ROWS, type Scratch } from '../layout/memory.ts';
import { addressOf, panelAddress } from '../layout/units.ts';
import type { Matrix } from './record.ts';

/** Transposes one share in `threads` of the first layer's weights, into what all threads read. */
export function transposeInputWeights(
  buffer: ArrayBufferLike,
  { layers, weights, inputWeightsT }: Layout,
  thread: number,
  threads: number,
): void {
  const { weight, inputs, columns } = layers[0]!;
  const W = new Float32Array(buffer, addressOf(weights, weight), inputs * columns);
  for (let m = thread * PANEL; m < inputs; m += threads * PANEL) {
    const panel = new Float32Array(buffer, panelAddress(inputWeightsT, columns, m), columns * PANEL);
    const channels = Math.min(PANEL, inputs - m);
    for (let c = 0; c < columns; c += PANEL) {
      const width = Math.min(PANEL, columns - c);
      for (let i = 0; i < width; i++)
        for (let j = 0; j < channels; j++) panel[(c + i) * PANEL + j] = W[inputs * c + (m + j) * width + i]!;
    }
  }
}

/**
 * dL/dx [B, T, M] of the samples of a block, which stand in it from place `first` on, from their δ. `factor`: what the input
 * of each neuron is multiplied with, if it is.
 */
export function inputGradient(
  out: Float32Array,
  { kernels, buffer, layout, scratch }: { kernels: Kernels; buffer: ArrayBufferLike; layout: Layout; scratch: Scratch },
  delta: Matrix,
  first: number,
  count: number,
  factor?: Float32Array,
): void {
  const { steps, inputs } = layout.network;
  const { offsets, columns: indices, values, gradient } = scratch.active;
  const columns = roundUp(inputs, PANEL);
  const gradients = new Float32Array(buffer, gradient, INPUT_GRADIENT_ROWS * columns);
  for (let from = 0; from < count * steps; from += INPUT_GRADIENT_ROWS) {
    const rows = Math.min(INPUT_GRADIENT_ROWS, count * steps - from);
    listActive(buffer, scratch, delta, factor, from, rows, steps);
    const b = layout.inputWeightsT;
    kernels.multiplySparse({ out: gradient, offsets, indices, values, b, rows, inner: delta.columns, columns });
    for (let r = 0, place = (first * steps + from) * inputs; r < rows; r++, place += inputs)
      out.set(gradients.subarray(r * columns, r * columns + inputs), place);
  }
}

/** Lists the columns with a δ in the steps [from, from + rows) of the samples of a block, all samples one after another. */
function listActive(
  buffer: ArrayBufferLike,
  { active }: Scratch,
  { values, rows: matrixRows, columns, rowOf }: Matrix,
  factor: Float32Array | undefined,
  from: number,
  rows: number,
  steps: number,
): void {
  const offsets = new Uint32Array(buffer, active.offsets, rows + 1);
  const indices = new Uint16Array(buffer, active.columns, rows * columns);
  const deltas = new Float32Array(buffer, active.values, rows * columns);
  let events = 0;
  offsets[0] = 0;
  for (let r = 0; r < rows; r++) {
    const row = rowOf(Math.floor((from + r) / steps), (from + r) % steps);
    for (let c = 0; c < columns; c += PANEL) {
      const width = Math.min(PANEL, columns - c);
      const source = matrixRows * c + row * width;
      for (let i = 0; i < width; i++) {
        const delta = values[source + i]!;
        if (delta === 0) continue;
        indices[events] = c + i;
        deltas[events++] = factor ? factor[c + i]! * delta : delta;
      }
    }
    offsets[r + 1] = events;
  }
}
