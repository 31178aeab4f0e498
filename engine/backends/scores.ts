/** What backends give in the same way. */
import type { NetworkPlan } from '../models/plan.ts';
import type { Evaluation, SampleScores, Sums } from './backend.ts';

/** Parameters beyond this are of no use: their products overflow float32. */
export const MOST_WEIGHT = 1e30;

export function zeroSums({ layers }: NetworkPlan): Sums {
  const counted = layers.filter(({ neuron }) => neuron.kind === 'lif' || neuron.kind === 'integrator');
  return { samples: 0, loss: 0, accuracy: 0, spikes: counted.map(() => 0) };
}

/** Sums over the samples of each class, by label. */
export function classSums(
  { labels, loss, accuracy }: SampleScores,
  classes: number,
): NonNullable<Evaluation['perClass']> {
  const sums = Array.from({ length: classes }, () => ({ samples: 0, loss: 0, accuracy: 0 }));
  labels.forEach((label, i) => {
    const sum = sums[label]!;
    sum.samples++;
    sum.loss += loss[i]!;
    sum.accuracy += accuracy[i]!;
  });
  return sums;
}
