/** Compiles the binding of tfjs-node, as its authors wrote it, against TensorFlow's C headers. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { runTool, ToolError } from '../../../base/run-tool.ts';
import { LIBRARIES } from './wheel.ts';

/** The compiler of C++ and its first arguments: CXX, where it is set, as make takes it or as a path, which may have spaces. */
export function compilerWords(): [string, ...string[]] {
  const named = process.env.CXX ?? '';
  const words = existsSync(named) ? [named] : named.trim().split(/\s+/);
  return words[0] ? (words as [string, ...string[]]) : ['g++'];
}

/**
 * @param root folder of the package
 * @param nodeHeaders folder of node_api.h
 * @param libraries folder of TensorFlow's libraries and of `include`; the binding looks for them in deps/lib of the package
 */
export async function compileBinding(
  root: string,
  nodeHeaders: string,
  libraries: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = join(root, 'lib/napi-v8');
  mkdirSync(target, { recursive: true });
  const [compiler, ...first] = compilerWords();
  const args = [
    ...['-O2', '-std=c++17', '-shared', '-fPIC', '-w'],
    ...['-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'],
    ...[`-I${nodeHeaders}`, `-I${join(libraries, 'include')}`, `-I${join(root, 'binding')}`],
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(root, 'binding', file)),
    ...['-o', join(target, 'tfjs_binding.node')],
    ...[`-L${libraries}`, ...LIBRARIES.map((library) => `-l:${library}`)],
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ];
  try {
    await runTool(compiler, [...first, ...args], { signal, timeoutMs: 10 * 60_000 });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    throw new UserError(
      error.absent
        ? `${compiler}: there is no such compiler; install g++ (or name another one in CXX) and try again.`
        : `${compiler}: cannot compile the binding of TensorFlow because ${error.reason}; a compiler of C++17 is needed.`,
    );
  }
}
