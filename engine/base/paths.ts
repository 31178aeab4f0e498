/** Where the built files lie: beside this module in the bundle, in dist/ when the sources run. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of a built file such as `kernels.wasm` or `worker.mjs`. */
export function builtFile(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const folder of [here, join(here, '../dist'), join(here, '../../dist')]) {
    const file = join(folder, name);
    if (existsSync(file)) return file;
  }
  throw new Error(`${name} is missing beside ${here}: run "npm run build".`);
}
