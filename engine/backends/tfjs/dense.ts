/** What neurons receive through a dense connection, of all steps in one product. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';

/** What a layer reads: x [T, B, M], or [B, M] where it is the same in every step. */
export interface Input {
  x: Tensor;
  constant: boolean;
}

/** W·x[t] + b, one [B, N] for each step. */
export function receive(
  tf: TensorFlow,
  { x, constant }: Input,
  weight: Tensor,
  bias: Tensor | undefined,
  steps: number,
): Tensor[] {
  const product = tf.matMul(rows(tf, x), weight as Tensor2D);
  const sum = bias ? tf.add(product, bias) : product;
  if (constant) return new Array<Tensor>(steps).fill(sum);
  return tf.unstack(tf.reshape(sum, [steps, -1, weight.shape[1]!]));
}

/** dW[j,:] = Σ x_j[t]·d[t], over steps and samples. @param d derivative [T, B, N] by what was received */
export function byWeight(tf: TensorFlow, { x, constant }: Input, d: Tensor): Tensor {
  return tf.matMul(rows(tf, x), constant ? (tf.sum(d, 0) as Tensor2D) : rows(tf, d), true);
}

/** dx_j[t] = W[j,:]·d[t], [T, B, M]. */
export function byInput(tf: TensorFlow, weight: Tensor, d: Tensor): Tensor {
  const dx = tf.matMul(rows(tf, d), weight as Tensor2D, false, true);
  return tf.reshape(dx, [...d.shape.slice(0, 2), weight.shape[0]!]);
}

/** [T, B, N] as [T·B, N]. */
export function rows(tf: TensorFlow, x: Tensor): Tensor2D {
  return tf.reshape(x, [-1, x.shape.at(-1)!]);
}

/** What was there one step before: `first`, or 0, and then all but the last of [T, B, N]. */
export function stepBefore(tf: TensorFlow, all: Tensor, first?: Tensor): Tensor {
  const [steps, ...shape] = all.shape;
  const begin = tf.reshape(first ?? tf.zeros(shape), [1, ...shape]);
  return tf.concat([begin, tf.slice(all, [0, 0, 0], [steps! - 1, ...shape])], 0);
}
