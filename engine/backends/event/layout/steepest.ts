/** Where a search for the strongest entries of dL/dx works: the first layer's weights in bytes, and what a thread needs. */
import type { NetworkPlan } from '../../../models/plan.ts';
import { GROUP_ROWS } from '../kernels/kernels.ts';
import { PANEL, roundUp } from '../kernels/panels.ts';
import type { SpikingLayer } from './layout.ts';
import type { Allocate } from './memory.ts';
import { type Bytes, sizeOf } from './units.ts';

/** Entries of dL/dx that a sample may have: 4 MB for each thread, that attacks alone need. */
const MAX_ENTRIES = 2 ** 20;
/** Entries that are computed as they are, at most; where more may be among the strongest, the whole gradient is faster. */
export const MAX_EXACT = 2 ** 15;

/** Shared: u8 [columns / 16][inner / 4][16][4], and of each input its scale, norm and error, f32 (kernels: multiplyBytes). */
export interface ByteWeights {
  weights: Bytes;
  scale: Bytes;
  norm: Bytes;
  error: Bytes;
}

/** Of a thread, for one sample; names as in the kernels quantizeRows, multiplyBytes and productsAt. */
export interface SteepestScratch {
  bytes: Bytes;
  plain: Bytes;
  sums: Bytes;
  sizes: Bytes;
  scale: Bytes;
  bound: Bytes;
  factor: Bytes;
  about: Bytes;
  peaks: Bytes;
  rows: Bytes;
  columns: Bytes;
  exact: Bytes;
}

/** Whether there is room for it, and dL/dx is one of events. */
export function seeksSteepest({ encoding, steps, inputs }: NetworkPlan): boolean {
  return encoding === 'events' && steps * roundUp(inputs, PANEL) <= MAX_ENTRIES;
}

export function byteWeights({ size }: SpikingLayer, inputs: number, allocate: Allocate): ByteWeights {
  const columns = roundUp(inputs, PANEL);
  return {
    weights: allocate(columns * size),
    scale: allocate(sizeOf(columns)),
    norm: allocate(sizeOf(columns)),
    error: allocate(sizeOf(columns)),
  };
}

export function steepestScratch(
  { size }: SpikingLayer,
  { steps, inputs }: NetworkPlan,
  allocate: Allocate,
): SteepestScratch {
  const columns = roundUp(inputs, PANEL);
  return {
    bytes: allocate(steps * size),
    plain: allocate(sizeOf(steps * size)),
    sums: allocate(sizeOf(steps)),
    sizes: allocate(sizeOf(4 * steps)),
    scale: allocate(sizeOf(steps)),
    bound: allocate(sizeOf(2 * steps)),
    factor: allocate(sizeOf(size)),
    about: allocate(sizeOf(steps * columns)),
    peaks: allocate(sizeOf(Math.ceil(steps / GROUP_ROWS) * columns)),
    rows: allocate(sizeOf(MAX_EXACT)),
    columns: allocate(sizeOf(MAX_EXACT)),
    exact: allocate(sizeOf(MAX_EXACT)),
  };
}
