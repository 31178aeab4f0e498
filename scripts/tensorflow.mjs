// The native TensorFlow that the tests of the tfjs backend run on: installed as a user would, kept in this platform's cache.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const LIF = join(fileURLToPath(import.meta.url), '../../dist/lif.mjs');

/**
 * Folder of an installation, for LIF_TENSORFLOW. Undefined where none can be had: why has been printed, and the tests of
 * native TensorFlow are skipped.
 */
export async function prepareTensorFlow() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const data = resolve(process.env.LIF_TEST_TENSORFLOW || join(cache, 'lif-lab', 'test-tensorflow'));
  const folder = join(data, 'tensorflow');
  if (existsSync(join(folder, 'lif-lab.json'))) return folder;
  const child = spawn(process.execPath, [LIF, 'backend', 'install', 'tfjs'], {
    env: { ...process.env, LIF_DATA: data },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  createInterface({ input: child.stderr }).on('line', (line) => console.log(`TensorFlow: ${line}`));
  const code = await new Promise((settle) => child.once('close', settle));
  if (code === 0) return folder;
  console.log('TensorFlow: the tests of native TensorFlow are skipped.');
  return undefined;
}
