/**
 * The attacker only moves spikes in time (threat model of arXiv 2602.03284): the count of each channel stays, and no two spikes
 * come into one bin. What moves is all that a bin holds, so that counts stay together. A budget counts the spikes that are
 * moved; how far each may go, and all together, is fixed. Moves follow the gradient to first order: a spike that goes from bin a
 * to bin b changes the loss by about its count · (g[b] − g[a]). The published attack optimises soft shifts instead.
 */
import type { Sample } from '../../../backends/backend.ts';
import type { Rng } from '../../../base/random.ts';
import { eventsOf, type Grid, Occupancy, sampleOf } from './bins.ts';
import { flipper } from './converter.ts';
import type { Changes, GradientStep, Threat } from './threat.ts';

export interface Retimed {
  label: number;
  /** Of each spike: where it was, and how many events it holds. */
  origin: Uint32Array;
  amount: Uint16Array;
  /** In their order; a spike may move again. */
  moves: readonly Move[];
}

interface Move {
  spike: number;
  to: number;
}

export interface RetimingLimits {
  /** Steps that a spike may be from where it was. */
  maxShift: number;
  /** Steps that all spikes together may be; may be infinite. */
  totalShift: number;
}

export class Retiming implements Threat<Retimed> {
  private readonly occupancy: Occupancy;

  constructor(
    private readonly grid: Grid,
    private readonly limits: RetimingLimits,
  ) {
    this.occupancy = new Occupancy(grid);
  }

  start(sample: Sample): Retimed {
    const { label, bins } = eventsOf(this.grid, sample);
    const origin = bins.filter((bin, e) => bin !== bins[e - 1]);
    const amount = new Uint16Array(origin.length);
    for (let e = 0, spike = -1; e < bins.length; e++) {
      if (e === 0 || bins[e] !== bins[e - 1]) spike++;
      amount[spike]!++;
    }
    return { label, origin, amount, moves: [] };
  }

  sample(state: Retimed): Sample {
    const { label, amount } = state;
    const places = placesOf(state);
    const bins = new Uint32Array(amount.reduce((sum, n) => sum + n, 0));
    let e = 0;
    for (let spike = 0; spike < places.length; spike++)
      for (let i = 0; i < amount[spike]!; i++) bins[e++] = places[spike]!;
    return sampleOf(this.grid, { label, bins: bins.sort() });
  }

  cost(state: Retimed): number {
    const places = placesOf(state);
    return places.reduce((sum, bin, spike) => sum + (bin === state.origin[spike] ? 0 : 1), 0);
  }

  gradientStep(state: Retimed, gradient: Float32Array, { sign, budget, turnover, rng }: GradientStep) {
    const board = this.board(state);
    if (gradient.every((g) => g === 0)) {
      const spikes = flipper(state.origin.length, turnover, budget - board.moved, rng);
      return { state: this.scatter(state, board, spikes, rng), random: true };
    }
    const best: { spike: number; to: number; gain: number }[] = [];
    for (let spike = 0; spike < state.origin.length; spike++) {
      const here = gradient[board.places[spike]!]!;
      let to = -1;
      let gain = 0;
      for (const bin of this.free(state, board, spike)) {
        const rise = sign * state.amount[spike]! * (gradient[bin]! - here);
        if (rise > gain) {
          gain = rise;
          to = bin;
        }
      }
      if (to >= 0) best.push({ spike, to, gain });
    }
    best.sort((a, b) => b.gain - a.gain || a.spike - b.spike);
    const top = best[0]?.gain ?? 0;
    const moves = [...state.moves];
    for (const { spike, to, gain } of best) {
      if (board.moved >= budget) break;
      // Sampled as the converter samples flips.
      if (rng.uniform() * top < gain && board.move(spike, to)) moves.push({ spike, to });
    }
    return { state: { ...state, moves }, random: false };
  }

  randomStep(state: Retimed, budget: number, rng: Rng): Retimed {
    const board = this.board(state);
    return this.scatter(state, board, unmoved(state, board, rng), rng, budget);
  }

