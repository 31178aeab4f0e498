/** What the passes of a thread work with, and what they share. */
import type { Kernels } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import { BRIEF_ROW, type EventList, type Layout, type Scratch } from '../layout/layout.ts';

/** Neurons that are worked on together, of those from `c` on: two panels, and what is left behind them when it is less than one. */
export function stripFrom(c: number, size: number): number {
  return size - c < 3 * PANEL ? size - c : 2 * PANEL;
}

export interface Work {
  kernels: Kernels;
  buffer: ArrayBufferLike;
  layout: Layout;
  /** Of this thread. */
  scratch: Scratch;
}

export const floats = ({ buffer }: Work, address: number, length: number): Float32Array =>
  new Float32Array(buffer, address, length);

/** The events that layer `l` receives. */
export function eventsInto({ scratch }: Work, l: number, dropout: boolean): EventList {
  const below = scratch.layers[l - 1];
  if (!below) return scratch;
  return dropout ? below.dropout! : below;
}

/** How many events a list has when its rows are brief (addRows serves them better than gatherRows), else undefined. */
export function briefEvents({ buffer }: Work, { offsets }: EventList, rows: number): number | undefined {
  const count = new Uint32Array(buffer, offsets + rows * 4, 1)[0]!;
  return count <= BRIEF_ROW * rows ? count : undefined;
}
