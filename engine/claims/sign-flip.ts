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

/**
 * The share of patterns, of those whose first sign is + (the others are their mirror images), with |sum| ≥ observed. Each
 * sum is one of the first half of the differences and one of the second: of both halves sorted, 2^(n/2) sums each, it is
 * counted for every sum of the one how many of the other lead far enough.
 */
function exact(sizes: readonly number[], observed: number): number {
  const patterns = 2 ** Math.max(0, sizes.length - 1);
  if (observed <= 0) return 1;
  const half = Math.ceil(sizes.length / 2);
  const first = sumsOf(sizes.slice(1, half), sizes[0]!);
  const second = sumsOf(sizes.slice(half), 0);
  let hits = 0;
  // As sums of the first half grow, more and more of the second lead beyond `observed`, fewer and fewer below its negative.
  let above = second.length;
  let below = second.length;
  for (const sum of first) {
    while (above > 0 && sum + second[above - 1]! >= observed) above--;
    while (below > 0 && sum + second[below - 1]! > -observed) below--;
    hits += second.length - above + below;
  }
  return hits / patterns;
}

/** `start` ± each of these, in all 2^n ways, ascending. */
function sumsOf(sizes: readonly number[], start: number): Float64Array {
  let sums = Float64Array.of(start);
  for (const size of sizes) {
    const next = new Float64Array(2 * sums.length);
    next.set(sums.map((sum) => sum - size));
    next.set(
      sums.map((sum) => sum + size),
      sums.length,
    );
    sums = next;
  }
  return sums.sort();
}
