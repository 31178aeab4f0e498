/** Where everything lies in the one shared memory, for every thread the same. */
import type { DatasetShape } from '../../../datasets/dataset.ts';
import {
  type Gated,
  type Integrator,
  type Lif,
  type Linear,
  type NetworkPlan,
  type NeuronPlan,
  unreachable,
} from '../../../models/plan.ts';
import { MAX_PANELWISE_COLUMNS, MAX_PANELWISE_RECURRENT, RESERVED_BYTES } from '../kernels/kernels.ts';
import { PANEL, roundUp } from '../kernels/panels.ts';
import { runnable, type SpikingPlan } from '../refuses.ts';
import { type Blocks, blocksOf, gatedBlock, spikingBlock } from './blocks.ts';
import { type Dynamics, dynamicsOf } from './dynamics.ts';
import { type GatedScratch, gatedScratch } from './gated-memory.ts';
import { type Allocate, allocateFrom, type BlockSize, type SpikingScratch, spikingScratch } from './memory.ts';
import { type LayerParameters, placeParameters, type SortedStretch, stretchesOf } from './parameters.ts';
import { type ByteWeights, byteWeights, seeksSteepest, steepestScratch } from './steepest.ts';
import { type Bytes, type Elements, elements, sizeOf } from './units.ts';

/** Event lists hold row numbers in 16 bits, and a block has at least the rows of one sample. */
const MAX_STEPS = 65_535;
/** Samples of one evaluation task. */
export const EVALUATION_CHUNK = 64;
/** Weight updates between two looks at the clock, at most. */
export const MAX_STEPS_PER_COMMAND = 64;

/** Places in the stats of a task: sums over its samples, and 1 + the first layer that was not finite (0: none). */
export const STATS = { loss: 0, accuracy: 1, diverged: 2, spikes: 3 } as const;

export interface SpikingLayer extends LayerParameters<Lif | Integrator> {
  dynamics: Dynamics;
  /**
   * What becomes of the spikes below, which without dropout may stay masks: whether they are looked up in tables
   * (gatherSpikes), and whether gradients are formed from them (scatterSpikes). And whether its own are listed for the next.
   */
  lookUp: boolean;
  masked: boolean;
  listed: boolean;
  /** Whether its deltas are computed step by step (lifBackwardSteps). */
  bySteps: boolean;
}

export type GatedLayer = LayerParameters<Gated>;
export type LinearLayer = LayerParameters<Linear>;

interface Shared extends Blocks {
  network: NetworkPlan;
  stretches: SortedStretch[];
  /** Elements of the parameter vector, of each of its moments and of each shard's gradient. */
  parameters: Elements;
  batchSize: number;
  maxEvents: number;
  weights: Bytes;
  moment1: Bytes;
  moment2: Bytes;
  gradients: Bytes;
  /** Transpose of the first layer's weights, f32 [columns × inputs], its columns filled up to whole panels: for dL/dx. */
  inputWeightsT: Bytes;
  /** f64 [tasks × stats], and for how many of the first layers there are spikes in them. */
  stats: Bytes;
  statsPerTask: number;
  counted: number;
  /** f64: parts of the squared norm of the gradient. */
  norms: Bytes;
  /** u32: order of the training samples of the epoch. */
  order: Bytes;
  /** i32 [16]: task counter, barrier. */
  control: Bytes;
}

/** Layers of spiking neurons, the last one read out. */
export interface SpikingLayout extends Shared {
  kind: 'spiking';
  layers: SpikingLayer[];
  scratch: SpikingScratch[];
  /** The first layer's weights rounded to bytes, where the strongest entries of dL/dx can be asked for. */
  byteWeights?: ByteWeights;
  /** Of all the memory. */
  bytes: Bytes;
}

/** An RNN, LSTM or GRU, and a linear layer on its state. */
export interface GatedLayout extends Shared {
  kind: 'gated';
  layers: [cell: GatedLayer, readout: LinearLayer];
  scratch: GatedScratch[];
  bytes: Bytes;
}

export type Layout = SpikingLayout | GatedLayout;

type DataSize = Pick<DatasetShape, 'maxEvents' | 'sizes'>;

