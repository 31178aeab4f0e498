/**
 * Where evaluations around the parameters keep what moves: in the memory of the gradients, which none of them needs. First the
 * directions, each a parameter vector; then the points, each all parameters but the weights of the first layer, whose part is
 * computed by linearity (passes/spiking/around.ts); behind them, where a first layer is computed strip by strip for all points
 * (passes/spiking/strips.ts), its spikes.
 */
import { PANEL } from '../kernels/panels.ts';
import type { SpikingLayout } from './layout.ts';
import type { Slot } from './parameters.ts';
import { addressOf, type Bytes, bytes, elements, sizeOf } from './units.ts';

/** Elements of a cache line. */
const LINE = 16;
/** Neurons of a strip, which are two panels, or less than three (passes/workspace.ts). */
const STRIP = 2 * PANEL;
const MAX_STRIP = 3 * PANEL - 1;
/** Lists name rows in 16 bits. */
const MAX_ROWS = 65_535;
/** What the sums of a strip and their addends may take together, so that they stay in the second cache from point to point. */
const STRIP_BYTES = 320 * 1024;

export interface AroundPlaces {
  /** Samples that are worked on together. */
  group: number;
  /** Points that there is room for at once. */
  points: number;
  direction: (d: number) => Bytes;
  /** Where the parameter vector of a point would start; the weights of its first layer are not there. */
  point: (p: number) => Bytes;
  /** Where the first layer is computed strip by strip. */
  masks?: Masks;
}

/** Where the spikes of the first layer lie, in bytes: of each thread and point as in a scratch, until the other layers are computed. */
export interface Masks {
  start: Bytes;
  perThread: number;
  perPoint: number;
}

/** @returns undefined where the network has no such linear part, or there is no room for it */
export function placesAround(layout: SpikingLayout, directions: number): AroundPlaces | undefined {
  const { block, shards, parameters, gradients, network, scratch } = layout;
  const strips = inStrips(layout);
  const group = strips ? groupOfStrips(layout, directions) : Math.floor(block / (directions + 2));
  if (network.encoding !== 'events' || scratch[0]!.effective !== undefined || group < 1) return undefined;
  const { first, storedRows, storedCols } = firstWeights(layout);
  const rest = elements(first + storedRows * storedCols);
  const each = roundedUp(parameters - rest);
  const maskElements = strips ? roundedUp((group * network.steps * Math.ceil(layout.layers[0]!.size / PANEL)) / 2) : 0;
  const threads = scratch.length;
  const points = Math.floor(((shards - directions) * parameters - LINE) / (each + threads * maskElements));
  if (points < 1) return undefined;
  const start = addressOf(gradients, directions * parameters);
  const masks = {
    start: bytes(Math.ceil((start + sizeOf(points * each)) / sizeOf(LINE)) * sizeOf(LINE)),
    perThread: sizeOf(points * maskElements),
    perPoint: sizeOf(maskElements),
  };
  return {
    group,
    points,
    direction: (d) => addressOf(gradients, d * parameters),
    point: (p) => bytes(start + sizeOf(p * each) - sizeOf(rest)),
    ...(strips && { masks }),
  };
}

const roundedUp = (count: number): number => Math.ceil(count / LINE) * LINE;

/**
 * Whether the spikes of the first layer can be computed strip by strip, before anything is known of the layers above: it spikes, its
 * neurons do not hear each other, and all points have the same leaks of it and begin at rest.
 */
function inStrips({ layers, scratch }: SpikingLayout): boolean {
  const { plan, recurrent } = layers[0]!;
  const { neuron } = plan;
  return (
    layers.length > 1 &&
    neuron.kind === 'lif' &&
    recurrent === undefined &&
    typeof neuron.leak === 'number' &&
    scratch[0]!.layers[0]!.initial === undefined
  );
}

/** Samples whose strip of sums and addends stays in the cache, and has room in the matrix of potentials. */
function groupOfStrips({ block, rows, network, layers }: SpikingLayout, directions: number): number {
  const matrices = directions + 2;
  const { size } = layers[0]!;
  const { steps } = network;
  const inCache = Math.max(steps, STRIP_BYTES / (matrices * sizeOf(STRIP)));
  // Two rows less: each matrix may have one more, and begins with a cache line.
  const inMatrix = Math.min((rows * size) / (matrices * Math.min(size, MAX_STRIP)) - 2, MAX_ROWS / matrices);
  return Math.min(block, Math.floor(Math.min(inCache, inMatrix) / steps));
}

/** The first matrix of the parameter vector. */
export function firstWeights({ layers }: Pick<SpikingLayout, 'layers'>): Slot {
  return layers[0]!.slots.find(({ part }) => part === 'weight')!;
}
