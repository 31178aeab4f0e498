/**
 * Where everything lies in the one shared memory. Matrices lie in panels of 16 columns (kernels/panels.ts). Sizes are
 * padded to multiples of 4 neurons; padding has zero weights and, since thresholds are positive, never fires, so it
 * stays zero for ever.
 */
import type { DatasetShape } from '../../../datasets/dataset.ts';
import type { LayerPlan, NetworkPlan } from '../../../models/network.ts';
import {
  BACKWARD_WORK,
  FEW_COLUMNS,
  FEW_RECURRENT,
  FIRED_TABLES,
  RESERVED_BYTES,
  recurrentWork,
  SPARE_EVENTS,
  stepsWork,
} from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import { type CellLayout, type CellScratch, cellBlock, planCell, planCellScratch } from './cell-layout.ts';

/**
 * Rows (samples × steps) that are worked on at once: with 1,600 of them the potentials of two panels of neurons take 205 KB
 * and stay in the second cache, beside the weights that they are gathered from; so do 3,200 of one panel.
 */
const BLOCK_ROWS = { onePanel: 3200, more: 1600 };
/** Up to so many events per row, on average, taking rows one by one takes longer than naming the row of each event. */
export const BRIEF_ROW = 3;
/** Event lists hold row numbers in 16 bits, and a block has at least the rows of one sample. */
const MOST_STEPS = 65_535;
/** Samples of one evaluation task. */
export const EVALUATION_CHUNK = 64;
/** Weight updates between two looks at the clock, at most. */
export const MAX_STEPS_PER_COMMAND = 64;

/** Places in the stats of a task: sums over its samples, and 1 + the first layer that was not finite (0: none). */
export const STATS = { loss: 0, accuracy: 1, diverged: 2, spikes: 3 } as const;

export interface LayerLayout {
  plan: LayerPlan;
  /** Rows of the weight matrix and padded neurons. */
  inputs: number;
  size: number;
  /** Elements from the start of the parameter vector; -1 where there is none. */
  weight: number;
  recurrent: number;
  bias: number;
  leak: number;
  leakCount: number;
  /**
   * What becomes of the spikes below, which without dropout may stay masks: whether they are looked up in tables
   * (gatherFired), and whether gradients are formed from them (scatterFired). And whether its own are listed for the next.
   */
  tabled: boolean;
  masked: boolean;
  listed: boolean;
  /** Whether its deltas are computed step by step (lifBackwardSteps). */
  bySteps: boolean;
}

/**
 * Where the events of a block lie: those of row r are channels[offsets[r] .. offsets[r+1]) (u16; u32 [rows + 1]). rowOf: the
 * row of each event (u16), of lists with few of them.
 */
export interface EventList {
  offsets: number;
  channels: number;
  rowOf: number;
}

/** Of one layer and thread: u or δ, f32 [rows × size]; its spikes; leaks and dL/dk [size]. */
export interface LayerScratch extends EventList {
  u: number;
  /** Which neurons fired, a bit each: u16 [rows × panels]. */
  fired: number;
  /** Spikes of each sample of a block, u32. */
  counts: number;
  leak: number;
  dk: number;
  /** With dropout, of a layer below another. */
  dropout?: EventList & {
    /** Factor on each neuron by sample, f32 [samples × size]; the list has the events that it leaves. */
    keep: number;
    /** Weights of the layer above times 1/(1 − p), so that events need no factor. */
    weight: number;
  };
}

/** Byte addresses of what one thread works in. */
export interface Scratch extends EventList {
  /** The list has the input; values, f32: of constant currents. */
  values: number;
  layers: LayerScratch[];
  /** Constant input current and summed δ of the first layer, f32 [samples × size] (current only). */
  current: number;
  /** Transposed events: u32 [channels + 1], u16 rows, f32 values. */
  outOffsets: number;
  outRows: number;
  outValues: number;
  /** What the loss hands the output layer of each sample, f32 [samples × steps × classes] at most. */
  gradient: number;
  /** f32 [2 × classes], [size] of zeros, [samples × size] for the price of spikes, and what the backward pass needs. */
  scores: number;
  zeros: number;
  prices: number;
  work: number;
  /** Where there is a cell instead of layers. */
  cell?: CellScratch;
}

