/** docs/contributing/add-a-data-set.md works as it is written: its files are built and its data set is prepared. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { expect, test, vi } from 'vitest';
import type { PreparedDataset } from '../../../engine/datasets/dataset.ts';
import { temporaryFolder } from './helpers.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const guide = readFileSync(join(root, 'docs/contributing/add-a-data-set.md'), 'utf8');
const files = new Map(
  [...guide.matchAll(/^## \d\. `sets\/parity\/(\w+\.ts)`[\s\S]*?```ts\n([\s\S]*?)```/gm)].map(([, name, code]) => [
    name!,
    code!,
  ]),
);
const folder = join(root, 'engine/datasets/sets/parity');

/** The files of the guide, as if they lay in their folder. */
const written: Plugin = {
  name: 'guide',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ path, resolveDir }) =>
      resolveDir === folder ? { path: path.slice(2), namespace: 'guide' } : undefined,
    );
    onResolve({ filter: /^\.\.\// }, ({ path, resolveDir }) =>
      resolveDir === folder ? { path: join(folder, path) } : undefined,
    );
    onResolve({ filter: /^\w/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: 'guide' }, ({ path }) => ({
      contents: files.get(path)!,
      loader: 'ts',
      resolveDir: folder,
    }));
  },
};

test('three files and a line in the registry make a data set', async () => {
  expect([...files.keys()]).toEqual(['schema.ts', 'describe.ts', 'read.ts']);
  const temporary = temporaryFolder();
  // Below the root, where packages are found.
  const outfile = join(root, 'build', `guide-${process.pid}.mjs`);
  mkdirSync(join(root, 'build'), { recursive: true });
  vi.stubEnv('LIF_DATA', temporary);
  try {
    await build({
      stdin: { contents: `export { parity } from './describe.ts';`, resolveDir: folder, loader: 'ts' },
      plugins: [written],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    });
    const { parity } = await import(pathToFileURL(outfile).href);
    expect(parity.domain, 'what a definition must have').toBe('temporal');
    const spec = parity.schema.parse({ name: 'parity', trainSamples: 30, testSamples: 10 });
    const reader = await parity.reader();
    expect(reader.check(spec, '/s.lif.yaml')).toEqual({});
    const data: PreparedDataset = await reader.prepare(spec, { file: '/s.lif.yaml', seed: 1 });
    const { input, ...shape } = parity.shape(spec);
    expect(data).toMatchObject({ ...shape, inputs: input.channels });
  } finally {
    vi.unstubAllEnvs();
    rmSync(outfile, { force: true });
    rmSync(temporary, { recursive: true });
  }
});
