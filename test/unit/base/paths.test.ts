import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../../engine/base/hash.ts';
import { builtFromSources, changedSource } from '../../../engine/base/paths.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lif-paths-'));
});
afterAll(() => rmSync(root, { recursive: true }));

test('a source that is not as it was when the bundle was made is named', () => {
  for (const name of ['a.ts', 'b.ts']) writeFileSync(join(root, name), name);
  const hashes = { 'a.ts': sha256('a.ts'), 'b.ts': sha256('b.ts') };
  expect(changedSource(root, hashes)).toBeUndefined();
  writeFileSync(join(root, 'b.ts'), 'another layout');
  expect(changedSource(root, hashes)).toBe('b.ts');
  expect(changedSource(root, { ...hashes, 'gone.ts': sha256('') })).toBe('b.ts');
  rmSync(join(root, 'a.ts'));
  expect(changedSource(root, hashes)).toBe('a.ts');
});

test('the worker thread in dist is of these sources', () => {
  expect(basename(builtFromSources('worker.mjs'))).toBe('worker.mjs');
});
