/** Parameters moved along directions of the same names and shapes. */
import type { Tensor } from './parameters.ts';

/** parameters + Σ scales[d]·directions[d], rounded to float32 once. */
export function moved(
  parameters: readonly Tensor[],
  directions: readonly (readonly Tensor[])[],
  scales: readonly number[],
): Tensor[] {
  return parameters.map(({ name, shape, data }, i) => {
    const along = directions.map((direction) => direction[i]!.data);
    const result = new Float32Array(data.length);
    for (let j = 0; j < result.length; j++) {
      let sum = data[j]!;
      for (let d = 0; d < along.length; d++) sum += scales[d]! * along[d]![j]!;
      result[j] = sum;
    }
    return { name, shape, data: result };
  });
}
