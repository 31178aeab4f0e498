// Builds everything that runs into dist/: the `lif` command, its worker thread, the kernels, the extension's host side
// and the webviews. Parts whose sources do not exist are left out.
//
//   node scripts/build.mjs [--minify] [--watch]
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { context } from 'esbuild';
import { isMain } from './editor/cli.mjs';
import { bundledPackages, noticesOf } from './notices.mjs';
import { packWasm } from './pack-wasm.mjs';

const root = join(fileURLToPath(import.meta.url), '../..');
const dist = join(root, 'dist');

// Packages in CommonJS call require() for Node's own modules; in an ES module somebody has to provide it.
const requireBanner = [
  "import { createRequire as lifCreateRequire } from 'node:module';",
  'const require = lifCreateRequire(import.meta.url);',
].join('\n');

/** One bundle for each view, loaded only when the view is opened. */
function views() {
  const names = readdirSync(join(root, 'webview/views'));
  return Object.fromEntries(names.map((name) => [`view-${name}`, `webview/views/${name}/main.ts`]));
}

/**
 * Bundles by the source that they begin with. What lif and its worker load only when they need it lies in chunks.
 * @type {{ entries: Record<string, string>, options: import('esbuild').BuildOptions }[]}
 */
const BUNDLES = [
  {
    entries: {
      lif: 'engine/cli/main.ts',
      worker: 'engine/backends/event/workers/worker.ts',
      'hdf5-worker': 'engine/datasets/formats/hdf5/worker.ts',
    },
    options: {
      platform: 'node',
      target: 'node20',
      format: 'esm',
      splitting: true,
      // TensorFlow.js would load models with it; Node has a fetch of its own, and nothing here fetches a model.
      external: ['node-fetch'],
      outExtension: { '.js': '.mjs' },
      banner: { js: `#!/usr/bin/env node\n${requireBanner}` },
      plugins: [{ name: 'sources', setup: (build) => build.onEnd(writeSources) }],
    },
  },
  {
    entries: { extension: 'extension/main.ts' },
    options: {
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      external: ['vscode'],
      outExtension: { '.js': '.cjs' },
    },
  },
  {
    entries: views(),
    options: { platform: 'browser', target: 'es2022', format: 'iife', loader: { '.css': 'text' } },
  },
];

/** Files that a build makes for others to start from; the chunks that they load have names of their own. */
export const BUNDLED = BUNDLES.flatMap(({ entries, options }) =>
  Object.keys(entries).map((name) => `dist/${name}${options.outExtension?.['.js'] ?? '.js'}`),
);

/**
 * @param {{ minify?: boolean }} [options]
 * @returns {Promise<import('esbuild').BuildContext[]>} one context per bundle, not yet built
 */
function contexts({ minify = false } = {}) {
  const present = BUNDLES.map(({ entries, options }) => ({
    entries: Object.fromEntries(Object.entries(entries).filter(([, source]) => existsSync(join(root, source)))),
    options,
  }));
  return Promise.all(
    present
      .filter(({ entries }) => Object.keys(entries).length > 0)
      .map(({ entries, options }) =>
        context({
          absWorkingDir: root,
          entryPoints: entries,
          outdir: dist,
          chunkNames: 'chunk-[hash]',
          bundle: true,
          minify,
          // Packages are small enough without maps; while developing, stack traces should name the sources.
          sourcemap: minify ? false : 'linked',
          sourcesContent: false,
          metafile: true,
          legalComments: minify ? 'none' : 'inline',
          logLevel: 'warning',
          ...options,
          plugins: [...(options.plugins ?? []), ...(minify ? [packWasm] : [])],
        }),
      ),
  );
}

/**
 * Chunks have new names whenever they change, and packages no maps: what an earlier build left goes when the new one is
 * complete, so that dist/ works at any moment. Runs that started before the build may still load the chunks of theirs:
 * those stay for a day, except in a package.
 * @param {import('esbuild').BuildResult[]} results
 * @param {boolean} all
 */
function removeOld(results, all) {
  const yesterday = Date.now() - 24 * 3600 * 1000;
  const made = new Set(
    results.flatMap(({ metafile }) => Object.keys(metafile?.outputs ?? {}).map((name) => basename(name))),
  );
  for (const name of readdirSync(dist))
    if (/^chunk-.*\.mjs$|\.[cm]?js\.map$|^(webview|view-.*)\.js$/.test(name) && !made.has(name))
      if (all || statSync(join(dist, name)).mtimeMs < yesterday) rmSync(join(dist, name));
}

