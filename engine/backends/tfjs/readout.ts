/**
 * From the last layer to class scores, loss and accuracy of each sample, and back. Equations as in reference/readout.ts.
 *
 * T steps, B samples, C classes. Scores are [R, B, C]: one row, or for each-step one row per step of the window.
 */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { type NetworkPlan, type ReadoutPlan, unreachable } from '../../models/plan.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';

type Loss = NetworkPlan['loss'];

/** @param u, o of the last layer [T, B, C] */
export function decode(tf: TensorFlow, { decode, from }: ReadoutPlan, u: Tensor, o: Tensor | undefined): Tensor {
  const window = (x: Tensor): Tensor => tf.slice(x, [from, 0, 0]);
  switch (decode) {
    case 'rate':
      return tf.mean(window(o!), 0, true);
    case 'mean':
      return tf.mean(window(u), 0, true);
    case 'max':
      return tf.max(window(u), 0, true);
    case 'last':
      return tf.slice(u, [u.shape[0]! - 1, 0, 0]);
    case 'each-step':
      return window(u);
    default:
      return unreachable(decode);
  }
}

/** The derivatives by u and o [T, B, C] that belong to dScores; for max they go to the first step that attains it. */
export function decodeBackward(
  tf: TensorFlow,
  { decode, from }: ReadoutPlan,
  u: Tensor,
  dScores: Tensor,
): { du?: Tensor; dO?: Tensor } {
  const steps = u.shape[0]!;
  const window = steps - from;
  const padded = (d: Tensor, first: number): Tensor => tf.pad(d, [[first, 0], [0, 0], [0, 0]]); // biome-ignore format: one line
  const spread = (): Tensor => padded(tf.tile(tf.div(dScores, window), [window, 1, 1]), from);
  switch (decode) {
    case 'rate':
      return { dO: spread() };
    case 'mean':
      return { du: spread() };
    case 'max': {
      const best = tf.argMax(tf.slice(u, [from, 0, 0]), 0);
      const chosen = tf.transpose(tf.oneHot(tf.cast(best, 'int32'), window, 1, 0, 'float32'), [2, 0, 1]);
      return { du: padded(tf.mul(chosen, dScores), from) };
    }
    case 'last':
      return { du: padded(dScores, steps - 1) };
    case 'each-step':
      return { du: padded(dScores, from) };
    default:
      return unreachable(decode);
  }
}

/** Of each sample [B], and the derivative of it by the scores [R, B, C]. @param labels [B] */
export function lossOf(tf: TensorFlow, loss: Loss, scores: Tensor, labels: Tensor1D): { loss: Tensor; slope: Tensor } {
  const [rows, , classes] = scores.shape;
  const target = tf.oneHot(labels, classes!, 1, 0, 'float32');
  const { each, slope } = lossOfRows(tf, loss, scores, target);
  return { loss: tf.mean(tf.sum(each, 2), 0), slope: tf.div(slope, rows!) };
}

/** The terms of the loss of each row and class, and its derivative by the scores. @param target [B, C] */
function lossOfRows(tf: TensorFlow, loss: Loss, s: Tensor, target: Tensor): { each: Tensor; slope: Tensor } {
  switch (loss) {
    case 'cross-entropy':
      return { each: tf.neg(tf.mul(target, tf.logSoftmax(s))), slope: tf.sub(tf.softmax(s), target) };
    case 'double-softmax': {
      const p = tf.softmax(s);
      const { each, slope: q } = lossOfRows(tf, 'cross-entropy', p, target);
      return { each, slope: tf.mul(p, tf.sub(q, tf.sum(tf.mul(p, q), 2, true))) };
    }
    case 'mse': {
      const error = tf.sub(s, target);
      const classes = s.shape[2]!;
      return { each: tf.div(tf.square(error), classes), slope: tf.mul(2 / classes, error) };
    }
    default:
      return unreachable(loss);
  }
}

/** Share of the rows of each sample [B] whose greatest score is the label's; of equal scores the first wins. */
export function accuracyOf(tf: TensorFlow, scores: Tensor, labels: Tensor1D): Tensor {
  return tf.mean(tf.cast(tf.equal(tf.argMax(scores, 2), labels), 'float32'), 0);
}
