/** Weight updates on tensors: clipping and the optimizers, in PyTorch's form as in reference/optimizer.ts. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Parameter } from '../../models/parameters.ts';
import type { OptimizerStep } from '../backend.ts';
import type { StatePart } from '../state.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import type { Tensors } from './passes.ts';

/** A parameter, and the first and second moment of its gradient (the momentum of SGD in the first). */
export type Moving = Record<StatePart, Tensor>;

/** A gradient that is longer than `norm` in all parameters together, scaled down to it. */
export function clipped(tf: TensorFlow, gradients: Tensors, norm: number): Tensors {
  const length = tf.sqrt(tf.addN([...gradients.values()].map((g) => tf.sum(tf.square(g)))));
  const factor = tf.where(tf.greater(length, norm), tf.div(norm, length), tf.onesLike(length));
  return new Map([...gradients].map(([name, g]) => [name, tf.mul(g, factor)]));
}

/** A parameter and its moments after update number `index` of a command. */
export function updated(
  tf: TensorFlow,
  { model, m, v }: Moving,
  g: Tensor,
  { part }: Parameter,
  { optimizer, updates, learningRates, leakFactor = 1 }: OptimizerStep,
  index: number,
): Moving {
  const rate = learningRates[index]! * (part === 'leak' ? leakFactor : 1);
  if (optimizer.kind === 'sgd') {
    const velocity = tf.add(tf.mul(optimizer.momentum, m), g);
    return { model: tf.sub(model, tf.mul(rate, velocity)), m: velocity, v };
  }
  const { beta1, beta2, epsilon } = optimizer;
  const t = updates + index + 1;
  const first = tf.add(tf.mul(beta1, m), tf.mul(1 - beta1, g));
  const second = tf.add(tf.mul(beta2, v), tf.mul(1 - beta2, tf.square(g)));
  const root = tf.add(tf.sqrt(tf.div(second, 1 - beta2 ** t)), epsilon);
  const step = tf.mul(rate / (1 - beta1 ** t), tf.div(first, root));
  // Biases, leaks and normalisations do not decay.
  const decays = optimizer.kind === 'adamw' && (part === 'weight' || part === 'recurrent');
  const kept = decays ? tf.mul(1 - rate * optimizer.weightDecay, model) : model;
  return { model: tf.sub(kept, step), m: first, v: second };
}
