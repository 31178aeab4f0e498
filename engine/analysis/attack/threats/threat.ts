/** What an attacker may do to an input. The searches in escalate.ts know no more of it than this. */
import type { Sample, Steepest } from '../../../backends/backend.ts';
import type { Rng } from '../../../base/random.ts';

/**
 * S is an input under attack: the clean one, and what has been done to it so far. States are never changed, only made anew.
 * Budgets are in the unit of `cost`. Gradients are dL/dx [T, M] at the state's own sample; `sign` is 1 to raise L, −1 to lower it.
 */
export interface Threat<S> {
  start(sample: Sample): S;
  sample(state: S): Sample;
  /** How far it is from the clean input. */
  cost(state: S): number;
  /** One step along the gradient that costs no more than `budget` in all; `random` when the gradient is zero everywhere. */
  gradientStep(state: S, gradient: Float32Array, step: GradientStep): { state: S; random: boolean };
  /** Where the strongest entries of a gradient are enough for most steps; without it steps are given the whole of it. */
  readonly bySlopes?: BySlopes<S>;
  /** More random changes, until `budget` is spent. */
  randomStep(state: S, budget: number, rng: Rng): S;
  /** Changes of one pattern until `budget` is spent, for a search without gradients; `pattern` counts up from 0. */
  proposal(state: S, budget: number, pattern: number, rng: Rng): S;
  /** A state on the way from `low` to `high`, which came out of it, this share of the way; undefined when none lies between. */
  between(low: S, high: S, share: number): S | undefined;
  changes(state: S): Changes;
}

export interface BySlopes<S> {
  /** How many slopes a step is to be given, or WHOLE; `tries`: how often there were too few of them. */
  wanted(state: S, step: Pick<GradientStep, 'budget'>, tries: number): number;
  ask(states: readonly S[], wanted: Uint32Array, step: Pick<GradientStep, 'sign'>): Steepest;
  /** The step that `gradientStep` makes; undefined when it hangs on more than these slopes. */
  step(state: S, slopes: SampleSlopes, step: GradientStep): { state: S; random: boolean } | undefined;
}

/** Of one sample, as `Slopes` of a batch; `all`: whether no others are left. */
export interface SampleSlopes {
  places: Uint32Array;
  values: Float64Array;
  to: Uint32Array;
  all: boolean;
}

export interface GradientStep {
  sign: 1 | -1;
  budget: number;
  /** Probability that the flipper changes a bin when the gradient is zero everywhere. */
  turnover: number;
  rng: Rng;
}

/** What was done, for the report. */
export interface Changes {
  /** Events. */
  added: number;
  removed: number;
  /** Steps by which events were moved: the sum, and the largest. */
  shift: number;
  largestShift: number;
}

export const NO_CHANGES: Changes = { added: 0, removed: 0, shift: 0, largestShift: 0 };

/**
 * Budgets after each step of an attack: they grow by a constant factor up to the largest, and by 1 at least where they count
 * events, so that the curve over the budget is as fine for few changes as for many.
 * @returns as many as there are steps, or fewer where they count events
 */
export function ladder(smallest: number, largest: number, steps: number, whole: boolean): number[] {
  const factor = steps > 1 ? (largest / smallest) ** (1 / (steps - 1)) : 1;
  const rungs: number[] = [];
  for (let i = 0; i < steps && (rungs.at(-1) ?? 0) < largest; i++) {
    const next = i === steps - 1 ? largest : Math.min(largest, smallest * factor ** i);
    rungs.push(whole ? Math.max((rungs.at(-1) ?? 0) + 1, Math.round(next)) : next);
  }
  return rungs;
}
