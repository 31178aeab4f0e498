/** Intervals at 95 %. */
import type { ShareInterval } from '../../protocol/comparison/verdicts.ts';

/** Of the standard normal, at 97.5 %. */
const Z = 1.959963984540054;

/**
 * 95 % interval of the mean of n values by Student's t with n − 1 degrees of freedom; undefined for fewer than two. It takes
 * the values for normal: beside few seeds it is a picture of the spread, and the verdict is that of the sign-flip test.
 */
export function tInterval(values: readonly number[]): [number, number] | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
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

/** The t with Student's distribution function of `degrees` at p, for 0.5 < p < 1. */
export function tQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (tBelow(high, degrees) < p) high *= 2;
  // Halved until neighbouring numbers are reached, or almost.
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (tBelow(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Student's distribution function for t ≥ 0 and whole degrees, as a finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4):
 * with θ = atan(t/√ν), A = P(|T| < t).
 */
function tBelow(t: number, degrees: number): number {
  const theta = Math.atan(t / Math.sqrt(degrees));
  const cos2 = Math.cos(theta) ** 2;
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(theta) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cos2 * (k - 1)) / k;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  return 0.5 + inside / 2;
}
