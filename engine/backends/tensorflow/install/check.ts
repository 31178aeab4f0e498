/** Whether a TensorFlow computes: run in a process of its own, since a library that does not fit can end the process. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { UserError } from '../../../base/errors.ts';
import type { Installed } from '../installed.ts';
import { libraryVersion, loadNative } from '../native.ts';
import type { TensorFlow } from '../tensorflow.ts';

/** The version of the library, after a convolution and the gradient of its filter came out right. */
export function checkNative(folder: string, name: Installed['package']): string {
  const tf = loadNative(folder, { package: name }, 1);
  const { seen, expected } = convolution(tf);
  if (seen.join() !== expected.join())
    throw new UserError(`${folder}: TensorFlow gives ${seen.join(' ')} for a convolution, not ${expected.join(' ')}.`);
  return libraryVersion(folder, { package: name });
}

/** A 2×2 filter over 3×3 numbers: 4 sums, and the gradient of their sum by the filter. */
function convolution(tf: TensorFlow): { seen: number[]; expected: number[] } {
  const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
  const filter = tf.tensor4d([1, 2, 3, 4], [2, 2, 1, 1]);
  const y = tf.conv2d(x, filter, 1, 'valid');
  const d = tf
    .engine()
    .runKernel<Tensor>(
      tf.Conv2DBackpropFilter,
      { x, dy: tf.onesLike(y) },
      { strides: 1, pad: 'valid', dataFormat: 'NHWC', filterShape: [2, 2, 1, 1] },
    );
  return { seen: [...y.dataSync(), ...d.dataSync()], expected: [37, 47, 67, 77, 12, 16, 24, 28] };
}
