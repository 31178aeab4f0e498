/**
 * dL/dx in bytes, and how far from it the entries are at most: what may be among the strongest is computed as it is, so that
 * nothing depends on the rounding. The bound is that of assembly/bytes.ts, and what float32 may round on both sides.
 */
import { GROUP_ROWS, type Kernels } from '../../kernels/kernels.ts';
import { PANEL, roundUp } from '../../kernels/panels.ts';
import type { SpikingLayout } from '../../layout/layout.ts';
import type { ByteWeights, SteepestScratch } from '../../layout/steepest.ts';
import { addressOf } from '../../layout/units.ts';

/** Below this, numbers are not rounded to bytes but taken for zero, with themselves as the error: their squares have room in float32. */
const SMALL = 1e-15;

/** Rounds one share in `threads` of the first layer's weights to bytes, for what all threads read. */
export function quantizeInputWeights(
  buffer: ArrayBufferLike,
  { layers, weights, byteWeights }: SpikingLayout,
  thread: number,
  threads: number,
): void {
  const { weight, inputs, size } = layers[0]!;
  const W = new Float32Array(buffer, addressOf(weights, weight), inputs * size);
  const { scale, norm, error } = viewsOf(buffer, byteWeights!, inputs);
  const out = new Uint8Array(buffer, byteWeights!.weights, roundUp(inputs, PANEL) * size);
  const row = new Float64Array(size);
  for (let first = thread * PANEL; first < inputs; first += threads * PANEL)
    for (let m = first; m < first + PANEL; m++) {
      const there = m < inputs;
      let largest = 0;
      for (let c = 0; c < size; c += PANEL) {
        const width = Math.min(PANEL, size - c);
        for (let i = 0; i < width; i++) {
          row[c + i] = there ? W[inputs * c + m * width + i]! : 0;
          largest = Math.max(largest, Math.abs(row[c + i]!));
        }
      }
      const own = largest < SMALL ? 0 : Math.fround(largest / 127);
      let [squares, lost] = [0, 0];
      const place = first * size + (m - first) * 4;
      for (let j = 0; j < size; j++) {
        const p = own === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(row[j]! / own)));
        out[place + (j >> 2) * 4 * PANEL + (j & 3)] = p + 128;
        squares += row[j]! ** 2;
        lost += (row[j]! - own * p) ** 2;
      }
      scale[m] = own;
      norm[m] = Math.sqrt(squares) * (1 + 1e-6);
      error[m] = Math.sqrt(lost) * (1 + 1e-6);
    }
}

export function viewsOf(buffer: ArrayBufferLike, { scale, norm, error }: ByteWeights, inputs: number) {
  const columns = roundUp(inputs, PANEL);
  const floats = (at: number): Float32Array => new Float32Array(buffer, at, columns);
  return { scale: floats(scale), norm: floats(norm), error: floats(error) };
}

/** What a thread has at hand for the samples of a block. */
export interface Seeker {
  kernels: Kernels;
  buffer: ArrayBufferLike;
  layout: SpikingLayout;
  scratch: SteepestScratch;
  /** Where δ of the first layer lies, [rows × size]. */
  delta: number;
  /** What the input of each neuron is multiplied with, if it is. */
  factor: Float32Array | undefined;
}

/** About dL/dx of a sample, [T × columns] in panels, and the terms of its bounds: |entry (t, m) − dL/dx| ≤ byNorm[t]·norm[m] + byError[t]·error[m]. */
export interface About {
  columns: number;
  values: Float32Array;
  /** Of groups of rows the largest |entry| + bound, plain rows. */
  peaks: Float32Array;
  byNorm: Float64Array;
  byError: Float64Array;
  norm: Float32Array;
  error: Float32Array;
  /** Whether δ is zero everywhere. */
  zero: boolean;
}

/** Of sample `b` of a block; undefined where something is not finite. */
export function about(seeker: Seeker, b: number): About | undefined {
  const { kernels, buffer, layout, scratch, delta, factor } = seeker;
  const { steps, inputs } = layout.network;
  const { size } = layout.layers[0]!;
  const columns = roundUp(inputs, PANEL);
  if (factor) new Float32Array(buffer, scratch.factor, size).set(factor);
  kernels.quantizeRows({
    out: scratch.bytes,
    plain: scratch.plain,
    sums: scratch.sums,
    sizes: scratch.sizes,
    a: delta,
    aRows: layout.rows,
    firstRow: b * steps,
    rows: steps,
    columns: size,
    factor: factor && scratch.factor,
  });
  const sizes = new Float32Array(buffer, scratch.sizes, 4 * steps);
  const scale = new Float32Array(buffer, scratch.scale, steps);
  const bound = new Float32Array(buffer, scratch.bound, 2 * steps);
  const [byNorm, byError] = [new Float64Array(steps), new Float64Array(steps)];
  // A sum of n float32 products is off by less than n·2⁻²⁴ of the sum of their magnitudes; twice that, and room for the rest.
  const rounding = (size + 16) * 2 ** -23;
  let zero = true;
  for (let t = 0; t < steps; t++) {
    const [own, square, lost, length] = sizes.subarray(4 * t, 4 * t + 4);
    if (!Number.isFinite(own! + square! + lost! + length!)) return undefined;
    const largest = 127 * own!;
    const small = largest < SMALL;
    if (largest > 0) zero = false;
    scale[t] = small ? 0 : own!;
    const slack = 1 + rounding + 1e-5;
    byNorm[t] = slack * (small ? Math.sqrt(size) * largest : Math.sqrt(lost!) + rounding * Math.sqrt(square!));
    byError[t] = small ? 0 : slack * own! * Math.sqrt(length!);
    bound[2 * t] = byNorm[t]! * slack;
    bound[2 * t + 1] = byError[t]! * slack;
  }
  const byteWeights = layout.byteWeights!;
  const { norm, error } = viewsOf(buffer, byteWeights, inputs);
  kernels.multiplyBytes({
    out: scratch.about,
    peaks: scratch.peaks,
    a: scratch.bytes,
    sums: scratch.sums,
    scale: scratch.scale,
    bound: scratch.bound,
    b: byteWeights.weights,
    columnScale: byteWeights.scale,
    columnNorm: byteWeights.norm,
    columnError: byteWeights.error,
    rows: steps,
    inner: size,
    columns,
  });
  const values = new Float32Array(buffer, scratch.about, steps * columns);
  const peaks = new Float32Array(buffer, scratch.peaks, scratchGroups(steps) * columns);
  return { columns, values, peaks, byNorm, byError, norm, error, zero };
}

/** Of step t and column c. */
export const placeOf = (steps: number, t: number, c: number): number =>
  (c & -PANEL) * steps + t * PANEL + (c & (PANEL - 1));

export const scratchGroups = (steps: number): number => Math.ceil(steps / GROUP_ROWS);

/** dL/dx at the first `count` places that the lists of the scratch name, [count], valid until the next call. */
export function exactAt({ kernels, buffer, layout, scratch }: Seeker, count: number): Float32Array {
  const { weight, inputs, size } = layout.layers[0]!;
  kernels.productsAt({
    out: scratch.exact,
    rows: scratch.rows,
    columns: scratch.columns,
    count,
    a: scratch.plain,
    b: addressOf(layout.weights, weight),
    bRows: inputs,
    inner: size,
  });
  return new Float32Array(buffer, scratch.exact, count);
}
