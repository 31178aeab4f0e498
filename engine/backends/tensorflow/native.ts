/** Loads the native TensorFlow of a folder into this process. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { UserError } from '../../base/errors.ts';
import type { Installed } from './installed.ts';
import type { TensorFlow } from './tensorflow.ts';

/**
 * Throws a UserError when it does not load.
 * @param threads that an operation may use; the first network of a process decides
 */
export function loadNative(folder: string, { package: name }: Pick<Installed, 'package'>, threads: number): TensorFlow {
  mendUtil();
  // Read by the library when it starts: no log of its own on the terminal, and no more threads than the run has.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS ??= String(threads);
  process.env.TF_NUM_INTEROP_THREADS ??= '1';
  try {
    const tf = createRequire(join(folder, 'package.json'))(name) as TensorFlow;
    tf.enableProdMode();
    return tf;
  } catch (error) {
    throw new UserError(
      `${folder}: TensorFlow does not load because ${causeOf(error)}; install it again with "lif backend install tfjs", or use backend: tfjs-cpu.`,
    );
  }
}

/** Version of the library that computes, as its binding tells. */
export function libraryVersion(folder: string, { package: name }: Pick<Installed, 'package'>): string {
  const require = createRequire(join(folder, 'node_modules', name, 'package.json'));
  const { find } = require('@mapbox/node-pre-gyp') as { find(description: string): string };
  const binding = require(find(join(folder, 'node_modules', name, 'package.json'))) as { TF_Version: string };
  return binding.TF_Version;
}

const causeOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!.replace(/[\s.;]+$/, '');

/** tfjs-node 4.22.0 still uses functions that Node 23 has dropped. */
function mendUtil(): void {
  const old = util as unknown as Record<string, unknown>;
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  old.isArray ??= Array.isArray;
}
