/** Where the spikes of a sample stand while moves are tried, and lists of them. */
import type { Rng } from '../../../base/random.ts';
import type { Grid } from './bins.ts';

export interface Retimed {
  label: number;
  /** Of each spike: where it was, and how many events it holds. */
  origin: Uint32Array;
  amount: Uint16Array;
  /** In their order; a spike may move again. */
  moves: readonly Move[];
  /** Slopes that the last step looked at for each move that it was to make. */
  reach?: number;
}

export interface Move {
  spike: number;
  to: number;
}

export interface RetimingLimits {
  /** Steps that a spike may be from where it was. */
  maxShift: number;
  /** Steps that all spikes together may be; may be infinite. */
  totalShift: number;
}

/** Where the spikes stand while moves are tried. */
export class Board {
  moved = 0;
  private total = 0;

  constructor(
    private readonly grid: Grid,
    private readonly limits: RetimingLimits,
    private readonly origin: Uint32Array,
    readonly places: Uint32Array,
    /** [T, M] */
    readonly counts: Uint16Array,
  ) {
    for (let spike = 0; spike < places.length; spike++) {
      if (places[spike] === origin[spike]) continue;
      this.moved++;
      this.total += this.shiftOf(places[spike]!, spike);
    }
  }

  /** Whether it could be made: the bin exists and is empty, and the shifts stay within their limits. */
  move(spike: number, to: number): boolean {
    const { grid, limits, places, origin, counts } = this;
    const from = places[spike]!;
    const total = this.total - this.shiftOf(from, spike) + this.shiftOf(to, spike);
    const inside = to >= 0 && to < grid.steps * grid.inputs && this.shiftOf(to, spike) <= limits.maxShift;
    if (!inside || counts[to]! > 0 || total > limits.totalShift) return false;
    counts[to]!++;
    counts[from]!--;
    this.moved += (to === origin[spike] ? 0 : 1) - (from === origin[spike] ? 0 : 1);
    this.total = total;
    places[spike] = to;
    return true;
  }

  private shiftOf(bin: number, spike: number): number {
    return Math.abs(bin - this.origin[spike]!) / this.grid.inputs;
  }
}

/** Two ascending lists as one. */
export function merged(a: Uint32Array, b: Uint32Array): Uint32Array {
  const all = new Uint32Array(a.length + b.length);
  for (let i = 0, j = 0, k = 0; k < all.length; k++)
    all[k] = j === b.length || (i < a.length && a[i]! <= b[j]!) ? a[i++]! : b[j++]!;
  return all;
}

export function placesOf({ origin, moves }: Retimed): Uint32Array {
  const places = origin.slice();
  for (const { spike, to } of moves) places[spike] = to;
  return places;
}

/** The spikes that are where they were, in random order. */
export function unmoved({ origin }: Retimed, { places }: Board, rng: Rng): Uint32Array {
  const spikes = new Uint32Array(origin.length);
  let count = 0;
  for (let spike = 0; spike < origin.length; spike++) if (places[spike] === origin[spike]) spikes[count++] = spike;
  for (let i = count - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    const other = spikes[i]!;
    spikes[i] = spikes[j]!;
    spikes[j] = other;
  }
  return spikes.subarray(0, count);
}

/** Spikes by the group that each belongs to: those of group g are spikes[starts[g] … starts[g + 1]), ascending. */
export interface Groups {
  of: Uint32Array;
  starts: Uint32Array;
  spikes: Uint32Array;
}

export function grouped(origin: Uint32Array, groups: number, groupOf: (bin: number) => number): Groups {
  const of = origin.map(groupOf);
  const starts = new Uint32Array(groups + 1);
  for (const group of of) starts[group + 1]!++;
  for (let g = 0; g < groups; g++) starts[g + 1]! += starts[g]!;
  const next = starts.slice();
  const spikes = new Uint32Array(origin.length);
  of.forEach((group, spike) => {
    spikes[next[group]!++] = spike;
  });
  return { of, starts, spikes };
}
