/** Projects, folders, files and variants that were renamed: what was trained is still found, and nothing else is. */
import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { expandExperiment } from '../../../engine/experiment/expand.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { readRun } from '../../../engine/jobs/claim.ts';
import { compareExperiment } from '../../../engine/runs/comparison/compare.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { openStore } from '../../../engine/runs/store.ts';
import { temporaryFolder } from './fixtures.ts';

const TEXT = `name: S
dataset: { name: delayed-xor, steps: 20, pulse: 5 }
network: { hidden: [4] }
training: { epochs: 2 }
seeds: [1, 2]
variants:
  baseline: {}
  without reset: { neuron: { reset: none } }
`;

let home: string;
let project: string;
beforeEach(() => {
  home = temporaryFolder();
  project = join(home, 'old');
  mkdirSync(join(project, 'studies'), { recursive: true });
  const file = join(project, 'studies', 's.lif.yaml');
  writeFileSync(file, TEXT);
  createRuns(join(project, '.lif'), expandExperiment(experiment(TEXT), file), {});
});

function experiment(text: string) {
  const { experiment: checked } = checkExperiment(text, '/s.lif.yaml');
  if (!checked) throw new Error('the text is not an experiment');
  return checked;
}

/** Runs found for each variant of a file, and those that are outdated. */
function found(root: string, name = 'studies/s.lif.yaml', text = TEXT) {
  const runs = openStore(join(root, '.lif')).keyedRuns();
  const { rows, outdated } = compareExperiment(experiment(text), join(root, name), runs);
  return { ...Object.fromEntries(rows.map((row) => [row.variant, row.runs.length])), outdated: outdated.length };
}

const ALL = { baseline: 2, 'without reset': 2, outdated: 0 };

/** Runs as builds made them that did not record the place of the file. */
function forgetPlaces(root: string): void {
  for (const { folder } of openStore(join(root, '.lif')).summaries()) {
    const { place: _, ...run } = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
  }
}

test.each(['this build', 'an earlier one'])('the project is renamed, and its runs are of %s', (build) => {
  if (build !== 'this build') forgetPlaces(project);
  const moved = join(home, 'new');
  renameSync(project, moved);
  expect(found(moved)).toEqual(ALL);
  const run = openStore(join(moved, '.lif')).summaries()[0]!;
  expect(run.file, 'the file in lists and trees').toBe(join(moved, 'studies', 's.lif.yaml'));
  expect(readRun(run.folder).spec.file, 'the file beside which data are looked for').toBe(run.file);
});

test('the project is copied: each copy has its own file', () => {
  const copy = join(home, 'copy');
  cpSync(project, copy, { recursive: true });
  expect(found(copy)).toEqual(ALL);
  expect(found(project)).toEqual(ALL);
});

test.runIf(process.platform !== 'win32')('the project is reached through a link', () => {
  symlinkSync(project, join(home, 'link'));
  expect(found(join(home, 'link'))).toEqual(ALL);
  const runs = openStore(join(project, '.lif')).keyedRuns();
  const { rows } = compareExperiment(experiment(TEXT), join(home, 'link', 'studies', 's.lif.yaml'), runs);
  expect(
    rows.map((row) => row.runs.length),
    'the file through the link, the store not',
  ).toEqual([2, 2]);
});

test('the file is renamed, or moved to another folder', () => {
  renameSync(join(project, 'studies', 's.lif.yaml'), join(project, 'study.lif.yaml'));
  expect(found(project, 'study.lif.yaml')).toEqual(ALL);
});

test('the file is moved and renamed, and then the project', () => {
  renameSync(join(project, 'studies', 's.lif.yaml'), join(project, 'study.lif.yaml'));
  const moved = join(home, 'new');
  renameSync(project, moved);
  expect(found(moved, 'study.lif.yaml')).toEqual(ALL);
  expect(found(moved, 'study.lif.yaml', TEXT.replace('name: S', 'name: Another'))).toEqual({
    ...{ baseline: 0, 'without reset': 0, outdated: 0 },
  });
});

test('a variant is renamed: its runs are those of the new name', () => {
  const text = TEXT.replace('without reset:', 'no reset:');
  expect(found(project, 'studies/s.lif.yaml', text)).toEqual({ baseline: 2, 'no reset': 2, outdated: 0 });
});

test('a variant is changed: its runs are outdated as before', () => {
  const text = TEXT.replace('reset: none', 'reset: soft');
  expect(found(project, 'studies/s.lif.yaml', text)).toEqual({ baseline: 2, 'without reset': 0, outdated: 2 });
});

test('another file with the same settings does not take the runs of one that is still there', () => {
  writeFileSync(join(project, 'studies', 'other.lif.yaml'), TEXT);
  expect(found(project, 'studies/other.lif.yaml')).toEqual({ baseline: 0, 'without reset': 0, outdated: 0 });
  expect(found(project)).toEqual(ALL);
});

test('a place that leads out of the project is not followed', () => {
  const { folder } = openStore(join(project, '.lif')).summaries()[0]!;
  const run = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
  writeFileSync(join(home, 'x.lif.yaml'), TEXT);
  const spec = { ...run.spec, file: '/nowhere/y.lif.yaml' };
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, place: '../x.lif.yaml', spec }));
  expect(openStore(join(project, '.lif')).summaries()[0]!.file).toBe('/nowhere/y.lif.yaml');
});
