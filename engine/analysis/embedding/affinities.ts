/** Which points belong together, and how much: the symmetric p of t-SNE (van der Maaten and Hinton, 2008). */
import type { Pairs } from './pairs.ts';

/** p of pairs in compressed rows: of point i those at [starts[i], starts[i+1]), ascending in `columns`. They add up to 1. */
export interface Affinities {
  starts: Int32Array;
  columns: Int32Array;
  values: Float64Array;
}

/** Halvings of the interval that the width of a bell is searched in. */
const SEARCHES = 200;
const CLOSE = 1e-8;

/** p = (p(j|i) + p(i|j)) / 2n over the nearest 3·perplexity points, each with the entropy log(perplexity). */
export function affinitiesOf({ neighbours, squared, k: known }: Pairs, n: number, perplexity: number): Affinities {
  const k = Math.min(known, Math.floor(3 * perplexity));
  const conditional = new Float64Array(n * k);
  for (let i = 0; i < n; i++)
    bell(conditional.subarray(i * k, (i + 1) * k), squared.subarray(i * known, i * known + k), Math.log(perplexity));
  const rowOf = (e: number): number => Math.floor(e / k);
  // Of each point those that it is near to, [first, end) of `from` and `half`.
  const first = new Int32Array(n + 1);
  for (let e = 0; e < n * k; e++) first[neighbours[rowOf(e) * known + (e % k)]! + 1]!++;
  for (let i = 0; i < n; i++) first[i + 1]! += first[i]!;
  const end = first.slice(0, n);
  const from = new Int32Array(n * k);
  const half = new Float64Array(n * k);
  for (let e = 0; e < n * k; e++) {
    const slot = end[neighbours[rowOf(e) * known + (e % k)]!]!++;
    from[slot] = rowOf(e);
    half[slot] = conditional[e]! / (2 * n);
  }
  const starts = new Int32Array(n + 1);
  const columns = new Int32Array(2 * n * k);
  const values = new Float64Array(2 * n * k);
  const sum = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const own = Array.from({ length: k }, (_, e) => neighbours[i * known + e]!);
    own.forEach((j, e) => (sum[j] = conditional[i * k + e]! / (2 * n)));
    for (let e = first[i]!; e < end[i]!; e++) {
      if (sum[from[e]!] === 0) own.push(from[e]!);
      sum[from[e]!]! += half[e]!;
    }
    const row = Int32Array.from(new Set(own)).sort();
    columns.set(row, starts[i]!);
    row.forEach((j, e) => {
      values[starts[i]! + e] = sum[j]!;
      sum[j] = 0;
    });
    starts[i + 1] = starts[i]! + row.length;
  }
  return { starts, columns: columns.slice(0, starts[n]), values: values.slice(0, starts[n]) };
}

/** p(j|i) ∝ exp(−β·d²) with β such that the entropy is as wanted. Distances ascend; written to `out`, which then adds up to 1. */
function bell(out: Float64Array, squared: Float64Array, entropy: number): void {
  const least = squared[0]!;
  let [low, high] = [0, Number.POSITIVE_INFINITY];
  // A first guess of the right size, whatever the unit of the features.
  let beta = 1 / Math.max(squared[squared.length - 1]! - least, 1e-300);
  for (let search = 0; search < SEARCHES; search++) {
    let [sum, weighted] = [0, 0];
    for (let e = 0; e < out.length; e++) {
      const distance = squared[e]! - least;
      out[e] = Math.exp(-beta * distance);
      sum += out[e]!;
      weighted += distance * out[e]!;
    }
    for (let e = 0; e < out.length; e++) out[e]! /= sum;
    const difference = Math.log(sum) + (beta * weighted) / sum - entropy;
    if (Math.abs(difference) < CLOSE) return;
    if (difference > 0) low = beta;
    else high = beta;
    beta = high === Number.POSITIVE_INFINITY ? 2 * beta : (low + high) / 2;
  }
}
