/** Compiles the kernels (engine/backends/event/kernels/assembly, AssemblyScript) to WebAssembly with SIMD and shared memory. */
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');

/** @param {string} outFile path of the .wasm to write */
export async function buildKernels(outFile) {
  const { error, stderr } = await asc.main([
    'engine/backends/event/kernels/assembly/index.ts',
    '--baseDir',
    root,
    '--outFile',
    relative(root, outFile),
    '--runtime',
    'stub',
    '--importMemory',
    '--sharedMemory',
    '--initialMemory',
    '1',
    '--maximumMemory',
    '65536',
    '--enable',
    'simd',
    '--enable',
    'threads',
    '--enable',
    'bulk-memory',
    '-O3',
    '--noAssert',
    '--converge',
  ]);
  if (error) throw new Error(`The kernels do not compile: ${error.message}\n${stderr.toString()}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels(join(root, 'dist/kernels.wasm'));