/** Throws a RangeError with one sentence where the engine cannot run such a network. */
export function planLayout(network: NetworkPlan, data: DataSize, batchSize: number, threads: number): Layout {
  const { steps, inputs } = network;
  if (steps > MAX_STEPS)
    throw new RangeError(
      `A sample has ${steps} time steps and the engine takes at most ${MAX_STEPS}: use longer or fewer steps.`,
    );
  const found = runnable(network);
  const memory = allocateFrom(RESERVED_BYTES);
  const eachThread = <S>(blocks: Blocks, scratch: (block: BlockSize) => S): S[] => {
    const events = blocks.block * (network.encoding === 'events' ? data.maxEvents : inputs);
    return Array.from({ length: threads }, () => scratch({ ...blocks, events }));
  };
  switch (found.kind) {
    case 'refused':
      throw new RangeError(found.reason);
    case 'spiking': {
      const layers = placeSpiking(found.layers, network);
      const narrow = layers.every(({ size }) => size <= PANEL);
      const blocks = blocksOf(batchSize, steps, spikingBlock(narrow, steps));
      const shared = shareMemory(network, layers, layers.length, data, batchSize, threads, blocks, memory.allocate);
      const seeks = seeksSteepest(network);
      const own = seeks ? { byteWeights: byteWeights(layers[0]!, network.inputs, memory.allocate) } : {};
      const scratch = eachThread(blocks, (block) => ({
        ...spikingScratch(layers, network, block, memory.allocate),
        ...(seeks && { steepest: steepestScratch(layers[0]!, network, memory.allocate) }),
      }));
      return { kind: 'spiking', layers, ...shared, ...own, scratch, bytes: withinReach(memory.end()) };
    }
    case 'gated': {
      const cell = placeParameters(found.layers[0], inputs, elements(0));
      const readout = placeParameters(found.layers[1], cell.size, cell.end);
      const blocks = blocksOf(batchSize, steps, gatedBlock(cell, steps));
      const shared = shareMemory(network, [cell, readout], 0, data, batchSize, threads, blocks, memory.allocate);
      const scratch = eachThread(blocks, (block) => gatedScratch(cell, readout, network, block, memory.allocate));
      return { kind: 'gated', layers: [cell, readout], ...shared, scratch, bytes: withinReach(memory.end()) };
    }
    default:
      return unreachable(found);
  }
}

/** Up to this many neurons, a pass over masks costs less than one over the spikes in them. */
const MASKED_COLUMNS = 8;

function placeSpiking(plans: SpikingPlan[], { inputs, dropout }: NetworkPlan): SpikingLayer[] {
  const size = (l: number): number => plans[l]?.connection.size ?? 0;
  // A layer so narrow that masks of the spikes below serve it better than lists gets them.
  const masked = (l: number): boolean => l > 0 && dropout === 0 && size(l) > 0 && size(l) <= MASKED_COLUMNS;
  // What it receives is looked up where the masks are of one panel.
  const lookUp = (l: number): boolean => masked(l) && size(l - 1) <= PANEL;
  const layers: SpikingLayer[] = [];
  plans.forEach((plan, l) => {
    const below = layers.at(-1);
    const placed = placeParameters(plan, below?.size ?? inputs, below?.end ?? elements(0));
    const recurrent = placed.recurrent !== undefined;
    layers.push({
      ...placed,
      dynamics: dynamicsOf(plan.neuron),
      masked: masked(l),
      lookUp: lookUp(l),
      bySteps: roundUp(size(l + 1), 4) > MAX_PANELWISE_COLUMNS || (recurrent && placed.size > MAX_PANELWISE_RECURRENT),
      listed: (recurrent && placed.size > PANEL) || (l + 1 < plans.length && !lookUp(l + 1)),
    });
  });
  return layers;
}

/** What all threads share; `counted` is how many of the first layers have their spikes counted. */
function shareMemory(
  network: NetworkPlan,
  layers: LayerParameters<NeuronPlan>[],
  counted: number,
  { sizes, maxEvents }: DataSize,
  batchSize: number,
  threads: number,
  blocks: Blocks,
  allocate: Allocate,
): Shared {
  const parameters = layers.at(-1)!.end;
  const evaluations = Math.ceil(Math.max(sizes.train, sizes.validation, sizes.test, 1) / EVALUATION_CHUNK);
  const statsPerTask = STATS.spikes + counted;
  return {
    network,
    stretches: stretchesOf(layers),
    parameters,
    batchSize,
    ...blocks,
    maxEvents,
    weights: allocate(sizeOf(parameters)),
    moment1: allocate(sizeOf(parameters)),
    moment2: allocate(sizeOf(parameters)),
    gradients: allocate(sizeOf(parameters * blocks.shards)),
    inputWeightsT: allocate(sizeOf(layers[0]!.columns * roundUp(network.inputs, PANEL))),
    statsPerTask,
    counted,
    stats: allocate(Math.max(MAX_STEPS_PER_COMMAND * blocks.shards, evaluations, threads) * statsPerTask * 8),
    norms: allocate(Math.ceil(parameters / 4096) * 8),
    order: allocate(sizes.train * 4),
    control: allocate(64),
  };
}

/** Addresses have 32 bits. */
function withinReach(end: Bytes): Bytes {
  if (end > 2 ** 32 - 65_536)
    throw new RangeError(
      `This network needs ${(end / 2 ** 30).toFixed(1)} GiB of working memory and the engine has 4: use a smaller network, fewer steps, a smaller batch or fewer threads.`,
    );
  return end;
}

/** Shared memory of exactly the size of the layout, all zero. */
export function createMemory(layout: Layout): WebAssembly.Memory {
  const pages = Math.ceil(layout.bytes / 65_536);
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}
