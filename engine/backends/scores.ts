/** What backends give in the same way. */
import type { NetworkPlan } from '../models/plan.ts';
import type { Evaluation, SampleScores, Sums } from './backend.ts';

/** Parameters beyond this are of no use: their products overflow float32. */
export const MAX_WEIGHT = 1e30;

/** The layers that `Sums.spikes` has an entry for, by their place in the plan: spiking ones and integrators. */
export function countedLayers({ layers }: NetworkPlan): number[] {
  return layers.flatMap(({ neuron }, l) => (neuron.kind === 'lif' || neuron.kind === 'integrator' ? [l] : []));
}

export function zeroSums(plan: NetworkPlan): Sums {
  return { samples: 0, loss: 0, accuracy: 0, spikes: countedLayers(plan).map(() => 0) };
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
