/** Numbers of answers: quartiles, spreads, and as many digits as are of use. */
import type { SampleSpread } from '../../protocol/analyses/spikes.ts';

/** `digits` significant digits: answers are JSON of bounded size. */
export function rounded(x: number, digits = 6): number {
  return Number(x.toPrecision(digits));
}

/** Mean, standard deviation (n − 1; 0 of a single value) and extremes. Values must not be empty. */
export function sampleSpreadOf(values: ArrayLike<number>): SampleSpread {
  const n = values.length;
  let [sum, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < n; i++) {
    sum += values[i]!;
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
  const deviation = n > 1 ? Math.sqrt(squares / (n - 1)) : 0;
  return { mean: rounded(mean), deviation: rounded(deviation), least: rounded(least), most: rounded(most) };
}

/** The value below which the share `q` lies, between the two nearest as NumPy has it. @param sorted ascending, not empty */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const rank = q * (sorted.length - 1);
  const low = sorted[Math.floor(rank)]!;
  return low + (rank - Math.floor(rank)) * (sorted[Math.ceil(rank)]! - low);
}
