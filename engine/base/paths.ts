/** Where the built files lie: beside this module in the bundle, in dist/ when the sources run. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from './hash.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** Absolute path of a built file such as `kernels.wasm` or `worker.mjs`. */
export function builtFile(name: string): string {
  const file = findBuiltFile(name);
  if (file === undefined) throw new Error(`${name} is missing beside ${here}: run "npm run build".`);
  return file;
}

/** As `builtFile`, of a file that not every build has. */
export function findBuiltFile(name: string): string | undefined {
  const places = [here, join(here, '../dist'), join(here, '../../dist')].map((folder) => join(folder, name));
  return places.find((file) => existsSync(file));
}

/** Bundles that were compared with the sources: once is enough for a process, which has loaded its own already. */
const compared = new Set<string>();

/**
 * As `builtFile`, of a bundle that shares memory with this code. Where this code is no part of the build, as in tests, the
 * bundle must be made of the sources as they are now: of others it would take the same bytes for something else. The build
 * writes their hashes beside it. Throws an Error that names a source which has changed since.
 */
export function builtFromSources(name: string): string {
  const file = builtFile(name);
  if (dirname(file) === here || compared.has(file)) return file;
  const sources: Record<string, string> = JSON.parse(readFileSync(builtFile(`${name}.sources.json`), 'utf8'));
  const changed = changedSource(join(dirname(file), '..'), sources);
  if (changed !== undefined) throw new Error(`dist/${name} is older than ${changed}: run "npm run build".`);
  compared.add(file);
  return file;
}

/** The first of these files below `root` whose hash is another one now; undefined where all are as they were. */
export function changedSource(root: string, hashes: Readonly<Record<string, string>>): string | undefined {
  return Object.keys(hashes).find((source) => {
    const path = join(root, source);
    return !existsSync(path) || sha256(readFileSync(path)) !== hashes[source];
  });
}
