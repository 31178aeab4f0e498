/** Intervals at 95 %. */
import { tQuantile } from '../../protocol/comparison/student.ts';
import type { ShareInterval } from '../../protocol/comparison/verdicts.ts';
import { meanOf } from '../../protocol/statistics.ts';

/** Of the standard normal, at 97.5 %. */
const Z = 1.959963984540054;

/**
 * 95 % interval of the mean of n values by Student's t with n − 1 degrees of freedom; undefined for fewer than two. It takes
 * the values for normal: beside few seeds it is a picture of the spread, and the verdict is that of the sign-flip test.
 */
export function tInterval(values: readonly number[]): [number, number] | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = tQuantile(0.975, n - 1) * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}

/** Wilson's 95 % score interval of a share in [0, 1] of `samples` independent samples (Wilson 1927). */
export function wilson(share: number, samples: number): ShareInterval {
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * samples)) / (1 + z2 / samples);
  const half = (Z / (1 + z2 / samples)) * Math.sqrt((share * (1 - share)) / samples + z2 / (4 * samples * samples));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half), samples };
}
