/** Adam in float64, in PyTorch's form. */
import type { Training } from '../experiment/schema.ts';

export type AdamSettings = Omit<Extract<Training['optimizer'], { kind: 'adam' }>, 'kind'>;

export interface AdamState {
  /** First and second moment of the gradient, as long as the parameter. */
  m: Float64Array;
  v: Float64Array;
  /** Updates made so far. */
  step: number;
}

/**
 * One update of `w` in place (Kingma and Ba, with ε outside the square root):
 *   m = β1·m + (1 − β1)·g          m̂ = m / (1 − β1^t)
 *   v = β2·v + (1 − β2)·g²         v̂ = v / (1 − β2^t)
 *   w = w − η·m̂ / (√v̂ + ε)        t = 1, 2, …
 */
export function adamStep(
  w: Float64Array,
  g: Float64Array,
  state: AdamState,
  learningRate: number,
  { beta1, beta2, epsilon }: AdamSettings,
): void {
  const { m, v } = state;
  const t = ++state.step;
  for (let i = 0; i < w.length; i++) {
    m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!;
    v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2;
    const mean = m[i]! / (1 - beta1 ** t);
    const square = v[i]! / (1 - beta2 ** t);
    w[i]! -= (learningRate * mean) / (Math.sqrt(square) + epsilon);
  }
}
