/**
 * Normalisation over samples, steps and places, on rows [R, P·places] of all of them. Equations as in reference/norm.ts; its
 * parameters and statistics are [P] each.
 */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { lengthOf } from '../../models/parameters.ts';
import type { Norm } from '../../models/plan.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';

export interface Statistics {
  mean: Tensor;
  variance: Tensor;
}

export interface NormParameters extends Statistics {
  scale: Tensor;
  shift: Tensor;
}

export function normalise(tf: TensorFlow, norm: Norm, p: NormParameters, x: Tensor2D): Tensor2D {
  // One factor and one term for each plane: y = g·x + (shift − g·mean).
  const slope = slopeOf(tf, norm, p);
  const term = tf.sub(p.shift, tf.mul(slope, p.mean));
  return like(tf, x, tf.add(tf.mul(byPlane(tf, norm, x), column(tf, slope)), column(tf, term)));
}

/** Mean and variance of a batch. */
export function statisticsOf(tf: TensorFlow, norm: Norm, x: Tensor2D): Statistics {
  const values = byPlane(tf, norm, x);
  const n = x.size / norm.input[0];
  const mean = tf.div(sumOfPlanes(tf, values), n);
  const variance = tf.div(sumOfPlanes(tf, tf.square(tf.sub(values, column(tf, mean)))), n);
  return { mean, variance };
}

export interface NormGradient {
  scale: Tensor;
  shift: Tensor;
  input: Tensor2D;
}

/** @param d derivative by y, as x @param ofBatch whether mean and variance are those of x */
export function normaliseBackward(
  tf: TensorFlow,
  norm: Norm,
  p: NormParameters,
  x: Tensor2D,
  d: Tensor2D,
  ofBatch: boolean,
): NormGradient {
  const slope = slopeOf(tf, norm, p);
  const dy = byPlane(tf, norm, d);
  // x̂·√(variance + ε): a pass over all values less than with x̂.
  const centred = tf.sub(byPlane(tf, norm, x), column(tf, p.mean));
  const variance = tf.add(p.variance, norm.epsilon);
  const shift = sumOfPlanes(tf, dy);
  const byCentred = sumOfPlanes(tf, tf.mul(dy, centred));
  const n = x.size / norm.input[0];
  const scale = tf.mul(norm.gain, tf.div(byCentred, tf.sqrt(variance)));
  const straight = tf.mul(dy, column(tf, slope));
  if (!ofBatch) return { scale, shift, input: like(tf, x, straight) };
  // dx = g·dy − centred·(g·Σ(dy·centred) / (n·(variance + ε))) − g·Σdy/n
  const factor = tf.div(tf.mul(slope, byCentred), tf.mul(-n, variance));
  const term = tf.div(tf.mul(slope, shift), -n);
  const through = tf.add(tf.mul(centred, column(tf, factor)), column(tf, term));
  return { scale, shift, input: like(tf, x, tf.add(straight, through)) };
}

/** The running statistics after a batch that counts `share`. @param n values of a plane in the batch */
export function running(tf: TensorFlow, share: number, before: Statistics, batch: Statistics, n: number): Statistics {
  const mixed = (from: Tensor, to: Tensor, factor: number): Tensor =>
    tf.add(tf.mul(1 - share, from), tf.mul(share * factor, to));
  return {
    mean: mixed(before.mean, batch.mean, 1),
    variance: mixed(before.variance, batch.variance, n / Math.max(1, n - 1)),
  };
}

/** g = gain·scale / √(variance + ε). */
const slopeOf = (tf: TensorFlow, { gain, epsilon }: Norm, { scale, variance }: NormParameters): Tensor =>
  tf.div(tf.mul(gain, scale), tf.sqrt(tf.add(variance, epsilon)));

/** [R, P·places] as [R, P, places]. */
const byPlane = (tf: TensorFlow, { input }: Norm, x: Tensor): Tensor =>
  tf.reshape(x, [-1, input[0], lengthOf(input) / input[0]]);

/** Of values [R, P, places]; in two steps, since TensorFlow is slow at sums over axes that are not neighbours. */
const sumOfPlanes = (tf: TensorFlow, values: Tensor): Tensor => tf.sum(tf.sum(values, 2), 0);

const like = (tf: TensorFlow, x: Tensor2D, values: Tensor): Tensor2D => tf.reshape(values, x.shape);

/** [P] as [P, 1], beside [R, P, places]. */
const column = (tf: TensorFlow, values: Tensor): Tensor => tf.reshape(values, [-1, 1]);
