/**
 * `npm run bench`: bundles a benchmark and runs it beside the built engine.
 *
 *   npm run bench                   training samples/s of whole networks (engine.ts)
 *   npm run bench -- --kernels      every entry of the kernel table, and how far it is from its floor (kernels.ts)
 *   npm run bench -- --profile      where the time of one thread goes (profile.ts)
 *   npm run bench -- --peers        the engine against PyTorch, SpikingJelly, snnTorch, Norse and tfjs (peers.ts)
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const chosen = ['kernels', 'profile', 'peers'].find((name) => process.argv.includes(`--${name}`)) ?? 'engine';
await build({
  entryPoints: [`${root}/bench/${chosen}.ts`],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['assemblyscript'],
  // tfjs calls require() for Node's own modules.
  banner: {
    js: "import { createRequire as benchRequire } from 'node:module'; const require = benchRequire(import.meta.url);",
  },
  outfile: `${root}/dist/bench.mjs`,
  logLevel: 'error',
});
process.exit(
  spawnSync(process.execPath, [`${root}/dist/bench.mjs`, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1,
);
