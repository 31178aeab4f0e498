/** Which TensorFlow computes: TensorFlow.js with its kernels in JavaScript, loaded when a network is first opened. */
import type * as Core from '@tensorflow/tfjs-core';

export type TensorFlow = typeof Core;

export const WHICH = 'TensorFlow.js, in JavaScript on one thread';

let loaded: Promise<TensorFlow> | undefined;

export function loadTensorFlow(): Promise<TensorFlow> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<TensorFlow> {
  const module: TensorFlow & { default?: TensorFlow } = await import('@tensorflow/tfjs-core');
  // A package in CommonJS: Node sees its names, a bundle only the object that has them.
  const tf = module.default ?? module;
  await import('@tensorflow/tfjs-backend-cpu');
  // Keeps it from advertising other packages on the terminal.
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  return tf;
}