/** @param {import('esbuild').BuildResult[]} results */
function writeNotices(results) {
  const inputs = results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {}));
  writeFileSync(join(dist, 'THIRD_PARTY_NOTICES.txt'), noticesOf(root, bundledPackages(inputs)));
}

async function buildKernels() {
  if (!existsSync(join(root, 'engine/backends/event/kernels/build.mjs'))) return;
  const kernels = await import('../engine/backends/event/kernels/build.mjs');
  const without = await kernels.buildKernels(dist);
  if (without) console.log(without);
}

/**
 * Hashes of our sources that the worker thread is made of: what runs from the sources shares memory with it
 * (engine/base/paths.ts).
 * @param {import('esbuild').BuildResult} result
 */
function writeSources({ metafile }) {
  /** @type {Set<string>} */
  const outputs = new Set(['dist/worker.mjs']);
  for (const name of outputs)
    for (const { path, kind } of metafile?.outputs[name]?.imports ?? [])
      if (kind === 'import-statement' && metafile?.outputs[path]) outputs.add(path);
  const inputs = [...outputs].flatMap((name) => Object.keys(metafile?.outputs[name]?.inputs ?? {}));
  const sources = inputs.filter((name) => /^(engine|protocol)\//.test(name)).sort();
  const hashes = sources.map((name) => [name, hashOf(join(root, name))]);
  writeFileSync(join(dist, 'worker.mjs.sources.json'), `${JSON.stringify(Object.fromEntries(hashes), null, 1)}\n`);
}

/** @param {string} file */
const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The command `lif` for the integrated terminal. */
function copyCommand() {
  cpSync(join(root, 'scripts/bin'), join(dist, 'bin'), { recursive: true });
}

/**
 * Builds once. Rejects when anything does not compile.
 * @param {{ minify?: boolean }} [options]
 */
export async function build(options = {}) {
  mkdirSync(dist, { recursive: true });
  const all = await contexts(options);
  try {
    const [results] = await Promise.all([Promise.all(all.map((one) => one.rebuild())), buildKernels()]);
    removeOld(results, options.minify ?? false);
    writeNotices(results);
  } finally {
    await Promise.all(all.map((one) => one.dispose()));
  }
  copyCommand();
}

function printSizes() {
  const kilobytes = (/** @type {string} */ name) => statSync(join(dist, name)).size / 1024;
  const names = readdirSync(dist);
  const line = (/** @type {string} */ name, /** @type {number} */ size) =>
    console.log(`${`dist/${name}`.padEnd(22)} ${size.toFixed(1).padStart(8)} KB`);
  const known = ['lif.mjs', 'worker.mjs', 'extension.cjs', ...names.filter((name) => /^view-.*\.js$/.test(name))];
  for (const name of [...known, 'kernels.wasm']) if (names.includes(name)) line(name, kilobytes(name));
  for (const name of names) if (name.endsWith('.node')) line(name, kilobytes(name));
  const chunks = names.filter((name) => /^chunk-.*\.mjs$/.test(name));
  if (chunks.length > 0)
    line(
      `chunk-*.mjs (${chunks.length})`,
      chunks.reduce((sum, name) => sum + kilobytes(name), 0),
    );
}

async function buildAndWatch() {
  mkdirSync(dist, { recursive: true });
  copyCommand();
  for (const one of await contexts()) await one.watch();
  await compileKernels();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  for (const sources of ['signatures', 'assembly', 'native'])
    watch(join(root, 'engine/backends/event/kernels', sources), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(compileKernels, 200);
    });
  console.log('Watching for changes; press Ctrl-C to end.');
}

async function compileKernels() {
  try {
    await buildKernels();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { watch: { type: 'boolean' }, minify: { type: 'boolean' } } });
  if (values.watch) await buildAndWatch();
  else {
    const began = performance.now();
    try {
      await build({ minify: values.minify ?? false });
      printSizes();
      console.log(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    } catch (error) {
      // esbuild has printed its own messages; the compiler of the kernels has not.
      if (!(error instanceof Error && 'errors' in error)) console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
