/**
 * Where evaluations around the parameters keep what moves: in the memory of the gradients, which none of them needs. First the
 * directions, each a parameter vector; then the points, each all parameters but the weights of the first layer, whose part is
 * computed by linearity (passes/spiking/around.ts); behind them, where the spikes of the first layer are found for several points
 * together (passes/spiking/together.ts), these spikes.
 */
import { PANEL } from '../kernels/panels.ts';
import type { SpikingLayout } from './layout.ts';
import type { Slot } from './parameters.ts';
import { addressOf, type Bytes, bytes, elements, sizeOf } from './units.ts';

/** Elements of a cache line. */
const LINE = 16;
/** Points whose spikes of the first layer are found together: what its neurons receive is read once for all of them. */
const TOGETHER = 8;

export interface AroundPlaces {
  /** Samples that are worked on together. */
  group: number;
  /** Points that there is room for at once. */
  points: number;
  direction: (d: number) => Bytes;
  /** Where the parameter vector of a point would start; the weights of its first layer are not there. */
  point: (p: number) => Bytes;
  /** Where the spikes of the first layer are found for several points together. */
  masks?: Masks;
}

/** Where the spikes of the first layer lie, in bytes: of each thread those of some points, until the other layers are computed. */
export interface Masks {
  start: Bytes;
  perThread: number;
  /** Points, one behind the other, each u16 [panels × rows]. */
  together: number;
}

/** @returns undefined where the network has no such linear part, or there is no room for it */
export function placesAround(layout: SpikingLayout, directions: number): AroundPlaces | undefined {
  const { block, shards, parameters, gradients, network, scratch } = layout;
  const together = isTogether(layout);
  // What the weights and each direction bring lies in the matrix of potentials, beside these where they are kept.
  const group = Math.floor(block / (directions + (together ? 1 : 2)));
  if (network.encoding !== 'events' || scratch[0]!.effective !== undefined || group < 1) return undefined;
  const { first, storedRows, storedCols } = firstWeights(layout);
  const rest = elements(first + storedRows * storedCols);
  const each = roundedUp(parameters - rest);
  const panels = Math.ceil(layout.layers[0]!.size / PANEL);
  const masksEach = together ? roundedUp((group * network.steps * panels) / 2) : 0;
  const room = (shards - directions) * parameters - LINE;
  // No bit of a point hangs on which others it is worked on with.
  const several = Math.min(TOGETHER, Math.floor(room / (each + scratch.length * masksEach)));
  if (several < 1) return undefined;
  const points = Math.floor((room - several * scratch.length * masksEach) / each);
  const start = addressOf(gradients, directions * parameters);
  const masks = {
    start: bytes(Math.ceil((start + sizeOf(points * each)) / sizeOf(LINE)) * sizeOf(LINE)),
    perThread: sizeOf(several * masksEach),
    together: several,
  };
  return {
    group,
    points,
    direction: (d) => addressOf(gradients, d * parameters),
    point: (p) => bytes(start + sizeOf(p * each) - sizeOf(rest)),
    ...(together && { masks }),
  };
}

const roundedUp = (count: number): number => Math.ceil(count / LINE) * LINE;

/**
 * Whether the spikes of the first layer can be found before anything is known of the layers above: it spikes, its neurons do not hear
 * each other, and all points have the same leaks of it and begin at rest.
 */
function isTogether({ layers, scratch }: SpikingLayout): boolean {
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

/** The first matrix of the parameter vector. */
export function firstWeights({ layers }: Pick<SpikingLayout, 'layers'>): Slot {
  return layers[0]!.slots.find(({ part }) => part === 'weight')!;
}
