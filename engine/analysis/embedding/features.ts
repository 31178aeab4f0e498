/** What the last hidden layer says of samples, and whether it says enough to be drawn. */
import { UserError } from '../../base/errors.ts';
import type { Split } from '../../datasets/dataset.ts';
import type { Subject } from '../analysis.ts';

/** Samples of one probe: how soon a stop is heard. */
const CHUNK = 100;

export interface Features {
  indices: Uint32Array;
  labels: number[];
  predicted: number[];
  accuracy: number;
  /** Means over the steps of the n samples [n, all], and of those neurons alone that differ between them [n, varying]. */
  all: number;
  varying: number;
  values: Float64Array;
}

/** Rejects with the signal's reason. */
export async function readFeatures(
  { network, plan }: Subject,
  { split, indices, signal }: { split: Split; indices: Uint32Array; signal: AbortSignal },
  progress: (done: number) => void,
): Promise<Features> {
  const all = plan.layers.at(-2)!.output.reduce((a, b) => a * b, 1);
  const n = indices.length;
  const seen = new Float64Array(n * all);
  const labels: number[] = [];
  const predicted: number[] = [];
  let accuracy = 0;
  for (let from = 0; from < n; from += CHUNK) {
    signal.throwIfAborted();
    const chosen = indices.subarray(from, from + CHUNK);
    const { samples, features } = await network.probe({ split, indices: chosen }, { features: true });
    seen.set(features!, from * all);
    labels.push(...samples.labels);
    accuracy += samples.accuracy.reduce((a, b) => a + b, 0);
    for (let b = 0; b < chosen.length; b++) {
      const scores = samples.scores.subarray(b * plan.classes, (b + 1) * plan.classes);
      predicted.push(scores.reduce((best, score, c) => (score > scores[best]! ? c : best), 0));
    }
    progress((from + chosen.length) / n);
  }
  return { indices, labels, predicted, accuracy: accuracy / n, all, ...differing(seen, n, all) };
}

/** Neurons that are the same for all samples say nothing, and cost as much as the others. @param values [n, all] */
export function differing(values: Float64Array, n: number, all: number): { varying: number; values: Float64Array } {
  const kept = Array.from({ length: all }, (_, c) => c).filter((c) => {
    for (let i = 1; i < n; i++) if (values[i * all + c] !== values[c]) return true;
    return false;
  });
  const some = new Float64Array(n * kept.length);
  for (let i = 0; i < n; i++) kept.forEach((c, k) => (some[i * kept.length + k] = values[i * all + c]!));
  return { varying: kept.length, values: some };
}

/** How many samples share their features with another one, and how many do so with each other at most. */
export function duplicatesOf(values: Float64Array, n: number, d: number): { duplicates: number; largest: number } {
  const groups = new Map<string, number>();
  for (let i = 0; i < n; i++) {
    const key = Buffer.from(values.buffer, values.byteOffset + 8 * i * d, 8 * d).toString('latin1');
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  const sizes = [...groups.values()];
  return { duplicates: sizes.reduce((sum, size) => sum + (size > 1 ? size : 0), 0), largest: Math.max(...sizes) };
}

/** Throws a UserError where t-SNE would draw a structure that is not there. */
export function refuseImpossible(
  { values, varying }: Pick<Features, 'values' | 'varying'>,
  n: number,
  perplexity: number,
): void {
  const limit = Math.floor((n - 1) / 3);
  if (perplexity > limit)
    throw new UserError(
      `perplexity: ${perplexity} needs three times as many other samples, and there are ${n - 1}; the largest allowed is ${limit}.`,
    );
  if (varying === 0)
    throw new UserError(
      `All ${n} samples have the same features: no neuron of the last hidden layer differs between them, so there is nothing to draw.`,
    );
  const { largest } = duplicatesOf(values, n, varying);
  if (largest - 1 > perplexity)
    throw new UserError(
      largest - 1 <= limit
        ? `${largest} of ${n} samples have identical features, more neighbours at distance 0 than a perplexity of ${perplexity} has room for; take one from ${largest - 1} on, the largest allowed is ${limit}.`
        : `${largest} of ${n} samples have identical features, and the largest perplexity allowed, ${limit}, has no room for them: t-SNE would draw a structure that is not there.`,
    );
}
