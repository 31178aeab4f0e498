/** What one thread works in: addresses in the shared memory, each the start of a cache line. */
import type { NetworkPlan } from '../../../models/plan.ts';
import { BACKWARD_WORK, recurrentWork, SPARE_EVENTS, stepsWork, TABLE_ROWS } from '../kernels/kernels.ts';
import { PANEL, roundUp } from '../kernels/panels.ts';
import type { Blocks } from './blocks.ts';
import type { SpikingLayer } from './layout.ts';
import type { SteepestScratch } from './steepest.ts';
import { type Bytes, bytes, sizeOf } from './units.ts';

/** Up to this many events per row on average, taking rows one by one takes longer than naming the row of each event. */
export const SPARSE_ROW = 3;

/** Rows that dL/dx is formed for at a time. */
export const INPUT_GRADIENT_ROWS = 64;

/** Reserves `count` bytes. */
export type Allocate = (count: number) => Bytes;

export function allocateFrom(first: number): { allocate: Allocate; end: () => Bytes } {
  let next = first;
  return {
    allocate: (count) => {
      const address = bytes(next);
      next += Math.ceil(count / 64) * 64;
      return address;
    },
    end: () => bytes(next),
  };
}

/**
 * Where the events of a block lie: those of row r are channels[offsets[r] .. offsets[r+1]) (u16; u32 [rows + 1]). rowOf: the
 * row of each event (u16), of lists with few of them.
 */
export interface EventList {
  offsets: Bytes;
  channels: Bytes;
  rowOf: Bytes;
}

/** Of one layer of spiking neurons: u or δ, f32 [rows × size]; its spikes. */
export interface LayerScratch extends EventList {
  u: Bytes;
  /** Which neurons fired, a bit each: u16 [rows × panels]. */
  spikeMasks: Bytes;
  /** Spikes of each sample of a block, u32. */
  counts: Bytes;
  /** For statistics: the spikes of each neuron in each sample of a block, u32 [samples × 16·panels]. */
  tally: Bytes;
  /** For statistics, of a whole evaluation: spikes in stretches of steps, u32 [steps × 16·panels] in panels; sums over pairs of intervals, f64 [3 × 16·panels]. */
  byTime: Bytes;
  intervals: Bytes;
  /** What the kernels that count need besides. */
  tallyWork: Bytes;
  /** The leaks, f32 [size], and dL/dk. */
  k: Bytes;
  dk: Bytes;
  /** Where the neurons of each sample start, if not at 0: u[-1] and o[-1], f32 [samples × size] each. */
  initial?: { u: Bytes; o: Bytes };
  /** With dropout, of a layer below another. */
  dropout?: EventList & {
    /** Factor on each neuron by sample, f32 [samples × size]; the list has the events that it leaves. */
    dropoutMask: Bytes;
    /** Weights of the layer above times 1/(1 − p), so that events need no factor. */
    weight: Bytes;
  };
}

/** Input and loss of a block, whatever the layers are. */
export interface Scratch extends EventList {
  /** The list has the input; values, f32: of constant currents. */
  values: Bytes;
  /** Constant input current and summed δ of the first layer, f32 [samples × columns] (current only). */
  current: Bytes;
  /** Transposed events: u32 [channels + 1], u16 rows, f32 values. */
  outOffsets: Bytes;
  outRows: Bytes;
  outValues: Bytes;
  /** What the loss hands the output layer of each sample, f32 [samples × steps × classes] at most. */
  gradient: Bytes;
  /** f32 [2 × classes], and as many zeros as the widest layer has columns. */
  scores: Bytes;
  zeros: Bytes;
  /** For statistics: synapses behind each input, u32 [inputs]; the row that it was last seen in, u32; what is counted of a sample, f64 [3]. */
  inputTally: { fanOut: Bytes; seen: Bytes; result: Bytes };
  /**
   * Of dL/dx: which columns of the first layer have a δ in some rows, as events with values; what follows, f32 plain rows of
   * the inputs filled up to whole panels.
   */
  active: { offsets: Bytes; columns: Bytes; values: Bytes; gradient: Bytes };
}

export interface SpikingScratch extends Scratch {
  layers: LayerScratch[];
  /** The parameters with those of scaled inputs times 1 − k, f32 [parameters]; where there are such. */
  effective?: Bytes;
  /** dL/do of the spike penalty, f32 [samples × size]. */
  penalty: Bytes;
  /** What the kernels of the layers need besides. */
  work: Bytes;
  /** Where the strongest entries of dL/dx can be asked for. */
  steepest?: SteepestScratch;
}

/** Of a block: its samples and rows, and the input events that it may have. */
export interface BlockSize extends Blocks {
  events: number;
}

