/** What one thread works in where the network is an RNN, LSTM or GRU and a readout: besides input and loss, the state of its cells. */
import type { NetworkPlan } from '../../../models/plan.ts';
import { SPARE_EVENTS } from '../kernels/kernels.ts';
import type { GatedLayer, LinearLayer } from './layout.ts';
import { type Allocate, activeScratch, type BlockSize, eventList, inputTally, type Scratch } from './memory.ts';
import { type Bytes, sizeOf } from './units.ts';

/** Of a layer of an RNN, LSTM or GRU and its readout; f32 matrices but for the first two. */
export interface CellScratch {
  /**
   * Step by step instead of sample by sample: of input events the rows and channels, u32 [rows + 1] and u16; of constant
   * input the rows of each sample, u32 [samples + 1] and u16 [rows].
   */
  offsets: Bytes;
  channels: Bytes;
  /** Of all steps of a block [steps·samples × …]: gates or dL/da [columns]; h before the step [size]; extra [size] (kernels/assembly/cell.ts). */
  gates: Bytes;
  before: Bytes;
  extra: Bytes;
  /** Of one step [samples × …]: recurrent part and its gradient [columns]; h, its gradient, that of c [size]. */
  r: Bytes;
  dr: Bytes;
  h: Bytes;
  dh: Bytes;
  dc: Bytes;
  /** Mean of h, and the gradient of what the readout sees [samples × size]; scores and their gradient [samples × classes]. */
  mean: Bytes;
  dFeature: Bytes;
  scores: Bytes;
  dScores: Bytes;
  /** Transposes of the recurrent and of the readout weights. */
  recurrentT: Bytes;
  readoutT: Bytes;
  /** With dropout: factor on what the readout sees [samples × size]. */
  dropoutMask: Bytes | undefined;
}

export interface GatedScratch extends Scratch {
  cell: CellScratch;
}

export function gatedScratch(
  { size, columns }: GatedLayer,
  { size: classes }: LinearLayer,
  network: NetworkPlan,
  { block, rows: blockRows, events }: BlockSize,
  allocate: Allocate,
): GatedScratch {
  const constant = network.encoding === 'current';
  const matrix = (rows: number, cols: number): Bytes => allocate(sizeOf(rows * cols));
  const rows = block * network.steps;
  return {
    ...eventList(blockRows, events, allocate),
    values: allocate(constant ? sizeOf(events) : 0),
    current: allocate(constant ? sizeOf(block * columns) : 0),
    outOffsets: allocate((network.inputs + 2) * 4),
    outRows: allocate((events + SPARE_EVENTS) * 2),
    outValues: allocate(constant ? sizeOf(events) : 0),
    gradient: allocate(sizeOf(block * classes)),
    scores: allocate(sizeOf(2 * classes)),
    zeros: allocate(sizeOf(Math.max(columns, classes))),
    inputTally: inputTally(network.inputs, allocate),
    active: activeScratch(columns, network.inputs, allocate),
    cell: {
      offsets: allocate((rows + 1) * 4),
      channels: allocate((Math.max(rows, events) + SPARE_EVENTS) * 2),
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
      dropoutMask: network.dropout > 0 ? matrix(block, size) : undefined,
    },
  };
}
