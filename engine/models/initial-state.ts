/** Where neurons start that do not start at rest: the same in every backend. */
import { hashName, Rng } from '../base/random.ts';

const INITIAL_STATE = hashName('initial state');
const rng = new Rng();

/** What a state drawn from U(0, 1) is on average: where neurons start when nothing is drawn. */
export const MEAN_STATE = 0.5;

/**
 * Fills `u` and `o` with the potential and the spike before the first step, each from U(0, 1), for one layer of `neurons`
 * (the rest is padding) and one training sample: a function of the seed, the epoch, the sample and the layer alone.
 */
export function drawInitialState(
  u: Float32Array,
  o: Float32Array,
  neurons: number,
  { seed, epoch, sample, layer }: { seed: number; epoch: number; sample: number; layer: number },
): void {
  rng.reset(seed, INITIAL_STATE, epoch, sample, layer);
  u.fill(0, neurons);
  o.fill(0, neurons);
  for (let n = 0; n < neurons; n++) {
    u[n] = rng.uniform();
    o[n] = rng.uniform();
  }
}
