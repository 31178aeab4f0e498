/** Weights on a grid, as fixed-point hardware has them. */
import type { Tensor } from '../../models/parameters.ts';
import { neuronGroups } from '../directions.ts';

/**
 * Each weight rounded to one of 2^bits − 1 values that lie evenly between −m and m, m the largest weight of its neuron in size.
 * Parameters of one dimension (biases, leaks) stay as they are. @param bits at least 2
 */
export function quantised(weights: readonly Tensor[], bits: number): Tensor[] {
  const levels = 2 ** (bits - 1) - 1;
  return weights.map(({ name, shape, data }) => {
    if (shape.length === 1) return { name, shape, data };
    const { count, length, first, stride } = neuronGroups(shape);
    const largest = new Float64Array(count);
    for (let e = 0; e < length; e++)
      for (let g = 0; g < count; g++) largest[g] = Math.max(largest[g]!, Math.abs(data[first(g) + e * stride]!));
    const rounded = new Float32Array(data.length);
    for (let e = 0; e < length; e++)
      for (let g = 0; g < count; g++) {
        const i = first(g) + e * stride;
        const step = largest[g]! / levels;
        rounded[i] = step > 0 ? step * Math.round(data[i]! / step) : 0;
      }
    return { name, shape, data: rounded };
  });
}
