/** h'(u − θ) = height · d((u − θ) / width), the derivatives d of models/neuron.ts on tensors. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { multiGaussian, type SurrogateShape } from '../../models/neuron.ts';
import type { Lif } from '../../models/plan.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';

const DERIVATIVES: Record<SurrogateShape, (tf: TensorFlow, z: Tensor) => Tensor> = {
  rectangular: (tf, z) => tf.cast(tf.less(tf.abs(z), 1), 'float32'),
  triangular: (tf, z) => tf.relu(tf.sub(1, tf.abs(z))),
  sigmoid: (tf, z) => tf.mul(4, tf.mul(tf.sigmoid(z), tf.sigmoid(tf.neg(z)))),
  arctan: (tf, z) => tf.div(1, tf.add(1, tf.square(z))),
  superspike: (tf, z) => tf.div(1, tf.square(tf.add(1, tf.abs(z)))),
  'multi-gaussian': (tf, z) => {
    const bell = (mean: number, deviation: number, height: number): Tensor =>
      tf.mul(
        height / (deviation * Math.sqrt(2 * Math.PI) * multiGaussian(0, 1)),
        tf.exp(tf.mul(-0.5 / deviation ** 2, tf.square(tf.sub(z, mean)))),
      );
    return tf.addN([bell(0, 1, 0.575), bell(1, 6, -0.075), bell(-1, 6, -0.075)]);
  },
};

/** @param u any shape */
export function surrogateSlope(tf: TensorFlow, { surrogate, threshold }: Lif, u: Tensor): Tensor {
  const { shape, width, height } = surrogate;
  return tf.mul(height, DERIVATIVES[shape](tf, tf.div(tf.sub(u, threshold), width)));
}