  /** By turns: single spikes, all spikes of a channel by the same shift, all spikes of a step by the same shift. */
  proposal(state: Retimed, budget: number, pattern: number, rng: Rng): Retimed {
    const board = this.board(state);
    const order = unmoved(state, board, rng);
    const kind = pattern % 3;
    if (kind === 0) return this.scatter(state, board, order, rng, budget);
    const { inputs } = this.grid;
    const groupOf = (spike: number): number =>
      kind === 1 ? state.origin[spike]! % inputs : Math.floor(state.origin[spike]! / inputs);
    const groups = new Map<number, number[]>();
    for (const spike of order) {
      const group = groups.get(groupOf(spike));
      if (group) group.push(spike);
      else groups.set(groupOf(spike), [spike]);
    }
    const moves = [...state.moves];
    for (const group of groups.values()) {
      const shift = (1 + rng.below(this.limits.maxShift)) * (rng.uniform() < 0.5 ? -1 : 1);
      // From the side to which they go, so that they do not stand in each other's way.
      for (const spike of group.sort((a, b) => (shift > 0 ? b - a : a - b))) {
        if (board.moved >= budget) return { ...state, moves };
        const to = state.origin[spike]! + shift * inputs;
        if (board.move(spike, to)) moves.push({ spike, to });
      }
    }
    return { ...state, moves };
  }

  between(low: Retimed, high: Retimed, share: number): Retimed | undefined {
    const length = Math.round(low.moves.length + share * (high.moves.length - low.moves.length));
    if (length <= low.moves.length || length >= high.moves.length) return undefined;
    return { ...high, moves: high.moves.slice(0, length) };
  }

  changes(state: Retimed): Changes {
    let shift = 0;
    let largestShift = 0;
    placesOf(state).forEach((bin, spike) => {
      const own = Math.abs(bin - state.origin[spike]!) / this.grid.inputs;
      shift += own;
      largestShift = Math.max(largestShift, own);
    });
    return { added: 0, removed: 0, shift, largestShift };
  }

  /** Each of these spikes in its turn to one of the bins that are free for it, any with the same chance. */
  private scatter(
    state: Retimed,
    board: Board,
    spikes: readonly number[],
    rng: Rng,
    budget = Number.POSITIVE_INFINITY,
  ): Retimed {
    const moves = [...state.moves];
    for (const spike of spikes) {
      if (board.moved >= budget) break;
      const bins = this.free(state, board, spike);
      if (bins.length === 0) continue;
      const to = bins[rng.below(bins.length)]!;
      if (board.move(spike, to)) moves.push({ spike, to });
    }
    return { ...state, moves };
  }

  /** Empty bins that this spike may go to, without the one from which it came. */
  private free({ origin }: Retimed, { counts }: Board, spike: number): number[] {
    const { inputs, steps } = this.grid;
    const home = origin[spike]!;
    const step = Math.floor(home / inputs);
    const bins: number[] = [];
    for (let shift = -this.limits.maxShift; shift <= this.limits.maxShift; shift++) {
      const bin = home + shift * inputs;
      if (shift !== 0 && step + shift >= 0 && step + shift < steps && counts[bin] === 0) bins.push(bin);
    }
    return bins;
  }

  private board(state: Retimed): Board {
    const places = placesOf(state);
    // The list itself: what the board moves in it is cleared with it.
    return new Board(this.grid, this.limits, state.origin, places, this.occupancy.of(places));
  }
}

/** Where the spikes stand while moves are tried. */
class Board {
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
    places.forEach((bin, spike) => {
      this.moved += bin === origin[spike] ? 0 : 1;
      this.total += this.shiftOf(bin, spike);
    });
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

function placesOf({ origin, moves }: Retimed): Uint32Array {
  const places = origin.slice();
  for (const { spike, to } of moves) places[spike] = to;
  return places;
}

/** The spikes that are where they were, in random order. */
function unmoved({ origin }: Retimed, { places }: Board, rng: Rng): number[] {
  const spikes = Array.from(origin.keys()).filter((spike) => places[spike] === origin[spike]);
  for (let i = spikes.length - 1; i > 0; i--) {
    const j = rng.below(i + 1);
    [spikes[i], spikes[j]] = [spikes[j]!, spikes[i]!];
  }
  return spikes;
}
