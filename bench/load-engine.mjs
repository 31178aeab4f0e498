/** Bundles TypeScript modules of the engine on the fly and imports them, so that scripts need no build step. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the modules (paths from the root) export, all together. */
export async function loadEngine(...modules) {
  // Below the root like dist/, where the engine looks for its built parts.
  const folder = join(root, 'build');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `bench-${process.pid}-${Math.random().toString(36).slice(2)}.mjs`);
  await build({
    stdin: { contents: modules.map((m) => `export * from './${m}';`).join('\n'), resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(outfile, { force: true });
  }
}

/** The folder with real data, or undefined when it is not there. */
export const realData = process.env.LIF_REAL_DATA ?? join(root, '..', 'shared', 'data');
