/** Sums of losses and the like over samples, as backends give them. */
import type { Sums } from '../backends/backend.ts';
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
export function spikeRates({ layers, steps }: NetworkPlan, { samples, spikes }: Sums): number[] {
  return layers.flatMap(({ neuron, output }, l) =>
    neuron.kind === 'lif' ? [spikes[l]! / (samples * lengthOf(output) * steps)] : [],
  );
}
