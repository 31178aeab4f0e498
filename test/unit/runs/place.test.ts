/** Projects that are renamed, copied and reached through links: their runs are found. */
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRuns } from '../../../engine/runs/create.ts';
import { readRunFile } from '../../../engine/runs/read.ts';
import { specOf } from './fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lif-place-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A project with a study in a folder and one run of it; the run's folder relative to the project. */
function project(name: string): string {
  const file = join(folder, name, 'studies/xor.lif.yaml');
  mkdirSync(join(folder, name, 'studies'), { recursive: true });
  writeFileSync(file, '');
  const [run] = createRuns(join(folder, name, '.lif'), [{ ...specOf(), file }], {});
  return run!.slice(join(folder, name).length + 1);
}

function fileOfRun(run: string): string {
  const read = readRunFile(run);
  return 'value' in read ? read.value.spec.file : read.damage;
}

test('a project that was renamed', () => {
  const run = project('old');
  renameSync(join(folder, 'old'), join(folder, 'new'));
  expect(fileOfRun(join(folder, 'new', run))).toBe(join(folder, 'new/studies/xor.lif.yaml'));
});

test('a copy has runs of its own file, though the original is still there', () => {
  const run = project('original');
  cpSync(join(folder, 'original'), join(folder, 'copy'), { recursive: true });
  expect(fileOfRun(join(folder, 'copy', run))).toBe(join(folder, 'copy/studies/xor.lif.yaml'));
  expect(fileOfRun(join(folder, 'original', run))).toBe(join(folder, 'original/studies/xor.lif.yaml'));
});

test('a project that is reached through a link has its files behind the link', () => {
  const run = project('real');
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  expect(fileOfRun(join(folder, 'link', run))).toBe(join(folder, 'link/studies/xor.lif.yaml'));
});

test('a file that is nowhere is where it was', () => {
  const run = project('project');
  rmSync(join(folder, 'project/studies'), { recursive: true });
  expect(fileOfRun(join(folder, 'project', run))).toBe(join(folder, 'project/studies/xor.lif.yaml'));
});
