/** Which samples an analysis asks: the same for every network. */
import { shuffle, stream } from '../base/random.ts';

/**
 * `wanted` different samples of a split of `size`, or all of them, in ascending order: any with the same chance, a
 * function of the seed and of what they are chosen for.
 */
export function chooseSamples(size: number, wanted: number, seed: number, purpose: string): Uint32Array {
  const order = new Uint32Array(size).map((_, i) => i);
  shuffle(order, stream(seed, purpose));
  return order.slice(0, wanted).sort();
}
