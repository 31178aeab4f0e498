/** What LIF Lab is built from and carries: nothing that could be swapped unnoticed, nothing without its licence. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtFile } from '../../engine/base/paths.ts';
import { BUNDLED } from '../../scripts/build.mjs';
import { bundledPackages, noticesOf } from '../../scripts/notices.mjs';
import { packedFiles, patterns } from '../../scripts/package.mjs';

const root = join(import.meta.dirname, '../..');
const json = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

test('every package of the lockfile is pinned by the hash of its content', () => {
  const entries = Object.entries<{ integrity?: string; link?: boolean }>(json('package-lock.json').packages);
  const loose = entries.filter(
    ([path, { integrity, link }]) => path !== '' && !link && !/^sha512-/.test(integrity ?? ''),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
});

test('the notices name every package that LIF Lab depends on, and HDF5 inside h5wasm', () => {
  const notices = readFileSync(builtFile('THIRD_PARTY_NOTICES.txt'), 'utf8');
  const { dependencies } = json('package.json');
  for (const name of Object.keys(dependencies)) {
    const { version } = json(`node_modules/${name}/package.json`);
    expect(notices).toContain(`\n${name} ${version} (`);
  }
  expect(notices).toContain('NIST-developed software is provided by NIST as a public service.');
  expect(notices).toContain('HDF5 (Hierarchical Data Format 5) Software Library and Utilities');
  expect(notices).toMatch(/Redistribution and use in source and binary forms/);
});

test('the packages of a bundle are found by its sources, scoped, nested and with what the compiler adds', () => {
  const inputs = ['engine/cli/main.ts', 'node_modules/yaml/dist/a.js', 'node_modules/@lit/x/node_modules/lit/y.js'];
  expect(bundledPackages([...inputs, 'node_modules/@vscode-elements/elements/z.js'])).toEqual([
    '@vscode-elements/elements',
    'assemblyscript',
    'lit',
    'yaml',
  ]);
});

test('a package without a licence is not shipped', () => {
  const project = mkdtempSync(join(tmpdir(), 'lif-notices-'));
  try {
    mkdirSync(join(project, 'node_modules/unlicensed'), { recursive: true });
    writeFileSync(join(project, 'node_modules/unlicensed/package.json'), '{"version": "1.0.0"}');
    expect(() => noticesOf(project, ['unlicensed'])).toThrow('unlicensed 1.0.0 comes without its licence.');
  } finally {
    rmSync(project, { recursive: true });
  }
});

test('the package carries everything that is started from it, and no sources', async () => {
  const files = await packedFiles();
  expect(files).toEqual(expect.arrayContaining([...BUNDLED, 'dist/kernels.wasm', 'dist/bin/lif', 'dist/bin/lif.cmd']));
  expect(files.filter((file) => /^(engine|extension|webview|test|node_modules)\//.test(file))).toEqual([]);
});

test('a package for one platform takes its kernels and no others; one for all takes none', () => {
  const kernels = (target?: string) => patterns(target).match(/^.*\.node$/gm);
  expect(kernels()).toEqual([`!dist/kernels-${process.platform}-${process.arch}.node`]);
  expect(kernels('linux-x64')).toEqual(['!dist/kernels-linux-x64.node']);
  expect(kernels('universal')).toBe(null);
});
