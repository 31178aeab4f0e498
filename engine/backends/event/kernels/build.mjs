/**
 * Compiles the kernels: assembly/ (AssemblyScript) to WebAssembly with SIMD and shared memory, native/ to an addon where there
 * is a C++ compiler. What the two share with TypeScript is written beside them first (signatures/emit.ts).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { build } from 'esbuild';
import { buildNative, keyOf } from './native/build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../../../..');
const assembly = join(here, 'assembly');

/**
 * Compiles both unless what lies there is from the same sources and compilers.
 * @param {string} folder where kernels.wasm and the addon go
 * @returns {Promise<string | undefined>} one sentence why there are no native kernels, or undefined when there are
 */
export async function buildKernels(folder) {
  const { nativeFile } = await writeGenerated();
  const [without] = await Promise.all([buildNative(folder, nativeFile()), buildAssembly(join(folder, 'kernels.wasm'))]);
  return without;
}

/** Writes the header and the constants; what the modules that know them export. */
async function writeGenerated() {
  const bundled = await build({
    stdin: {
      contents:
        "export * from './signatures/all.ts'; export * from './signatures/emit.ts'; export * from './native-file.ts';",
      resolveDir: here,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const { text } = /** @type {import('esbuild').OutputFile} */ (bundled.outputFiles[0]);
  const emit = await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);
  const sources = new Map(
    readdirSync(assembly, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))
      .map((name) => [name.replaceAll('\\', '/'), readFileSync(join(assembly, name), 'utf8')]),
  );
  replace('native/generated/signatures.h', emit.cHeader(emit.CONTRACT));
  replace('assembly/generated/constants.ts', emit.assemblyConstants(emit.CONTRACT));
  replace('assembly/generated/index.ts', emit.assemblyIndex(emit.CONTRACT, sources));
  return emit;
}

/** @param {string} name @param {string} text */
function replace(name, text) {
  const file = join(here, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  mkdirSync(dirname(file), { recursive: true });
  // Another build may be reading it.
  writeFileSync(`${file}.${process.pid}.new`, text);
  renameSync(`${file}.${process.pid}.new`, file);
}

/** @param {string} outFile path of the .wasm to write */
async function buildAssembly(outFile) {
  const keyFile = `${outFile}.key`;
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json');
  const key = keyOf(assembly, /\.ts$/, version + readFileSync(fileURLToPath(import.meta.url), 'utf8'));
  if (existsSync(outFile) && existsSync(keyFile) && readFileSync(keyFile, 'utf8') === key) return;
  const { error, stderr } = await asc.main([
    relative(root, join(assembly, 'generated/index.ts')),
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  console.log((await buildKernels(join(root, 'dist'))) ?? 'Compiled.');
}
