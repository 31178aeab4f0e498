/**
 * Takes the pictures of docs/tour.md and README.md anew: `node scripts/tour.mjs`, with what `npm run build` has built. A whole session in a
 * real editor, over runs that are trained for it; a few minutes. `--to FOLDER` leaves docs/pictures as they are, `--theme 'high contrast dark'` has
 * all of them in one theme.
 */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { editorScripts } from './editor-scripts.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: { to: { type: 'string', default: `${root}/docs/pictures` }, theme: { type: 'string' } },
});
// As deep below the root as the editor's own tests, whose Chromium and package it uses.
const outfile = `${root}/dist/bench/tour.mjs`;
await build({
  entryPoints: [`${root}/test/editor/tour/session.ts`],
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: ['playwright-core', 'esbuild'],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  outfile,
  logLevel: 'error',
  plugins: [editorScripts],
});
const { takePictures } = await import(pathToFileURL(outfile).href);
await takePictures({ folder: resolve(values.to), theme: values.theme });
