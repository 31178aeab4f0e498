/**
 * Which TensorFlow computes: the native one that is installed on this machine, or the one in JavaScript that comes with
 * LIF Lab. Both are loaded when a network is first opened, and have the same operations.
 */
import type * as Core from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import { installedTensorFlow, nameOf, tensorFlowFolder } from './installed.ts';
import { loadNative } from './native.ts';

export type TensorFlow = typeof Core;

export type Which = 'native' | 'javascript';

/** The bundled one, as provenance names it. */
const JAVASCRIPT = 'tfjs-backend-cpu 4.22.0, in JavaScript on one thread';

/** The native one where it is installed, unless LIF_TENSORFLOW says javascript; said native, it must be there; a folder in it holds the installation. */
export function chosenTensorFlow(): Which {
  const said = process.env.LIF_TENSORFLOW;
  if (said === 'native' || said === 'javascript') return said;
  return installedTensorFlow() ? 'native' : 'javascript';
}

/** "tfjs-node 4.22.0 with TensorFlow 2.21.0" */
export function describeTensorFlow(which: Which): string {
  if (which === 'javascript') return JAVASCRIPT;
  const installed = installedTensorFlow();
  return installed ? nameOf(installed) : 'a native TensorFlow that is not installed';
}

/** Why it cannot be loaded, in one sentence; undefined when it seems to be there. */
export function absence(which: Which): string | undefined {
  if (which === 'javascript' || installedTensorFlow()) return undefined;
  return 'Native TensorFlow is not installed: run "lif backend install tfjs" (in the editor "LIF Lab: Install TensorFlow"), or use backend: tfjs-cpu.';
}

const loaded: Partial<Record<Which, Promise<TensorFlow>>> = {};

/** @param threads of the native one, for an operation; the first network of a process decides */
export function loadTensorFlow(which: Which, threads: number): Promise<TensorFlow> {
  loaded[which] ??= which === 'native' ? loadInstalled(threads) : loadBundled();
  return loaded[which];
}

async function loadInstalled(threads: number): Promise<TensorFlow> {
  const installed = installedTensorFlow();
  if (!installed) throw new UserError(absence('native')!);
  return loadNative(tensorFlowFolder(), installed, threads);
}

async function loadBundled(): Promise<TensorFlow> {
  const module: TensorFlow & { default?: TensorFlow } = await import('@tensorflow/tfjs-core');
  // A package in CommonJS: Node sees its names, a bundle only the object that has them.
  const tf = module.default ?? module;
  await import('@tensorflow/tfjs-backend-cpu');
  // Keeps it from advertising other packages on the terminal.
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
  return tf;
}
