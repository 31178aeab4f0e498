/** Of esbuild: programs of scripts/editor stay where they lie, since they find the repository and themselves by that. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @type {import('esbuild').Plugin} */
export const editorScripts = {
  name: 'editor-scripts',
  setup: ({ onResolve }) =>
    onResolve({ filter: /scripts\/editor\/.*\.mjs$/ }, ({ path, resolveDir }) => ({
      path: pathToFileURL(resolve(resolveDir, path)).href,
      external: true,
    })),
};
