/** Compiles the kernels (engine/backends/event/kernels/assembly, AssemblyScript) to WebAssembly with SIMD and shared memory. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../../..');

/**
 * Compiles unless what lies there is from the same sources and compiler.
 * @param {string} outFile path of the .wasm to write
 */
export async function buildKernels(outFile) {
  const keyFile = `${outFile}.key`;
  const key = keyOfSources();
  if (existsSync(outFile) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) return;
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
  writeFileSync(keyFile, key);
}

function keyOfSources() {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const hash = createHash('sha256')
    .update(version)
    .update(readFileSync(fileURLToPath(import.meta.url)));
  const sources = join(here, 'assembly');
  for (const name of readdirSync(sources).sort()) hash.update(name).update(readFileSync(join(sources, name)));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildKernels(join(root, 'dist/kernels.wasm'));
