import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Version of LIF Lab: that of the nearest package.json named lif-lab above this module, bundled or not. */
export function engineVersion(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file)) {
      const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
      if (name === 'lif-lab' && typeof version === 'string') return version;
    }
    if (folder === dirname(folder)) return 'unknown';
  }
}
