/** Which neurons dropout silences: the same in every backend. */
import { hashName, Rng } from '../base/random.ts';

const DROPOUT = hashName('dropout');
const rng = new Rng();

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
