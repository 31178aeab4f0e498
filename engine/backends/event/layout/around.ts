/**
 * Where evaluations around the parameters keep what moves: in the memory of the gradients, which none of them needs. First the
 * directions, each a parameter vector; then the points, each all parameters but the weights of the first layer, whose part is
 * computed by linearity (passes/spiking/around.ts).
 */
import type { SpikingLayout } from './layout.ts';
import type { Slot } from './parameters.ts';
import { addressOf, type Bytes, bytes, elements, sizeOf } from './units.ts';

/** Elements of a cache line. */
const LINE = 16;

export interface AroundPlaces {
  /** Samples that are worked on together. */
  group: number;
  /** Points that there is room for at once. */
  points: number;
  direction: (d: number) => Bytes;
  /** Where the parameter vector of a point would start; the weights of its first layer are not there. */
  point: (p: number) => Bytes;
}

/** @returns undefined where the network has no such linear part, or there is no room for it */
export function placesAround(layout: SpikingLayout, directions: number): AroundPlaces | undefined {
  const { block, shards, parameters, gradients, network, scratch } = layout;
  const group = Math.floor(block / (directions + 2));
  if (network.encoding !== 'events' || scratch[0]!.effective !== undefined || group < 1) return undefined;
  const { first, storedRows, storedCols } = firstWeights(layout);
  const rest = elements(first + storedRows * storedCols);
  const each = Math.ceil((parameters - rest) / LINE) * LINE;
  const points = Math.floor(((shards - directions) * parameters) / each);
  if (points < 1) return undefined;
  const start = addressOf(gradients, directions * parameters);
  return {
    group,
    points,
    direction: (d) => addressOf(gradients, d * parameters),
    point: (p) => bytes(start + sizeOf(p * each) - sizeOf(rest)),
  };
}

/** The first matrix of the parameter vector. */
export function firstWeights({ layers }: Pick<SpikingLayout, 'layers'>): Slot {
  return layers[0]!.slots.find(({ part }) => part === 'weight')!;
}