export interface Layout {
  network: NetworkPlan;
  layers: LayerLayout[];
  cell?: CellLayout;
  /** Elements [from, to) of the parameter vector that are matrices, in ascending order; the rest is biases and leaks. */
  matrices: { from: number; to: number }[];
  /** Elements of the parameter vector, of each of its moments and of each shard's gradient. */
  parameters: number;
  batchSize: number;
  shards: number;
  /** Samples of a block. */
  block: number;
  /**
   * Rows of a matrix of potentials: one for each sample and step of a block, and one more where their number is even,
   * so that the panels of a row fall into different sets of the cache.
   */
  rows: number;
  maxEvents: number;
  weights: number;
  moment1: number;
  moment2: number;
  gradients: number;
  /** f64 [tasks × stats]. */
  stats: number;
  statsPerTask: number;
  /** f64: parts of the squared norm of the gradient. */
  norms: number;
  /** u32: order of the training samples of the epoch. */
  order: number;
  /** i32 [16]: task counter, barrier. */
  control: number;
  scratch: Scratch[];
  bytes: number;
}

/** Up to so many neurons a pass over masks costs less than one over the spikes in them. */
const MASKED_COLUMNS = 8;

/** Whether layer `l` is so narrow that masks of the spikes below serve it better than lists, and gets them. */
function takesMasks({ layers, dropout }: NetworkPlan, l: number): boolean {
  const below = layers[l - 1];
  return below?.kind === 'spiking' && dropout === 0 && layers[l]!.size <= MASKED_COLUMNS;
}

/** Whether what layer `l` receives is looked up: masks of one panel. */
function looksUp(network: NetworkPlan, l: number): boolean {
  return takesMasks(network, l) && network.layers[l - 1]!.size <= PANEL;
}

const pad4 = (n: number): number => (n + 3) & ~3;

