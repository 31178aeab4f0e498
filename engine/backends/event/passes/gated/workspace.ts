/** What the passes of a thread work with when the hidden layer is an RNN, LSTM or GRU, and what they share. */
import type { Kernels } from '../../kernels/kernels.ts';
import type { GatedScratch } from '../../layout/gated-memory.ts';
import type { GatedLayout } from '../../layout/layout.ts';
import { addressOf, type Bytes, type Elements } from '../../layout/units.ts';

/** What a thread has at hand for a gated layer and its linear readout. */
export interface GatedWorkspace {
  kernels: Kernels;
  buffer: ArrayBufferLike;
  layout: GatedLayout;
  /** Of this thread. */
  scratch: GatedScratch;
}

export function zero({ buffer }: GatedWorkspace, address: Bytes, length: number): void {
  new Float32Array(buffer, address, length).fill(0);
}

/** Where a parameter lies; zeros where the network has none. */
export function weightsOf({ layout, scratch }: GatedWorkspace, first: Elements | undefined): Bytes {
  return first === undefined ? scratch.zeros : addressOf(layout.weights, first);
}

/** Whether the readout sees the mean of the states, instead of the last one. */
export function averages({ layout }: GatedWorkspace): boolean {
  return layout.network.readout.decode === 'mean';
}

/** What the readout sees [samples × size]. */
export function featureOf(workspace: GatedWorkspace): Bytes {
  return averages(workspace) ? workspace.scratch.cell.mean : workspace.scratch.cell.h;
}