/** Lists are written several entries at a time. */
export function eventList(rows: number, capacity: number, allocate: Allocate): EventList {
  return {
    offsets: allocate((rows + 1) * 4),
    channels: allocate((capacity + SPARE_EVENTS) * 2),
    rowOf: allocate((Math.min(capacity, SPARSE_ROW * rows) + SPARE_EVENTS) * 2),
  };
}

export function activeScratch(columns: number, inputs: number, allocate: Allocate): Scratch['active'] {
  const rows = INPUT_GRADIENT_ROWS;
  return {
    offsets: allocate((rows + 1) * 4),
    columns: allocate((rows * columns + SPARE_EVENTS) * 2),
    values: allocate(sizeOf(rows * columns)),
    gradient: allocate(sizeOf(rows * roundUp(inputs, PANEL))),
  };
}

export const inputTally = (inputs: number, allocate: Allocate): Scratch['inputTally'] => ({
  fanOut: allocate(inputs * 4),
  seen: allocate(inputs * 4),
  result: allocate(3 * 8),
});

export function spikingScratch(
  layers: SpikingLayer[],
  network: NetworkPlan,
  { block, rows, events }: BlockSize,
  allocate: Allocate,
): SpikingScratch {
  const { steps } = network;
  const constant = network.encoding === 'current';
  const sizes = layers.map(({ size }) => size);
  const widest = Math.max(...sizes);
  const inputs = eventList(rows, events, allocate);
  return {
    ...inputs,
    values: allocate(constant ? sizeOf(events) : 0),
    layers: layers.map((layer, l) =>
      layerScratch(layer, layers[l + 1], network.dropout > 0, { block, rows }, allocate),
    ),
    current: allocate(constant ? sizeOf(block * sizes[0]!) : 0),
    outOffsets: allocate((Math.max(network.inputs, widest) + 2) * 4),
    outRows: allocate((Math.max(events, rows * widest) + SPARE_EVENTS) * 2),
    outValues: allocate(constant ? sizeOf(events) : 0),
    gradient: allocate(sizeOf(block * steps * sizes.at(-1)!)),
    scores: allocate(sizeOf(2 * sizes.at(-1)!)),
    inputTally: inputTally(network.inputs, allocate),
    zeros: allocate(sizeOf(widest)),
    active: activeScratch(sizes[0]!, network.inputs, allocate),
    penalty: allocate(network.spikePenalty ? sizeOf(block * widest) : 0),
    ...(layers.some(({ plan }) => plan.neuron.scaleInput) && { effective: allocate(sizeOf(layers.at(-1)!.end)) }),
    work: allocate(sizeOf(workOf(layers, block))),
  };
}

function layerScratch(
  { size, plan: { neuron } }: SpikingLayer,
  above: SpikingLayer | undefined,
  dropout: boolean,
  { block, rows }: Pick<Blocks, 'block' | 'rows'>,
  allocate: Allocate,
): LayerScratch {
  return {
    u: allocate(sizeOf(rows * size)),
    spikeMasks: allocate(rows * Math.ceil(size / PANEL) * 2),
    ...eventList(rows, rows * size, allocate),
    counts: allocate(block * 4),
    tally: allocate(block * roundUp(size, PANEL) * 4),
    byTime: allocate(Math.ceil(rows / block) * roundUp(size, PANEL) * 4),
    intervals: allocate(3 * roundUp(size, PANEL) * 8),
    tallyWork: allocate(Math.max(2 * PANEL * 4, roundUp(size, PANEL) * Math.ceil(rows / block))),
    k: allocate(sizeOf(size)),
    dk: allocate(sizeOf(size)),
    ...(neuron.initialState === 'random' && {
      initial: { u: allocate(sizeOf(block * size)), o: allocate(sizeOf(block * size)) },
    }),
    ...(dropout &&
      above && {
        dropout: {
          dropoutMask: allocate(sizeOf(block * size)),
          ...eventList(rows, rows * size, allocate),
          weight: allocate(sizeOf(size * above.size)),
        },
      }),
  };
}

/** Elements that the kernels of spiking layers need, f32. */
function workOf(layers: SpikingLayer[], samples: number): number {
  const ofLayer = ({ size, recurrent, bySteps }: SpikingLayer, l: number): number => {
    const above = layers[l + 1]?.size ?? 0;
    return Math.max(
      // Of few neurons that receive spikes (gatherSpikes), in every pass or around the parameters.
      l > 0 && size <= PANEL ? TABLE_ROWS * size : 0,
      recurrent === undefined ? 0 : recurrentWork(size, above, samples),
      bySteps ? stepsWork(size, above, samples) : 0,
    );
  };
  return Math.max(BACKWARD_WORK, ...layers.map(ofLayer));
}
