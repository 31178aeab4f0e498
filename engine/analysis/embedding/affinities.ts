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
  const rows: Map<number, number>[] = Array.from({ length: n }, () => new Map());
  for (let i = 0; i < n; i++)
    for (let e = 0; e < k; e++) {
      const j = neighbours[i * known + e]!;
      const half = conditional[i * k + e]! / (2 * n);
      rows[i]!.set(j, (rows[i]!.get(j) ?? 0) + half);
      rows[j]!.set(i, (rows[j]!.get(i) ?? 0) + half);
    }
  const starts = new Int32Array(n + 1);
  rows.forEach((row, i) => (starts[i + 1] = starts[i]! + row.size));
  const columns = new Int32Array(starts[n]!);
  const values = new Float64Array(starts[n]!);
  rows.forEach((row, i) => {
    [...row]
      .sort(([a], [b]) => a - b)
      .forEach(([j, p], e) => {
        columns[starts[i]! + e] = j;
        values[starts[i]! + e] = p;
      });
  });
  return { starts, columns, values };
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
