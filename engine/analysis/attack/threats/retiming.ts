/**
 * The attacker only moves spikes in time (threat model of arXiv 2602.03284): the count of each channel stays, and no two spikes
 * come into one bin. What moves is all that a bin holds, so that counts stay together. A budget counts the spikes that are
 * moved; how far each may go, and all together, is fixed. Moves follow the gradient to first order: a spike that goes from bin a
 * to bin b changes the loss by about its count · (g[b] − g[a]). The published attack optimises soft shifts instead.
 */
import { type Sample, WHOLE } from '../../../backends/backend.ts';
import type { Rng } from '../../../base/random.ts';
import { eventsOf, type Grid, Occupancy, sampleOf } from './bins.ts';
import {
  Board,
  type Groups,
  grouped,
  type Move,
  merged,
  placesOf,
  type Retimed,
  type RetimingLimits,
  unmoved,
} from './board.ts';
import { flipper } from './converter.ts';
import type { BySlopes, Changes, GradientStep, Threat } from './threat.ts';

/** As for flips. */
const SPARE = 32;
const AHEAD = 2;
const GROWTH = 6;

/** A move, and what the loss gains by it to first order. */
interface Advance extends Move {
  gain: number;
}

export class Retiming implements Threat<Retimed> {
  private readonly occupancy: Occupancy;
  private readonly groups = new WeakMap<Uint32Array, { channels: Groups; steps: Groups }>();

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
    const { label, amount, origin } = state;
    const places = placesOf(state);
    // Those that have not moved are in their order.
    const stay = new Uint32Array(amount.reduce((sum, n) => sum + n, 0));
    const moved = new Uint32Array(stay.length);
    let [staying, moving] = [0, 0];
    for (let spike = 0; spike < places.length; spike++)
      for (let i = 0; i < amount[spike]!; i++)
        if (places[spike] === origin[spike]) stay[staying++] = places[spike]!;
        else moved[moving++] = places[spike]!;
    const bins = merged(stay.subarray(0, staying), moved.subarray(0, moving).sort());
    return sampleOf(this.grid, { label, bins });
  }

  cost(state: Retimed): number {
    const places = placesOf(state);
    let moved = 0;
    for (let spike = 0; spike < places.length; spike++) if (places[spike] !== state.origin[spike]) moved++;
    return moved;
  }

  gradientStep(state: Retimed, gradient: Float32Array, { sign, budget, turnover, rng }: GradientStep) {
    const board = this.board(state);
    if (gradient.every((g) => g === 0)) {
      const spikes = flipper(state.origin.length, turnover, budget - board.moved, rng);
      return { state: this.scatter(state, board, spikes, rng), random: true };
    }
    const best: Advance[] = [];
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
    const { looked: _, ...next } = this.advance(state, board, best, budget, rng);
    return { state: next, random: false };
  }

  readonly bySlopes: BySlopes<Retimed> = {
    wanted: (state, { budget }, tries) => {
      const spikes = state.origin.length;
      const left = Math.max(0, budget - this.cost(state));
      const wanted = Math.ceil((SPARE + left * AHEAD * (state.reach ?? 1)) * GROWTH ** tries);
      // From half of them on, all that gain anything; where even these are not enough it is seen by the whole gradient.
      if (wanted <= spikes / 2) return wanted;
      return tries > 1 || spikes === 0 ? WHOLE : spikes;
    },
    ask: (states, wanted, { sign }) => {
      const starts = new Uint32Array(states.length + 1);
      states.forEach(({ origin }, i) => {
        starts[i + 1] = starts[i]! + origin.length;
      });
      const total = starts[states.length]!;
      const spikes = {
        starts,
        home: new Uint32Array(total),
        place: new Uint32Array(total),
        amount: new Uint16Array(total),
      };
      states.forEach((state, i) => {
        spikes.home.set(state.origin, starts[i]!);
        spikes.place.set(placesOf(state), starts[i]!);
        spikes.amount.set(state.amount, starts[i]!);
      });
      return { what: 'moves', wanted, rises: sign, maxShift: this.limits.maxShift, spikes };
    },
    step: (state, { places, values, to, all }, { budget, rng }) => {
      if (places.length === 0) return undefined;
      const board = this.board(state);
      const left = budget - board.moved;
      const best = Array.from(places, (spike, i): Advance => ({ spike, to: to[i]!, gain: values[i]! }));
      const { looked, ...next } = this.advance(state, board, best, budget, rng);
      if (board.moved < budget && !all) return undefined;
      return { state: { ...next, reach: looked / Math.max(1, left) }, random: false };
    },
  };

  /** Moves that gain most first, each with the probability of its gain beside the largest, until the budget is spent. */
  private advance(state: Retimed, board: Board, best: readonly Advance[], budget: number, rng: Rng) {
    const top = best[0]?.gain ?? 0;
    const moves = [...state.moves];
    let looked = 0;
    for (; looked < best.length && board.moved < budget; looked++) {
      const { spike, to, gain } = best[looked]!;
      // Sampled as the converter samples flips.
      if (rng.uniform() * top < gain && board.move(spike, to)) moves.push({ spike, to });
    }
    return { ...state, moves, looked };
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
    const { of, starts, spikes } = this.groupsOf(state)[kind === 1 ? 'channels' : 'steps'];
    const seen = new Uint8Array(starts.length);
    const moves = [...state.moves];
    for (const first of order) {
      const group = of[first]!;
      if (seen[group] === 1) continue;
      seen[group] = 1;
      const shift = (1 + rng.below(this.limits.maxShift)) * (rng.uniform() < 0.5 ? -1 : 1);
      const [from, to] = [starts[group]!, starts[group + 1]!];
      // From the side to which they go, so that they do not stand in each other's way.
      for (let i = 0; i < to - from; i++) {
        const spike = spikes[shift > 0 ? to - 1 - i : from + i]!;
        if (board.places[spike] !== state.origin[spike]) continue;
        if (board.moved >= budget) return { ...state, moves };
        const bin = state.origin[spike]! + shift * inputs;
        if (board.move(spike, bin)) moves.push({ spike, to: bin });
      }
    }
    return { ...state, moves };
  }

  /** The spikes of a sample by channel and by step, found once for all proposals. */
  private groupsOf({ origin }: Retimed): { channels: Groups; steps: Groups } {
    const known = this.groups.get(origin);
    if (known) return known;
    const { steps, inputs } = this.grid;
    const made = {
      channels: grouped(origin, inputs, (bin) => bin % inputs),
      steps: grouped(origin, steps, (bin) => Math.floor(bin / inputs)),
    };
    this.groups.set(origin, made);
    return made;
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
    spikes: Iterable<number>,
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
