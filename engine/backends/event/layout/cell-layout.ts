/**
 * Where an RNN, LSTM or GRU and its readout lie. Units and classes are padded to multiples of 16, so that every gate
 * fills whole panels; the weights of the padding are zero, and so its states and gradients stay.
 */

import { type CellPlan, GATES, type NetworkPlan } from '../../../models/network.ts';
import { SPARE_EVENTS } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';

export interface CellLayout {
  plan: CellPlan;
  /** Padded units; columns of all gates together; padded classes. */
  size: number;
  columns: number;
  classes: number;
  /** Elements from the start of the parameter vector; -1 where there is none. */
  weight: number;
  recurrent: number;
  bias: number;
  recurrentBias: number;
  readout: number;
  readoutBias: number;
}

/** Byte addresses of what one thread works in; f32 matrices but for the first two. */
export interface CellScratch {
  /**
   * Step by step instead of sample by sample: of input events the rows and channels, u32 [rows + 1] and u16; of constant
   * input the rows of each sample, u32 [samples + 1] and u16 [rows].
   */
  offsets: number;
  channels: number;
  /** Of all steps of a block [steps·samples × …]: gates or dL/da [columns]; h before the step [size]; extra [size] (kernels/assembly/cell.ts). */
  gates: number;
  before: number;
  extra: number;
  /** Of one step [samples × …]: recurrent part and its gradient [columns]; h, its gradient, that of c [size]. */
  r: number;
  dr: number;
  h: number;
  dh: number;
  dc: number;
  /** Mean of h, and the gradient of what the readout sees [samples × size]; scores and their gradient [samples × classes]. */
  mean: number;
  dFeature: number;
  scores: number;
  dScores: number;
  /** Transposes of the recurrent and of the readout weights. */
  recurrentT: number;
  readoutT: number;
  /** With dropout: factor on what the readout sees [samples × size]. */
  keep?: number;
}

/** Rows (samples × steps) of a block at most, as for spiking layers, and the bytes that their states may take. */
const MOST_ROWS = 6400;
const MOST_BYTES = 64 * 2 ** 20;
/** Samples of a block at most. The more there are, the more often a panel of the recurrent weights is used once it is in the cache. */
const MOST_SAMPLES = 32;

const padded = (n: number): number => Math.ceil(n / PANEL) * PANEL;

/** `take` reserves so many elements of the parameter vector, in the order of parametersOf (models/network.ts). */
export function planCell(plan: CellPlan, network: NetworkPlan, take: (count: number) => number): CellLayout {
  const size = padded(plan.size);
  const columns = GATES[plan.kind] * size;
  const classes = padded(network.classes);
  const biasOf = (count: number): number => (plan.bias ? take(count) : -1);
  return {
    plan,
    size,
    columns,
    classes,
    weight: take(network.inputs * columns),
    recurrent: take(size * columns),
    bias: biasOf(columns),
    recurrentBias: biasOf(columns),
    readout: take(size * classes),
    readoutBias: biasOf(classes),
  };
}

/** Samples of a block: a function of the network alone, since the bits of a run depend on it. */
export function cellBlock({ size, columns }: CellLayout, steps: number): number {
  const rows = Math.min(MOST_ROWS, MOST_BYTES / (4 * (columns + 2 * size)));
  const samples = Math.max(1, Math.min(MOST_SAMPLES, Math.floor(rows / steps)));
  // Four samples are one tile of the product.
  return samples < 4 ? samples : samples & ~3;
}

/** `inputEvents` is how many a block may have; `allocate` reserves so many bytes. */
export function planCellScratch(
  { size, columns, classes }: CellLayout,
  block: number,
  steps: number,
  inputEvents: number,
  dropout: boolean,
  allocate: (bytes: number) => number,
): CellScratch {
  const matrix = (rows: number, cols: number): number => allocate(rows * cols * 4);
  const rows = block * steps;
  return {
    offsets: allocate((rows + 1) * 4),
    channels: allocate((Math.max(rows, inputEvents) + SPARE_EVENTS) * 2),
    gates: matrix(rows, columns),
    before: matrix(rows, size),
    extra: matrix(rows, size),
    r: matrix(block, columns),
    dr: matrix(block, columns),
    h: matrix(block, size),
    dh: matrix(block, size),
    dc: matrix(block, size),
    mean: matrix(block, size),
    dFeature: matrix(block, size),
    scores: matrix(block, classes),
    dScores: matrix(block, classes),
    recurrentT: matrix(columns, size),
    readoutT: matrix(classes, size),
    ...(dropout && { keep: matrix(block, size) }),
  };
}
