/** How well classes lie apart: silhouettes (Rousseeuw, 1987), and how often neighbours name the class. */
import type { ClassSeparation } from '../../../protocol/analyses/embedding.ts';
import type { Pairs } from './pairs.ts';

/** Neighbours that vote. */
export const VOTERS = 10;

/** @param labels [n] */
export function separationOf(pairs: Pairs, labels: ArrayLike<number>, classes: number): ClassSeparation {
  const n = labels.length;
  const silhouettes = silhouettesOf(pairs.toClass, labels, classes);
  const k = Math.min(VOTERS, pairs.k);
  let right = 0;
  for (let i = 0; i < n; i++) {
    const near = pairs.neighbours.subarray(i * pairs.k, i * pairs.k + k);
    if (majority(Array.from(near, (j) => labels[j]!)) === labels[i]) right++;
  }
  const sums = Array.from({ length: classes }, () => ({ count: 0, sum: 0 }));
  silhouettes.forEach((value, i) => {
    const of = sums[labels[i]!]!;
    of.count++;
    of.sum += value;
  });
  const present = sums.filter(({ count }) => count > 0).length;
  return {
    silhouette: present < 2 ? null : silhouettes.reduce((sum, value) => sum + value, 0) / n,
    silhouettes: sums.map(({ count, sum }) => (count < 2 || present < 2 ? null : sum / count)),
    kNearest: right / n,
    k,
  };
}

/**
 * (b − a) / max(a, b): a the mean distance to the others of its class, b that to the nearest other class; 0 for a point that
 * is alone in its class, and where there is one class only. @param toClass sums of distances [n, classes]
 */
function silhouettesOf(toClass: Float64Array, labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  const values = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const own = labels[i]!;
    if (counts[own]! < 2) continue;
    const within = toClass[i * classes + own]! / (counts[own]! - 1);
    let nearest = Number.POSITIVE_INFINITY;
    for (let c = 0; c < classes; c++)
      if (c !== own && counts[c]! > 0) nearest = Math.min(nearest, toClass[i * classes + c]! / counts[c]!);
    const larger = Math.max(within, nearest);
    values[i] = larger > 0 && Number.isFinite(larger) ? (nearest - within) / larger : 0;
  }
  return values;
}

/** The most frequent label; of several that are, the one whose first vote is nearest. @param votes nearest first */
function majority(votes: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const vote of votes) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  let best = votes[0]!;
  for (const [label, count] of counts) if (count > counts.get(best)!) best = label;
  return best;
}
