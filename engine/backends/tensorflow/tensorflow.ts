/**
 * Which TensorFlow computes: the native one that is installed on this machine, or the one in JavaScript that comes with
 * LIF Lab. Both are loaded when a network is first opened, and have the same operations.
 */
import { isAbsolute } from 'node:path';
import type * as Core from '@tensorflow/tfjs-core';
import { UserError } from '../../base/errors.ts';
import { installedTensorFlow, nameOf, saidOfTensorFlow, tensorFlowFolder } from './installed.ts';
import { loadNative } from './native.ts';

export type TensorFlow = typeof Core;

export type Which = 'native' | 'javascript';

/** What chooses, by its names. */
export const SAYS = 'LIF_TENSORFLOW (in VS Code the setting LIF Lab.tensorFlow)';

/** The bundled one, as provenance names it. */
const JAVASCRIPT = 'tfjs-backend-cpu 4.22.0, in JavaScript on one thread';

/** The native one where it is installed, unless LIF_TENSORFLOW says otherwise; said native, or by its path, it must be there. */
export function chosenTensorFlow(): Which {
  const said = saidOfTensorFlow();
  if (said === 'native' || said === 'javascript') return said;
  return isAbsolute(said) || installedTensorFlow() ? 'native' : 'javascript';
}

/** "tfjs-node 4.22.0 with TensorFlow 2.21.0" */
export function describeTensorFlow(which: Which): string {
  if (which === 'javascript') return JAVASCRIPT;
  const installed = installedTensorFlow();
  return installed ? nameOf(installed) : 'a native TensorFlow that is not installed';
}

/** Why it cannot be loaded, in one sentence; undefined when it seems to be there. */
export function absence(which: Which): string | undefined {
  const said = saidOfTensorFlow();
  const named = isAbsolute(said);
  if (!named && !['', 'native', 'javascript'].includes(said))
    return `${SAYS} is "${said}": say native, javascript or the absolute path of an installation, or nothing.`;
  if (which === 'javascript' || installedTensorFlow()) return undefined;
  if (named)
    return `${said}: no TensorFlow was installed there by LIF Lab, and ${SAYS} names it; correct that, or use backend: tfjs-cpu.`;
  return 'Native TensorFlow is not installed: run "lif backend install tfjs" (in the editor "LIF Lab: Install TensorFlow"), or use backend: tfjs-cpu.';
}

const loaded: Partial<Record<Which, Promise<TensorFlow>>> = {};

/** As TensorFlow.js calls them. */
const NAMES: Record<Which, string> = { native: 'tensorflow', javascript: 'cpu' };

/**
 * What gives TensorFlow and has it compute. All copies in a process share one engine, which computes with one of them at a time: who
 * has waited for something must take it again.
 *
 * @param threads of the native one, for an operation; the first network of a process decides
 */
export async function loadTensorFlow(which: Which, threads: number): Promise<() => TensorFlow> {
  loaded[which] ??= which === 'native' ? loadInstalled(threads) : loadBundled();
  const tf = await loaded[which];
  return () => {
    // Both are ready once they are loaded, so that this is done at once.
    if (tf.getBackend() !== NAMES[which]) void tf.setBackend(NAMES[which]);
    return tf;
  };
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
  tf.enableProdMode();
  await tf.setBackend('cpu');
  return tf;
}
