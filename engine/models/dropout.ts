/** Which neurons dropout silences: the same in every backend. */
import { hashName, Rng } from '../base/random.ts';
import type { NetworkPlan } from './plan.ts';

const DROPOUT = hashName('dropout');
const rng = new Rng();

/** Whether dropout is drawn for a layer: what a pooling or a sum hands on has had it. */
export const dropsNeurons = ({ layers, dropout }: NetworkPlan, layer: number): boolean =>
  dropout > 0 && layer < layers.length - 1 && layers[layer]!.neuron.kind !== 'linear';

/**
 * Fills `mask` with 0 (probability `rate`) or 1/(1 − rate), for one layer of `neurons` (the rest is padding) and one sample:
 * a function of the seed, the epoch, the sample and the layer alone.
 */
export function drawDropoutMask(
  mask: Float32Array,
  neurons: number,
  rate: number,
  { seed, epoch, sample, layer }: { seed: number; epoch: number; sample: number; layer: number },
): void {
  rng.reset(seed, DROPOUT, epoch, sample, layer);
  const factor = 1 / (1 - rate);
  mask.fill(0, neurons);
  for (let n = 0; n < neurons; n++) mask[n] = rng.uniform() < rate ? 0 : factor;
}
