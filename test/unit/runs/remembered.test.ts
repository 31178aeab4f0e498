import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRuns } from '../../../engine/runs/create.ts';
import { StoreReader } from '../../../engine/runs/store.ts';
import { writeStatus } from '../../../engine/runs/write.ts';
import { epochLine, specOf, statusOf, temporaryFolder } from './fixtures.ts';

const RUNS = 24;
let store: string;
let file: string;
let folders: string[];
const LONG_AGO = new Date(Date.now() - 3_600_000);

/** A store of many finished runs that were written long ago, and one that says it runs. */
beforeEach(() => {
  const project = temporaryFolder();
  store = join(project, '.lif');
  file = join(project, 'xor.lif.yaml');
  vi.stubEnv('LIF_DATA', join(project, 'data'));
  const [first] = createRuns(store, [specOf({ file })], {});
  writeFileSync(join(first!, 'metrics.jsonl'), `${JSON.stringify(epochLine(20, 1, { test: 0.9 }))}\n`);
  writeStatus(first!, statusOf({ state: 'finished' }));
  const run = readFileSync(join(first!, 'run.json'), 'utf8');
  folders = [first!];
  for (let i = 1; i < RUNS; i++) {
    const folder = `${first}-${i}`;
    mkdirSync(folder);
    writeFileSync(join(folder, 'run.json'), run.replace(basename(first!), basename(folder)));
    for (const name of ['status.json', 'metrics.jsonl']) cpSync(join(first!, name), join(folder, name));
    folders.push(folder);
  }
  for (const folder of folders) for (const name of ['run.json', 'status.json', 'metrics.jsonl']) settle(folder, name);
});
afterEach(() => vi.unstubAllEnvs());

const settle = (folder: string, name: string): void => utimesSync(join(folder, name), LONG_AGO, LONG_AGO);
const kept = (): string[] => readdirSync(join(process.env.LIF_DATA!, 'summaries'));

/** The store as a process sees it that has never seen it, where twenty runs are worth remembering. */
function openStore(folder: string): StoreReader {
  const reader = new StoreReader(folder, undefined, undefined, undefined, undefined, 20);
  expect(reader.refresh().problem).toBe('');
  return reader;
}

/** Another accuracy in as many bytes: whoever looks at sizes and times alone does not see it. */
function forge(folder: string): void {
  const log = join(folder, 'metrics.jsonl');
  writeFileSync(log, readFileSync(log, 'utf8').replaceAll('"accuracy":0.9', '"accuracy":0.1'));
}

test('runs whose files have not changed are told as when they were read, without being read', () => {
  const before = openStore(store);
  expect(kept()).toHaveLength(1);
  forge(folders[7]!);
  settle(folders[7]!, 'metrics.jsonl');
  const again = openStore(store);
  expect(again.summaries()).toEqual(before.summaries());
  const keys = (reader: typeof before) => reader.keyedRuns().map(({ key, settings }) => [key, settings]);
  expect(keys(again)).toEqual(keys(before));
  expect(
    again.history(basename(folders[3]!))?.epochs,
    'what is not remembered is read when it is asked for',
  ).toHaveLength(1);
});

test('what changed since is read again, what is gone is gone, what came is there', () => {
  openStore(store);
  forge(folders[7]!);
  appendFileSync(join(folders[8]!, 'metrics.jsonl'), `${JSON.stringify(epochLine(40, 2, { test: 0.5 }))}\n`);
  writeStatus(folders[9]!, statusOf({ state: 'failed', message: 'No room.' }));
  writeFileSync(join(folders[10]!, 'note.json'), JSON.stringify({ format: 1, note: 'odd', starred: true, tags: [] }));
  rmSync(folders[11]!, { recursive: true });
  cpSync(folders[12]!, `${folders[12]}-copy`, { recursive: true });
  const reader = openStore(store);
  const run = (i: number) => reader.summary(basename(folders[i]!));
  expect(run(7)?.result?.accuracy).toBe(0.1);
  expect(run(8)?.result).toMatchObject({ accuracy: 0.5, epoch: 2 });
  expect(run(9)).toMatchObject({ state: 'failed', message: 'No room.' });
  expect(run(10)).toMatchObject({ note: 'odd', starred: true });
  expect(run(11)).toBeUndefined();
  expect(reader.summary(`${basename(folders[12]!)}-copy`)?.result?.accuracy).toBe(0.9);
});

test('runs that were written a moment ago, are active or damaged are read each time', () => {
  forge(folders[1]!);
  writeStatus(folders[2]!, statusOf({ state: 'running', heartbeat: LONG_AGO.getTime() }));
  settle(folders[2]!, 'status.json');
  appendFileSync(join(folders[3]!, 'metrics.jsonl'), 'no line of ours\n{}\n');
  settle(folders[3]!, 'metrics.jsonl');
  const before = openStore(store);
  // Enough that are remembered for the file to be there at all.
  for (let i = 0; i < 3; i++)
    cpSync(folders[20]!, `${folders[20]}-${i}`, { recursive: true, preserveTimestamps: true });
  openStore(store);
  expect(kept()).toHaveLength(1);
  for (const i of [1, 2, 3]) {
    const log = join(folders[i]!, 'metrics.jsonl');
    const { atime, mtime } = { atime: LONG_AGO, mtime: new Date(before.summaries()[0]!.createdAt) };
    forge(folders[i]!);
    utimesSync(log, atime, mtime);
  }
  const reader = openStore(store);
  expect(reader.summary(basename(folders[1]!))?.result?.accuracy).toBe(0.1);
  expect(reader.summary(basename(folders[3]!))?.damage).toHaveLength(1);
  expect(reader.summary(basename(folders[2]!))?.state).toBe('interrupted');
});

test('the experiment file of a remembered run is where it lies now', () => {
  for (const folder of folders) {
    const run = readFileSync(join(folder, 'run.json'), 'utf8');
    writeFileSync(join(folder, 'run.json'), run.replaceAll(JSON.stringify(file), '"/elsewhere/xor.lif.yaml"'));
    settle(folder, 'run.json');
  }
  const files = () =>
    new Set(
      openStore(store)
        .summaries()
        .map((run) => run.file),
    );
  expect(files()).toEqual(new Set(['/elsewhere/xor.lif.yaml']));
  writeFileSync(file, '');
  expect(files()).toEqual(new Set([file]));
  rmSync(file);
  expect(files()).toEqual(new Set(['/elsewhere/xor.lif.yaml']));
});

test.each([
  ['cut off', (text: string) => text.slice(0, -20)],
  ['with another byte', (text: string) => text.replace('0.9', '0.8')],
  ['of another build', (text: string) => text.replace('"build":"', '"build":"x')],
  ['empty', () => ''],
])('what was remembered and is %s changes nothing', (_, damage) => {
  const before = openStore(store).summaries();
  const index = join(process.env.LIF_DATA!, 'summaries', kept()[0]!);
  writeFileSync(index, damage(readFileSync(index, 'utf8')));
  expect(openStore(store).summaries()).toEqual(before);
});

test('where nothing can be kept the store is read', () => {
  writeFileSync(process.env.LIF_DATA!, 'a file in place of the folder');
  expect(openStore(store).summaries()).toHaveLength(RUNS);
  expect(openStore(store).summaries()).toHaveLength(RUNS);
  expect(dirname(store)).toBe(dirname(file));
});
