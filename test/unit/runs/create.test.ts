import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { UserError } from '../../../engine/base/errors.ts';
import * as files from '../../../engine/base/files.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { readOrigin } from '../../../engine/runs/origin.ts';
import { openStore } from '../../../engine/runs/store.ts';
import { shownStateOf } from '../../../engine/runs/summary.ts';
import { knownStatus, requeue, updateStatus } from '../../../engine/runs/write.ts';
import { specOf, temporaryFolder } from './fixtures.ts';

vi.mock('../../../engine/base/files.ts', { spy: true });

test('runs are queued, in the order of their specs', () => {
  const store = join(temporaryFolder(), 'a', '.lif');
  const specs = ['z', 'a', 'm'].map((variant) => specOf({ variant }));
  const folders = createRuns(store, specs, { engineVersion: '1.2.3' });
  const runs = openStore(store).summaries();
  expect(runs.map((run) => run.folder)).toEqual(folders);
  expect(runs.map((run) => [run.variant, run.state, run.epochs, run.damage])).toEqual([
    ['z', 'queued', 5, []],
    ['a', 'queued', 5, []],
    ['m', 'queued', 5, []],
  ]);
  expect(readFileSync(join(store, '.gitignore'), 'utf8')).toBe('*\n');
  expect(readdirSync(join(store, 'runs')).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('a run that waits for a process to take charge of it waits, however long that takes, while its maker lives', () => {
  const [folder] = createRuns(temporaryFolder(), [specOf()], {});
  const minute = 60_000;
  const shown = () => shownStateOf(knownStatus(folder!), minute);
  expect(shown()).toBe('queued');
  updateStatus(folder!, { state: 'failed', started: '1' });
  requeue(folder!);
  expect(shown(), 'put back by us').toBe('queued');
  updateStatus(folder!, { pid: spawnSync(process.execPath, ['-e', '']).pid });
  expect(shown(), 'whoever had it is gone').toBe('interrupted');
});

test('run.json says what is trained and with what', () => {
  const store = temporaryFolder();
  const [folder] = createRuns(store, [specOf()], { engineVersion: '1.2.3' });
  const run = JSON.parse(readFileSync(join(folder!, 'run.json'), 'utf8'));
  expect(run).toMatchObject({
    format: 1,
    id: basename(folder!),
    spec: specOf(),
    provenance: { engineVersion: '1.2.3' },
  });
});

test('what the file was stays beside the run; a link in its place is not followed', () => {
  const store = temporaryFolder();
  const origin = { text: 'name: x # as it was\n', changes: 'diff --git a b\n' };
  const [kept, none] = [origin, undefined].map((one) => createRuns(store, [specOf()], {}, undefined, one)[0]!);
  expect([readOrigin(kept!), readOrigin(none!)]).toEqual([origin, {}]);
  writeFileSync(join(store, 'secret'), 'x');
  symlinkSync(join(store, 'secret'), join(none!, 'experiment.txt'));
  expect(readOrigin(none!)).toEqual({});
});

test('a store that already exists keeps its .gitignore', () => {
  const store = temporaryFolder();
  createRuns(store, [specOf()], {});
  expect(existsSync(join(store, '.gitignore'))).toBe(false);
});

test('a store that cannot be written: one sentence, and not one run', () => {
  const store = join(temporaryFolder(), 'file');
  writeFileSync(store, '');
  const create = () => createRuns(store, [specOf(), specOf()], {});
  expect(create).toThrow(UserError);
  expect(create).toThrow(/^The runs cannot be written to .*: a file stands where a folder should be; choose another/);
});

test('when the second of two runs cannot be written, neither is there', () => {
  const store = temporaryFolder();
  vi.mocked(files.writeDurably)
    .mockImplementationOnce(() => {})
    .mockImplementationOnce(() => {})
    .mockImplementationOnce(() => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    });
  expect(() => createRuns(store, [specOf(), specOf()], {})).toThrow(/the disk is full; choose another folder/);
  expect(readdirSync(join(store, 'runs'))).toEqual([]);
});

test('what a process left half-made is not listed and swept away once it is old', () => {
  const store = temporaryFolder();
  for (const name of ['.new-old', '.new-young']) mkdirSync(join(store, 'runs', name), { recursive: true });
  utimesSync(join(store, 'runs', '.new-old'), new Date(0), new Date(0));
  expect(openStore(store).summaries()).toEqual([]);
  createRuns(store, [specOf()], {});
  expect(readdirSync(join(store, 'runs')).filter((name) => name.startsWith('.'))).toEqual(['.new-young']);
});
