/** From the panels of a block to the plain arrays of a recording. Samples stand in it from place `first` on. */
import { PANEL } from '../kernels/panels.ts';

/** A matrix in panels: row b·T + t, or what `rowOf` says, has step t of sample b. */
export interface Matrix {
  values: Float32Array;
  rows: number;
  /** Padded. */
  columns: number;
  rowOf: (sample: number, step: number) => number;
}

/** Copies steps of the samples of a block: `out` is [B, T, groups·neurons]; each group of columns is padded by itself. */
export function copyRows(
  out: Float32Array,
  { values, rows, columns, rowOf }: Matrix,
  {
    first,
    count,
    steps,
    neurons,
    groups = 1,
  }: { first: number; count: number; steps: number; neurons: number; groups?: number },
): void {
  const padded = columns / groups;
  for (let b = 0; b < count; b++)
    for (let t = 0; t < steps; t++) {
      const row = rowOf(b, t);
      const at = ((first + b) * steps + t) * groups * neurons;
      for (let c = 0; c < columns; c++) {
        const n = c % padded;
        if (n >= neurons) continue;
        out[at + Math.floor(c / padded) * neurons + n] = values[placeOf(row, c, rows, columns)]!;
      }
    }
}

/** Where column `c` of a row lies. */
function placeOf(row: number, c: number, rows: number, columns: number): number {
  const panel = c - (c % PANEL);
  return rows * panel + row * Math.min(PANEL, columns - panel) + (c - panel);
}

/** Calls back with every spike of a block, of which `masks` u16 [count·steps × panels] has a bit each. */
export function eachSpike(
  masks: Uint16Array,
  count: number,
  steps: number,
  panels: number,
  spike: (sample: number, step: number, neuron: number) => void,
): void {
  for (let b = 0, at = 0; b < count; b++)
    for (let t = 0; t < steps; t++)
      for (let p = 0; p < panels; p++)
        for (let mask = masks[at++]!; mask !== 0; mask &= mask - 1)
          spike(b, t, p * PANEL + 31 - Math.clz32(mask & -mask));
}

/** dL/dx [B, T, M] = W·δ, where W [M × columns] is in panels. Panels of δ that are zero are passed over. */
export function inputGradient(
  out: Float32Array,
  weights: Float32Array,
  { values, rows, columns, rowOf }: Matrix,
  { first, count, steps, inputs }: { first: number; count: number; steps: number; inputs: number },
): void {
  const sum = new Float64Array(inputs);
  for (let b = 0; b < count; b++)
    for (let t = 0; t < steps; t++) {
      sum.fill(0);
      for (let c = 0; c < columns; c += PANEL) {
        const width = Math.min(PANEL, columns - c);
        const at = rows * c + rowOf(b, t) * width;
        const delta = values.subarray(at, at + width);
        if (delta.every((d) => d === 0)) continue;
        for (let m = 0, w = inputs * c; m < inputs; m++)
          for (let i = 0; i < width; i++) sum[m]! += weights[w++]! * delta[i]!;
      }
      out.set(sum, ((first + b) * steps + t) * inputs);
    }
}
