/** The sign-flip test of paired differences: nothing is assumed of them but that + and − are as likely without an effect. */
import { stream } from '../base/random.ts';

/** Up to this many differences, all 2^n signs are counted. */
export const MAX_EXACT = 20;
const DRAWS = 100_000;

export interface SignFlip {
  /** Two-sided: the share of sign patterns whose sum is at least as far from 0 as the one observed. */
  p: number;
  /** How many random patterns it is estimated from; absent when every pattern was counted. */
  sampled?: number;
}

/**
 * Sign-flip test of n ≥ 1 differences. Exact for n ≤ 20, where it cannot fall below 2^(1−n); else from 100,000 random
 * patterns of a fixed stream, counted with the observed one: (hits + 1) / (draws + 1).
 */
export function signFlip(differences: readonly number[]): SignFlip {
  const sizes = differences.map(Math.abs);
  // Sums are compared as real numbers: what rounding makes of equal ones is far below any difference of scores.
  const slack = 1e-9 * sizes.reduce((sum, size) => sum + size, 0);
  const observed = Math.abs(differences.reduce((sum, difference) => sum + difference, 0)) - slack;
  if (differences.length <= MAX_EXACT) return { p: exact(sizes, observed) };
  const rng = stream(differences.length, 'sign-flip');
  let hits = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    let sum = 0;
    for (let i = 0; i < sizes.length; i += 32)
      for (let bits = rng.uint32(), j = i; j < Math.min(i + 32, sizes.length); j++, bits >>>= 1)
        sum += bits & 1 ? sizes[j]! : -sizes[j]!;
    if (Math.abs(sum) >= observed) hits++;
  }
  return { p: (hits + 1) / (DRAWS + 1), sampled: DRAWS };
}

/** All patterns whose first sign is +, in the order of a Gray code: the others are their mirror images. */
function exact(sizes: readonly number[], observed: number): number {
  const patterns = 2 ** Math.max(0, sizes.length - 1);
  const signs = sizes.map(() => 1);
  let sum = sizes.reduce((total, size) => total + size, 0);
  let hits = 0;
  for (let i = 1; ; i++) {
    if (Math.abs(sum) >= observed) hits++;
    if (i === patterns) return hits / patterns;
    // Of the Gray code, the bit that changes is the lowest one of i; the first sign stays.
    const flip = 1 + (31 - Math.clz32(i & -i));
    signs[flip] = -signs[flip]!;
    sum += 2 * signs[flip]! * sizes[flip]!;
  }
}
