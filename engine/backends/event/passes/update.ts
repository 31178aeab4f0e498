/** One thread's share of a weight update: add the shards, clip, apply the optimizer. */

import type { OptimizerStep } from '../../backend.ts';
import type { Kernels } from '../kernels/kernels.ts';
import type { Layout } from '../layout/layout.ts';
import type { SortedStretch, Stretch } from '../layout/parameters.ts';
import { elements } from '../layout/units.ts';

/** Elements of which the squared norm is summed at once: a function of the layout only, so that its bits are, too. */
export const NORM_CHUNK = 4096;

/** A contiguous part of the parameter vector for each thread, in multiples of 4. */
export function shareOf(layout: Layout, thread: number, threads: number): Stretch {
  const quads = layout.parameters / 4;
  const begin = (i: number) => elements(Math.floor((quads * i) / threads) * 4);
  return { from: begin(thread), to: begin(thread + 1) };
}

/** Norm chunks of the gradient in the first shard, written to the layout's `norms`: each of the `threads` threads does every `threads`-th of them. */
export function sumNorms(kernels: Kernels, layout: Layout, norms: Float64Array, thread: number, threads: number): void {
  for (let i = thread; i < norms.length; i += threads)
    norms[i] = kernels.sumSquares({
      g: layout.gradients,
      begin: i * NORM_CHUNK,
      end: Math.min(layout.parameters, (i + 1) * NORM_CHUNK),
    });
}

/** What the gradient is multiplied with so that its Euclidean norm is at most `clipNorm`. */
export function clipScale(norms: Float64Array, clipNorm: number): number {
  let sum = 0;
  for (const n of norms) sum += n;
  const norm = Math.sqrt(sum);
  return norm > clipNorm ? clipNorm / norm : 1;
}

/** Update number `index` of a command over `share`, from the first `shards` gradients times `scale`. */
export function applyUpdate(
  kernels: Kernels,
  layout: Layout,
  share: Stretch,
  step: OptimizerStep,
  index: number,
  shards: number,
  scale: number,
): void {
  const { weights, moment1, moment2 } = layout;
  const { optimizer } = step;
  const gradients = shardGradients(layout, shards);
  const rateOf = ({ sort }: SortedStretch): number =>
    step.learningRates[index]! * (sort === 'leak' ? (step.leakFactor ?? 1) : 1);
  const parts = within(layout.stretches, share);
  if (optimizer.kind === 'sgd') {
    const { momentum } = optimizer;
    for (const part of parts) {
      const range = { begin: part.from, end: part.to };
      kernels.sgd({ w: weights, m: moment1, ...gradients, ...range, scale, rate: rateOf(part), momentum });
    }
    return;
  }
  const t = step.updates + index + 1;
  const { beta1, beta2, epsilon } = optimizer;
  const correction = 1 / Math.sqrt(1 - beta2 ** t);
  const decay = optimizer.kind === 'adamw' ? optimizer.weightDecay : 0;
  for (const part of parts) {
    const rate = rateOf(part);
    kernels.adam({
      w: weights,
      m: moment1,
      v: moment2,
      ...gradients,
      begin: part.from,
      end: part.to,
      scale,
      weightFactor: part.sort === 'matrix' ? 1 - rate * decay : 1,
      rate: rate / (1 - beta1 ** t),
      beta1,
      beta2,
      epsilon,
      correction,
    });
  }
}

/** Where the gradients of the first `shards` shards lie, for the kernels that add them. */
export function shardGradients({ gradients, parameters }: Layout, shards: number) {
  return { gradients, shardBytes: parameters * 4, shards };
}

/** What of these stretches lies within a share. */
function within(stretches: readonly SortedStretch[], share: Stretch): SortedStretch[] {
  return stretches.flatMap(({ from, to, sort }) => {
    const part = { from: elements(Math.max(from, share.from)), to: elements(Math.min(to, share.to)), sort };
    return part.from < part.to ? [part] : [];
  });
}
