/** Sums of losses and the like over samples, as backends give them. */
import type { Sums } from '../backends/backend.ts';
import { countedLayers } from '../backends/scores.ts';
import { lengthOf } from '../models/parameters.ts';
import type { NetworkPlan } from '../models/plan.ts';

export function add(into: Sums, more: Sums): void {
  into.samples += more.samples;
  into.loss += more.loss;
  into.accuracy += more.accuracy;
  more.spikes.forEach((n, l) => {
    into.spikes[l]! += n;
  });
}

export function mean({ loss, accuracy, samples }: Sums): { loss: number; accuracy: number } {
  return { loss: loss / samples, accuracy: accuracy / samples };
}

/** Mean spikes per neuron and step of each spiking layer. */
export function spikeRates(plan: NetworkPlan, { samples, spikes }: Sums): number[] {
  return countedLayers(plan).flatMap((l, i) => {
    const { neuron, output } = plan.layers[l]!;
    return neuron.kind === 'lif' ? [spikes[i]! / (samples * lengthOf(output) * plan.steps)] : [];
  });
}
