/** What the passes of a thread work with, and what they share. */
import type { Kernels } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import type { SpikingLayout } from '../layout/layout.ts';
import { type EventList, SPARSE_ROW, type SpikingScratch } from '../layout/memory.ts';
import type { Bytes } from '../layout/units.ts';

/** Neurons that are worked on together, of those from `column` on: two panels, and what is left behind them when it is less than one. */
export function stripFrom(column: number, size: number): number {
  return size - column < 3 * PANEL ? size - column : 2 * PANEL;
}

/** What a thread has at hand for layers of spiking neurons. */
export interface Workspace {
  kernels: Kernels;
  buffer: ArrayBufferLike;
  layout: SpikingLayout;
  /** Of this thread. */
  scratch: SpikingScratch;
  /** Where the parameters lie that the layers work with: in the layout, or scaled in the scratch (scaled-input.ts). */
  weights: Bytes;
}

export const floats = ({ buffer }: Workspace, address: Bytes, length: number): Float32Array =>
  new Float32Array(buffer, address, length);

/** The events that layer `l` receives. */
export function eventsInto({ scratch }: Workspace, l: number, dropout: boolean): EventList {
  const below = scratch.layers[l - 1];
  if (!below) return scratch;
  return dropout ? below.dropout! : below;
}

/** How many events a list has when its rows are sparse (addRows serves them better than gatherRows), else undefined. */
export function sparseEvents({ buffer }: Workspace, { offsets }: EventList, rows: number): number | undefined {
  const count = new Uint32Array(buffer, offsets + rows * 4, 1)[0]!;
  return count <= SPARSE_ROW * rows ? count : undefined;
}
