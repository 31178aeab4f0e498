import type { Split } from '../metrics.ts';

/** The answer of `landscape`, and the part of it that there is while it is computed. */
export interface LandscapeResult {
  split: Split;
  /** How many of the split, from the first on. */
  samples: number;
  /** Names the random directions. */
  seed: number;
  /** Points of a side of the plane, an odd number; they lie evenly in [-extent, extent], the network itself in the middle. */
  points: number;
  extent: number;
  /** Mean loss, and accuracy in [0, 1], of the network as it is. */
  centre: { loss: number | null; accuracy: number };
  /** Cells that are computed, in the order of `coarseToFine(points)`. */
  evaluated: number;
  /**
   * Mean loss and accuracy [points, points] at W + a·(direction 0) + b·(direction 1): columns are a, rows b, both ascending.
   * Null where the loss is not finite, and where `evaluated` has not come yet.
   */
  loss: (number | null)[];
  accuracy: (number | null)[];
  /** Computed cells whose loss is not finite. */
  notFinite: number;
  /** Distance from the network along each direction in turn; filled after the plane. */
  sharpness: Sharpness[];
  /** Parameters that directions leave alone: biases, leaks, norms. */
  fixed: string[];
}

export interface Sharpness {
  /** Length of the step, relative to the weights of each neuron. */
  radius: number;
  /** Directions asked for. */
  directions: number;
  /** Loss at W + radius·direction, minus the loss at W; in the order of the directions, null where it is not finite. */
  rises: (number | null)[];
  /** Over the finite rises; the standard deviation with n − 1. Null where there are too few. */
  mean: number | null;
  deviation: number | null;
  /** Mean fall of the accuracy over the same directions. */
  accuracyFall: number | null;
}

/**
 * The cells of a square grid in the order in which they are computed: the middle, then ever finer grids through it, so that
 * the first quarter of a second gives a picture of the whole plane. @returns row·points + column of each cell
 */
export function coarseToFine(points: number): number[] {
  const middle = (points - 1) / 2;
  const order: number[] = [];
  const seen = new Uint8Array(points * points);
  const add = (cell: number): void => {
    if (seen[cell]) return;
    seen[cell] = 1;
    order.push(cell);
  };
  add(middle * points + middle);
  for (let stride = strideOf(points); stride >= 1; stride /= 2)
    for (let row = middle % stride; row < points; row += stride)
      for (let column = middle % stride; column < points; column += stride) add(row * points + column);
  return order;
}

/** The widest stride: a power of two with about five cells on a side. */
function strideOf(points: number): number {
  return 2 ** Math.max(0, Math.floor(Math.log2((points - 1) / 4)));
}

/** Every `stride`-th row and column from `first` on, `count` of each. */
export interface Lattice {
  first: number;
  stride: number;
  count: number;
}

/** The finest of the grids of `coarseToFine` that is complete; undefined before the first one is. */
export function completeLattice(points: number, evaluated: number): Lattice | undefined {
  const done = new Uint8Array(points * points);
  for (const cell of coarseToFine(points).slice(0, evaluated)) done[cell] = 1;
  const middle = (points - 1) / 2;
  const complete = (s: number): boolean => {
    for (let row = middle % s; row < points; row += s)
      for (let column = middle % s; column < points; column += s) if (!done[row * points + column]) return false;
    return true;
  };
  let stride = strideOf(points);
  if (!complete(stride)) return undefined;
  while (stride > 1 && complete(stride / 2)) stride /= 2;
  const first = middle % stride;
  return { first, stride, count: Math.floor((points - 1 - first) / stride) + 1 };
}

/**
 * For each cell the computed one that stands for it while the grid is coarse: itself once it is computed, else the nearest on
 * the finest grid that is complete. @returns cells [points, points]; -1 where nothing is computed yet
 */
export function standIns(points: number, evaluated: number): Int32Array {
  const order = coarseToFine(points).slice(0, evaluated);
  const stands = new Int32Array(points * points).fill(-1);
  for (const cell of order) stands[cell] = cell;
  const lattice = completeLattice(points, evaluated);
  if (!lattice || lattice.stride === 1) return stands;
  const { first, stride, count } = lattice;
  const last = first + (count - 1) * stride;
  const nearest = (i: number): number =>
    Math.min(last, Math.max(first, first + Math.round((i - first) / stride) * stride));
  return stands.map((cell, i) => (cell === -1 ? nearest(Math.floor(i / points)) * points + nearest(i % points) : cell));
}
