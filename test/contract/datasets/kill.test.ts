/** A preparation killed at any moment leaves no cache that looks complete, and the next one succeeds. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRegular } from '../../../engine/base/files.ts';
import { prepareDataset } from '../../../engine/datasets/prepare.ts';
import { readCache } from '../../../engine/datasets/recordings/cache.ts';
import { put, readSample, specOf, temporaryFolder } from '../../unit/datasets/helpers.ts';
import { nmnistFiles, zipOf } from '../../unit/datasets/writers.ts';

const root = resolve(import.meta.dirname, '../../..');
let folder: string;
const before = process.env.LIF_DATA;
beforeEach(() => {
  folder = temporaryFolder();
  process.env.LIF_DATA = join(folder, 'data');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  if (before === undefined) delete process.env.LIF_DATA;
  else process.env.LIF_DATA = before;
});

test('kill -9 during preparation', async () => {
  put(join(folder, 'data', 'nmnist'), 'Train.zip', zipOf(nmnistFiles('Train', 4000)));
  put(join(folder, 'data', 'nmnist'), 'Test.zip', zipOf(nmnistFiles('Test', 10)));
  const script = join(folder, 'prepare.mjs');
  await build({
    stdin: {
      contents: `import { prepareDataset } from './engine/datasets/prepare.ts';
        import { datasetSchema } from './engine/datasets/sets/registry.ts';
        console.log('started');
        await prepareDataset(datasetSchema.parse({ name: 'nmnist' }), { file: 'study.lif.yaml', seed: 1 });
        console.log('prepared');`,
      resolveDir: root,
      loader: 'ts',
    },
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['h5wasm'],
    logLevel: 'error',
  });
  const caches = join(folder, 'data', 'cache');
  let killed = 0;
  let whole = false;
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    const ended = new Promise((done) => child.once('close', done));
    await new Promise<void>((started) =>
      child.stdout.on('data', (text) => {
        output += text;
        started();
      }),
    );
    await sleep(20 + 40 * round);
    child.kill('SIGKILL');
    await ended;
    if (output.includes('prepared')) break;
    killed++;
    const complete = existsSync(caches) ? readdirSync(caches).filter((name) => name.endsWith('.events')) : [];
    // Killed between the renaming and the last line, the cache is there, and whole; so may be the lock, which nobody needs.
    for (const name of complete) {
      const open = openRegular(join(caches, name), { limit: 2 ** 40 });
      expect(readCache(open, name)?.header.parts.train, `after the kill of round ${round}`).toBe(4000);
      closeSync(open.fd);
    }
    whole = complete.length > 0;
    if (whole) break;
  }
  expect(killed, 'preparations that were killed').toBeGreaterThan(1);
  const data = await prepareDataset(specOf({ name: 'nmnist' }), { file: 'study.lif.yaml', seed: 1 });
  expect(data.sizes).toEqual({ train: 4000, validation: 0, test: 10 });
  expect(readSample(data, 'train', 0, 3999).label).toBe(9);
  const left = readdirSync(caches).filter((name) => !name.endsWith('.events') && !(whole && name.endsWith('.lock')));
  expect(left, 'files beside the cache').toEqual([]);
});
