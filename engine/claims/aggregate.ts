/**
 * Many data sets and few seeds in one number, by the definitions of rliable (Agarwal et al., Deep Reinforcement Learning at the
 * Edge of the Statistical Precipice, 2021).
 */
import { meanOf } from '../../protocol/statistics.ts';
import { stream } from '../base/random.ts';

/** Of the bootstrap: whole studies drawn anew. */
const DRAWS = 2000;

/** A value with its 95 % interval by the stratified percentile bootstrap: seeds are drawn anew within each data set. */
export interface Estimate {
  value: number;
  /** Absent where each data set has one seed alone. */
  interval?: [number, number];
}

/** Interquartile mean of all values of all data sets: the mean without the lowest and the highest quarter. */
export function interquartileMean(scores: readonly (readonly number[])[]): Estimate | undefined {
  if (scores.every((values) => values.length === 0)) return undefined;
  return estimate([scores], ([drawn]) => trimmedMean(drawn!.flat()));
}

/**
 * Probability of improvement: for each data set the share of pairs of a seed of x and a seed of y in which x is higher, ties
 * as half; the mean over the data sets that both have.
 */
export function probabilityOfImprovement(
  x: readonly (readonly number[])[],
  y: readonly (readonly number[])[],
): Estimate | undefined {
  const both = x.map((_, i) => i).filter((i) => x[i]!.length > 0 && y[i]!.length > 0);
  if (both.length === 0) return undefined;
  const pick = (scores: readonly (readonly number[])[]) => both.map((i) => scores[i]!);
  return estimate(
    [pick(x), pick(y)],
    ([a, b]) => a!.reduce((sum, values, i) => sum + higher(values, b![i]!), 0) / a!.length,
  );
}

/** The mean of the middle half: of n sorted values, ⌊n/4⌋ are left out at each end. */
export function trimmedMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const kept = sorted.slice(cut, sorted.length - cut);
  return meanOf(kept);
}

function higher(x: readonly number[], y: readonly number[]): number {
  let wins = 0;
  for (const a of x) for (const b of y) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (x.length * y.length);
}

type Scores = readonly (readonly number[])[];

function estimate(groups: readonly Scores[], statistic: (groups: readonly Scores[]) => number): Estimate {
  const value = statistic(groups);
  if (groups.every((scores) => scores.every((values) => values.length < 2))) return { value };
  const rng = stream(0, 'bootstrap over data sets');
  const again = (values: readonly number[]): number[] => values.map(() => values[rng.below(values.length)]!);
  const drawn = Array.from({ length: DRAWS }, () => statistic(groups.map((scores) => scores.map(again)))).sort(
    (a, b) => a - b,
  );
  return { value, interval: [quantile(drawn, 0.025), quantile(drawn, 0.975)] };
}

/** Linear between neighbours, of sorted values. */
function quantile(sorted: readonly number[], q: number): number {
  const rank = q * (sorted.length - 1);
  const low = Math.floor(rank);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (rank - low) * (sorted[high]! - sorted[low]!);
}
