import { PANEL } from '../../../../engine/backends/event/kernels/panels.ts';

/** Row and column of an element of the panels. */
export function placeInPanels(stored: number, rows: number, cols: number): { row: number; column: number } {
  const first = Math.floor(stored / (rows * PANEL)) * PANEL;
  const width = Math.min(PANEL, cols - first);
  const within = stored - rows * first;
  return { row: Math.floor(within / width), column: first + (within % width) };
}
