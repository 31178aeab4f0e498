/** The attacker adds and takes events. A budget counts them: Σ |x′ − x| over all steps and channels. */
import { type Sample, WHOLE } from '../../../backends/backend.ts';
import type { Rng } from '../../../base/random.ts';
import { changed, eventsOf, fullest, type Grid, Occupancy, sampleOf } from './bins.ts';
import { convert, convertStrongest, type Flip, flipper } from './converter.ts';
import type { BySlopes, Changes, GradientStep, Threat } from './threat.ts';

export interface Flipped {
  label: number;
  clean: Uint32Array;
  /**
   * The most events of a bin: as many as the fullest bin of the clean sample has, 1 at least, so that binary input stays
   * binary.
   */
  capacity: number;
  /** In their order; a bin may come again. */
  flips: readonly Flip[];
  /** Slopes that the last step looked at for each flip that it was to take. */
  reach?: number;
}

/** Slopes that are asked for: some, and for each flip that is to be taken more than had to be looked at in the step before. */
const SPARE = 32;
const AHEAD = 2;
const REACH = 3;
/** When they were too few, so many times as many; beyond the most the whole gradient is faster. */
const GROWTH = 6;
const MOST = 4096;

/** How long the runs of steps are that a proposal changes in one channel. */
const RUNS = [1, 4, 16];

export class Flips implements Threat<Flipped> {
  private readonly occupancy: Occupancy;

  constructor(private readonly grid: Grid) {
    this.occupancy = new Occupancy(grid);
  }

  start(sample: Sample): Flipped {
    const { label, bins } = eventsOf(this.grid, sample);
    return { label, clean: bins, capacity: Math.max(1, fullest(bins)), flips: [] };
  }

  sample(state: Flipped): Sample {
    return sampleOf(this.grid, { label: state.label, bins: binsOf(state) });
  }

  cost(state: Flipped): number {
    let sum = 0;
    for (const by of net(state).values()) sum += Math.abs(by);
    return sum;
  }

  gradientStep(state: Flipped, gradient: Float32Array, step: GradientStep) {
    return this.step(state, step, (allowed, left) => convert(gradient, step.sign, allowed, left, step.rng));
  }

  readonly bySlopes: BySlopes<Flipped> = {
    wanted: (state, { budget }, tries) => {
      const left = Math.max(0, budget - this.cost(state));
      const wanted = Math.ceil((SPARE + left * AHEAD * (state.reach ?? REACH)) * GROWTH ** tries);
      return wanted > Math.min(MOST, this.size / 2) ? WHOLE : wanted;
    },
    ask: (_, wanted) => ({ what: 'bins', wanted }),
    step: (state, slopes, step) => {
      if (slopes.places.length === 0) return this.step(state, step, () => undefined);
      let [looked, wanted] = [0, 0];
      const next = this.step(state, step, (allowed, left) => {
        const converted = convertStrongest(slopes, step.sign, allowed, left, step.rng);
        looked = converted?.looked ?? 0;
        wanted = left;
        return converted?.flips ?? [];
      });
      return looked === 0 && wanted > 0
        ? undefined
        : { ...next, state: { ...next.state, reach: looked / Math.max(1, wanted) } };
    },
  };

  /** `convert` gives flips that are allowed, `left` at most; undefined when the gradient is zero everywhere. */
  private step(
    state: Flipped,
    { budget, turnover, rng }: GradientStep,
    convert: (allowed: (bin: number, by: 1 | -1) => boolean, left: number) => Flip[] | undefined,
  ) {
    const counts = this.occupancy.of(binsOf(state));
    const left = budget - this.cost(state);
    const flips = convert((bin, by) => (by > 0 ? counts[bin]! < state.capacity : counts[bin]! > 0), left);
    if (flips) return { state: { ...state, flips: [...state.flips, ...flips] }, random: false };
    const more = flipper(this.size, turnover, left, rng).map((bin) => ({ bin, by: flipOf(counts[bin]!, state, rng) }));
    return { state: { ...state, flips: [...state.flips, ...more] }, random: true };
  }

  randomStep(state: Flipped, budget: number, rng: Rng): Flipped {
    const counts = this.occupancy.of(state.clean);
    const touched = new Set(state.flips.map(({ bin }) => bin));
    const flips = [...state.flips];
    while (flips.length < Math.min(budget, this.size)) {
      const bin = rng.below(this.size);
      if (touched.has(bin)) continue;
      touched.add(bin);
      flips.push({ bin, by: flipOf(counts[bin]!, state, rng) });
    }
    return { ...state, flips };
  }

  /** By turns events added to, and taken from, one channel in steps that follow each other. */
  proposal(state: Flipped, budget: number, pattern: number, rng: Rng): Flipped {
    const { steps, inputs } = this.grid;
    const counts = this.occupancy.of(state.clean);
    const before = net(state);
    const touched = new Set<number>();
    const flips = [...state.flips];
    const adds = pattern % 2 === 0 || state.clean.length === 0;
    const run = Math.min(steps, RUNS[Math.floor(pattern / 2) % RUNS.length]!);
    // Where most bins are changed already there may be nothing to find.
    for (let tries = 0; tries < 4 * budget && flips.length < budget; tries++) {
      const from = adds ? rng.below(this.size) : state.clean[rng.below(state.clean.length)]!;
      for (let i = 0, bin = from; i < run && bin < this.size && flips.length < budget; i++, bin += inputs) {
        if (touched.has(bin) || before.has(bin) || (adds ? counts[bin]! >= state.capacity : counts[bin] === 0))
          continue;
        touched.add(bin);
        flips.push({ bin, by: adds ? 1 : -1 });
      }
    }
    return { ...state, flips };
  }

  between(low: Flipped, high: Flipped, share: number): Flipped | undefined {
    const length = Math.round(low.flips.length + share * (high.flips.length - low.flips.length));
    if (length <= low.flips.length || length >= high.flips.length) return undefined;
    return { ...high, flips: high.flips.slice(0, length) };
  }

  changes(state: Flipped): Changes {
    let added = 0;
    let removed = 0;
    for (const by of net(state).values()) {
      added += Math.max(0, by);
      removed += Math.max(0, -by);
    }
    return { added, removed, shift: 0, largestShift: 0 };
  }

  private get size(): number {
    return this.grid.steps * this.grid.inputs;
  }
}

/** Which way a bin with this count is flipped: 0 up, the most down, between them either. */
function flipOf(count: number, { capacity }: Flipped, rng: Rng): 1 | -1 {
  if (count === 0) return 1;
  return count >= capacity || rng.uniform() < 0.5 ? -1 : 1;
}

/** What the flips of a bin come to; made once for each list of flips. */
function net({ flips }: Flipped): ReadonlyMap<number, number> {
  const known = nets.get(flips);
  if (known) return known;
  const sums = new Map<number, number>();
  for (const { bin, by } of flips) sums.set(bin, (sums.get(bin) ?? 0) + by);
  nets.set(flips, sums);
  return sums;
}

const nets = new WeakMap<readonly Flip[], ReadonlyMap<number, number>>();

function binsOf(state: Flipped): Uint32Array {
  return state.flips.length === 0 ? state.clean : changed(state.clean, net(state));
}
