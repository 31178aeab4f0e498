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
  for (let c = 0; c < columns; c += PANEL) {
    const width = Math.min(PANEL, columns - c);
    const group = Math.floor(c / padded);
    const from = c - group * padded;
    const length = Math.min(width, neurons - from);
    for (let b = 0; b < count; b++)
      for (let t = 0; t < steps; t++) {
        const source = rows * c + rowOf(b, t) * width;
        const place = (((first + b) * steps + t) * groups + group) * neurons + from;
        for (let i = 0; i < length; i++) out[place + i] = values[source + i]!;
      }
  }
}

/** Calls back with every spike of a block, of which `masks` u16 [count·steps × panels] has a bit each. */
export function eachSpike(
  masks: Uint16Array,
  count: number,
  steps: number,
  panels: number,
  spike: (sample: number, step: number, neuron: number) => void,
): void {
  for (let b = 0, index = 0; b < count; b++)
    for (let t = 0; t < steps; t++)
      for (let p = 0; p < panels; p++)
        for (let mask = masks[index++]!; mask !== 0; mask &= mask - 1)
          spike(b, t, p * PANEL + 31 - Math.clz32(mask & -mask));
}
