/**
 * `npm run bench`: bundles a benchmark and runs it beside the built engine.
 *
 *   npm run bench                   training samples/s of whole networks (engine.ts)
 *   npm run bench -- --kernels      every entry of the kernel table, and how far it is from its floor (kernels.ts)
 *   npm run bench -- --profile      where the time of one thread goes (profile.ts)
 *   npm run bench -- --activity     what it costs to count the activity of all neurons in an evaluation (activity.ts)
 *   npm run bench -- --probes       what a look into a network costs (probes.ts)
 *   npm run bench -- --looks         what it costs to look into a network every epoch (looks.ts)
 *   npm run bench -- --analyses     how long analyses take, and with --compare PyTorch and openTSNE (analyses.ts)
 *   npm run bench -- --convolutional  networks of convolutions on native TensorFlow and in PyTorch (convolutional.ts)
 *   npm run bench -- --gradients    whether a deep network has the same gradient in float64, TensorFlow and PyTorch (gradients.ts)
 *   npm run bench -- --backends     event engine, native TensorFlow and TensorFlow in JavaScript, and what dispatch costs (backends.ts)
 *   npm run bench -- --views        what the views of the editor cost, in Chromium and in the query process (views.ts)
 *   npm run bench -- --activation   what VS Code needs to load and activate the extension (activation.ts)
 *   npm run bench -- --cluster      how long a study takes on a Slurm of this machine, and what its tasks write (cluster.ts)
 *   npm run bench -- --peers        the engine against PyTorch, SpikingJelly, snnTorch, Norse and tfjs (peers.ts)
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { compileProgram } from '../engine/backends/event/kernels/native/build.mjs';
import { editorScripts } from '../scripts/editor-scripts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const chosen =
  [
    'kernels',
    'profile',
    'peers',
    'activity',
    'probes',
    'looks',
    'analyses',
    'convolutional',
    'gradients',
    'backends',
    'views',
    'activation',
    'cluster',
  ].find((name) => process.argv.includes(`--${name}`)) ?? 'engine';
// As deep below the root as the pages' own tests, whose Chromium and bundles it uses.
const outfile = /views|activation/.test(chosen) ? `${root}/dist/bench/${chosen}.mjs` : `${root}/dist/bench.mjs`;
await build({
  entryPoints: [`${root}/bench/${chosen}.ts`],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['assemblyscript', 'esbuild', 'playwright-core'],
  // tfjs calls require() for Node's own modules.
  banner: {
    js: "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);",
  },
  outfile,
  logLevel: 'error',
  plugins: [editorScripts],
});
// What the floor of additions is measured with, for each set of instructions that there is a compiler for.
if (chosen === 'kernels' || chosen === 'peers')
  for (const set of ['avx512', 'avx2', 'baseline'])
    await compileProgram(`${root}/bench/additions.cpp`, `${root}/dist/additions-${set}`, set).catch((error) =>
      console.error(`Without the floor of ${set}: ${error.stderr || error.message}`),
    );
process.exit(spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
