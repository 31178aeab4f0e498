/** Exact tests of an attack's numbers: is the network above chance, is one attack better than another. */

/** Below this a difference is taken for real. */
export const LEVEL = 0.05;

/** P(X ≥ k) for X ~ Binomial(n, p). */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  if (p <= 0) return 0;
  if (p >= 1) return 1;
  let logChoose = 0;
  let tail = 0;
  for (let i = 0; i <= n; i++) {
    if (i > 0) logChoose += Math.log(n - i + 1) - Math.log(i);
    if (i >= k) tail += Math.exp(logChoose + i * Math.log(p) + (n - i) * Math.log1p(-p));
  }
  return Math.min(1, tail);
}

/** How often two attacks on the same samples differ, and for whom: failures cost infinitely much. */
export interface Comparison {
  better: number;
  worse: number;
  /** One-sided exact sign test that the first is better. */
  p: number;
}

/** @param first, second smallest costs of the same samples; null: never fooled */
export function compareCosts(first: readonly (number | null)[], second: readonly (number | null)[]): Comparison {
  let better = 0;
  let worse = 0;
  first.forEach((own, i) => {
    const a = own ?? Number.POSITIVE_INFINITY;
    const b = second[i] ?? Number.POSITIVE_INFINITY;
    if (a < b) better++;
    else if (a > b) worse++;
  });
  return { better, worse, p: binomialTail(better, better + worse, 0.5) };
}
