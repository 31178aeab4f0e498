/**
 * Matrices in panels of 16 columns, as the kernels keep them (assembly/shared/panel.ts): panel p holds columns [16p, 16p + 16)
 * of all rows, one row after the other; the last panel is as wide as what is left.
 */

import { PANEL } from './signatures/constants.ts';

export { PANEL };

/** The next multiple of `step`. */
export function roundUp(n: number, step: number): number {
  return Math.ceil(n / step) * step;
}

/** A matrix, and the rows and columns (a multiple of 4) that it is padded to where it is stored. */
export interface Padded {
  rows: number;
  cols: number;
  storedRows: number;
  storedCols: number;
}

/** Calls back with every run of elements that is contiguous in both forms: (element in the panels, in the plain matrix, length). */
export function eachRun(
  { rows, cols, storedRows, storedCols }: Padded,
  copy: (stored: number, plain: number, length: number) => void,
): void {
  for (let c = 0; c < cols; c += PANEL) {
    const width = Math.min(PANEL, storedCols - c);
    const length = Math.min(PANEL, cols - c);
    for (let r = 0; r < rows; r++) copy(storedRows * c + r * width, r * cols + c, length);
  }
}

/** A plain row-major matrix [rows, cols] in panels; `cols` is a multiple of 4. */
export function toPanels(plain: ArrayLike<number>, rows: number, cols: number): Float64Array {
  const stored = new Float64Array(rows * cols);
  eachRun({ rows, cols, storedRows: rows, storedCols: cols }, (to, from, length) => {
    for (let i = 0; i < length; i++) stored[to + i] = plain[from + i]!;
  });
  return stored;
}