export function planLayout(
  network: NetworkPlan,
  shape: Pick<DatasetShape, 'maxEvents' | 'sizes'>,
  batchSize: number,
  threads: number,
): Layout {
  if (network.steps > MOST_STEPS)
    throw new RangeError(
      `A sample has ${network.steps} time steps and the engine takes at most ${MOST_STEPS}: use longer or fewer steps.`,
    );
  let at = RESERVED_BYTES;
  const allocate = (bytes: number): number => {
    const address = at;
    at += Math.ceil(bytes / 64) * 64;
    return address;
  };
  let parameters = 0;
  const take = (count: number): number => {
    const first = parameters;
    parameters += count;
    return first;
  };
  const layers = network.layers.map((plan, i): LayerLayout => {
    const size = pad4(plan.size);
    const inputs = i === 0 ? plan.inputs : pad4(plan.inputs);
    const learnable = typeof plan.leak === 'object' ? plan.leak : undefined;
    const leakCount = learnable ? (learnable.per === 'neuron' ? plan.size : 1) : 0;
    return {
      plan,
      inputs,
      size,
      weight: take(inputs * size),
      recurrent: plan.recurrent ? take(size * size) : -1,
      bias: plan.bias ? take(size) : -1,
      leak: leakCount ? take(pad4(leakCount)) : -1,
      leakCount,
      masked: takesMasks(network, i),
      tabled: looksUp(network, i),
      bySteps: pad4(network.layers[i + 1]?.size ?? 0) > FEW_COLUMNS || (plan.recurrent && size > FEW_RECURRENT),
      listed: (plan.recurrent && size > PANEL) || (i + 1 < network.layers.length && !looksUp(network, i + 1)),
    };
  });
  const cell = network.cell && planCell(network.cell, network, take);
  const { steps } = network;
  // A function of the work alone, never of the number of threads: the bits of a run depend on it.
  const shards = Math.max(1, Math.min(batchSize * steps >= 16_384 ? 8 : 4, Math.floor(batchSize / 8)));
  const narrow = layers.every(({ size }) => size <= PANEL);
  const most = cell ? cellBlock(cell, steps) : Math.round((narrow ? BLOCK_ROWS.onePanel : BLOCK_ROWS.more) / steps);
  const block = Math.max(1, Math.min(Math.ceil(batchSize / shards), most));
  const rows = (block * steps) | 1;
  const evaluations = Math.ceil(
    Math.max(shape.sizes.train, shape.sizes.validation, shape.sizes.test, 1) / EVALUATION_CHUNK,
  );
  const statsPerTask = STATS.spikes + layers.length;

  const layout: Layout = {
    network,
    layers,
    ...(cell && { cell }),
    matrices: matricesOf(layers, cell, network.inputs),
    parameters,
    batchSize,
    shards,
    block,
    rows,
    maxEvents: shape.maxEvents,
    weights: allocate(parameters * 4),
    moment1: allocate(parameters * 4),
    moment2: allocate(parameters * 4),
    gradients: allocate(parameters * 4 * shards),
    statsPerTask,
    stats: allocate(Math.max(MAX_STEPS_PER_COMMAND * shards, evaluations) * statsPerTask * 8),
    norms: allocate(Math.ceil(parameters / 4096) * 8),
    order: allocate(shape.sizes.train * 4),
    control: allocate(64),
    scratch: [],
    bytes: 0,
  };
  const events = network.encoding === 'events';
  const inputEvents = events ? block * shape.maxEvents : block * network.inputs;
  const mostEvents = Math.max(inputEvents, ...layers.map((l) => rows * l.size));
  const mostChannels = Math.max(network.inputs, ...layers.map((l) => l.size));
  const first = cell ? cell.columns : layers[0]!.size;
  const scores = cell ? cell.classes : layers.at(-1)!.size;
  const widest = Math.max(first, scores, ...layers.map((l) => l.size));
  // Lists are written several entries at a time.
  const allocateList = (most: number): EventList => ({
    offsets: allocate((rows + 1) * 4),
    channels: allocate((most + SPARE_EVENTS) * 2),
    rowOf: allocate((Math.min(most, BRIEF_ROW * rows) + SPARE_EVENTS) * 2),
  });
  for (let thread = 0; thread < threads; thread++) {
    layout.scratch.push({
      ...allocateList(inputEvents),
      values: allocate(events ? 0 : inputEvents * 4),
      layers: layers.map(
        (layer, l): LayerScratch => ({
          u: allocate(rows * layer.size * 4),
          fired: allocate(rows * Math.ceil(layer.size / PANEL) * 2),
          ...allocateList(rows * layer.size),
          counts: allocate(block * 4),
          leak: allocate(layer.size * 4),
          dk: allocate(layer.size * 4),
          ...(network.dropout > 0 &&
            l + 1 < layers.length && {
              dropout: {
                keep: allocate(block * layer.size * 4),
                ...allocateList(rows * layer.size),
                weight: allocate(layer.size * layers[l + 1]!.size * 4),
              },
            }),
        }),
      ),
      current: allocate(events ? 0 : block * first * 4),
      outOffsets: allocate((mostChannels + 2) * 4),
      outRows: allocate((mostEvents + SPARE_EVENTS) * 2),
      outValues: allocate(events ? 0 : inputEvents * 4),
      gradient: allocate(block * (cell ? 1 : steps) * scores * 4),
      scores: allocate(2 * scores * 4),
      zeros: allocate(widest * 4),
      prices: allocate(network.spikePenalty ? block * widest * 4 : 0),
      work: allocate(4 * workOf(layers, block)),
      ...(cell && { cell: planCellScratch(cell, block, steps, inputEvents, network.dropout > 0, allocate) }),
    });
  }
  layout.bytes = at;
  if (at > 2 ** 32 - 65_536)
    throw new RangeError(
      `This network needs ${(at / 2 ** 30).toFixed(1)} GiB of working memory and the engine has 4: use a smaller network, fewer steps, a smaller batch or fewer threads.`,
    );
  return layout;
}

/** Elements of the scratch that the kernels need, f32. */
function workOf(layers: LayerLayout[], samples: number): number {
  const ofLayer = ({ tabled, size, plan, bySteps }: LayerLayout, l: number): number =>
    Math.max(
      tabled ? FIRED_TABLES * size : 0,
      plan.recurrent ? recurrentWork(size, layers[l + 1]?.size ?? 0, samples) : 0,
      bySteps ? stepsWork(size, layers[l + 1]?.size ?? 0, samples) : 0,
    );
  return Math.max(BACKWARD_WORK, ...layers.map(ofLayer));
}

function matricesOf(layers: LayerLayout[], cell: CellLayout | undefined, inputs: number): Layout['matrices'] {
  if (!cell)
    return layers.map(({ weight, inputs, size, recurrent }) => ({
      from: weight,
      to: weight + inputs * size + (recurrent >= 0 ? size * size : 0),
    }));
  const { weight, recurrent, readout, size, columns, classes } = cell;
  return [
    { from: weight, to: weight + inputs * columns },
    { from: recurrent, to: recurrent + size * columns },
    { from: readout, to: readout + size * classes },
  ];
}

/** Shared memory of exactly the size of the layout, all zero. */
export function createMemory(layout: Layout): WebAssembly.Memory {
  const pages = Math.ceil(layout.bytes / 65_536);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}
