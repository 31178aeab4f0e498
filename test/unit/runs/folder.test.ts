/** Stores made by an enemy: links, pipes and names that lead elsewhere. Nothing outside of the store changes. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { RunEnded, UserError } from '../../../engine/base/errors.ts';
import { newestCheckpoint, saveCheckpoint } from '../../../engine/runs/checkpoints.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { acquireRunLock, deleteRun, isRunId, runExists } from '../../../engine/runs/folder.ts';
import { appendError, appendLog, openLog, openWorkLog, readLog } from '../../../engine/runs/log.ts';
import { openStore, StoreReader } from '../../../engine/runs/store.ts';
import {
  clearStop,
  isStopRequested,
  MetricsLog,
  recordDataset,
  requestStop,
  requeue,
  sweepLeftovers,
  updateStatus,
} from '../../../engine/runs/write.ts';
import { safetensors, specOf, statusOf, temporaryFolder, trainLine } from './fixtures.ts';

let home: string;
let store: string;
let folder: string;
/** What the enemy is after. */
let target: string;
const PRECIOUS = 'ssh-ed25519 AAAA me@home\n';

beforeEach(() => {
  home = temporaryFolder();
  store = join(home, 'cloned', '.lif');
  mkdirSync(join(home, 'cloned'));
  folder = createRuns(store, [specOf()], {})[0]!;
  target = join(home, 'authorized_keys');
  writeFileSync(target, PRECIOUS);
});

function untouched(): void {
  expect(readFileSync(target, 'utf8'), 'content of the file that links lead to').toBe(PRECIOUS);
}

/** Puts a link in the place of a file of the run. */
function link(name: string, to = target): void {
  rmSync(join(folder, name), { recursive: true, force: true });
  symlinkSync(to, join(folder, name));
}

const tries: [string, () => void][] = [
  ['stop', () => requestStop(folder)],
  ['log.txt', () => appendLog(folder, 'a line')],
  ['log.txt', () => appendError(folder, new Error('a stack'))],
  ['log.txt', () => void openLog(folder)],
  ['metrics.jsonl', () => new MetricsLog(folder).append(trainLine(1, 0.1))],
  ['status.json', () => void updateStatus(folder, { state: 'stopped' })],
  ['status.json', () => requeue(folder)],
  [
    'run.json',
    () => void recordDataset(folder, { provenance: {} } as never, { a: 'b' }, { train: 1, validation: 0, test: 1 }, []),
  ],
  ['lock', () => acquireRunLock(folder).release()],
  ['checkpoints', () => saveCheckpoint(folder, 7, safetensors())],
];

describe.runIf(process.platform !== 'win32')('links in a run', () => {
  test.each(tries)('%s as a link to a file: nothing is written there', (name, write) => {
    link(name);
    try {
      write();
    } catch (error) {
      expect((error as Error).message).toMatch(/link|being written|just taking/);
    }
    untouched();
  });

  test.each(tries)('%s as a link to nothing: no file comes to be there', (name, write) => {
    const nowhere = join(home, 'nowhere');
    link(name, nowhere);
    try {
      write();
    } catch {
      // Refused, which is as good.
    }
    expect(existsSync(nowhere)).toBe(false);
  });

  test.each(tries)('%s through a linked folder of runs, or a run that is a link: refused', (_name, write) => {
    renameSync(folder, join(home, 'other'));
    symlinkSync(join(home, 'other'), folder);
    const before = readdirSync(join(home, 'other')).sort();
    expect(write).toThrow('is a link, which is not followed');
    rmSync(folder);
    mkdirSync(join(home, 'runs'));
    renameSync(join(home, 'other'), join(home, 'runs', basename(folder)));
    rmSync(join(store, 'runs'), { recursive: true });
    symlinkSync(join(home, 'runs'), join(store, 'runs'));
    expect(write).toThrow('is a link, which is not followed');
    expect(readdirSync(join(home, 'runs', basename(folder))).sort()).toEqual(before);
  });

  test('a log or metrics that are a second name of a file elsewhere are not appended to', () => {
    for (const name of ['log.txt', 'metrics.jsonl']) linkSync(target, join(folder, name));
    expect(() => appendLog(folder, 'x')).toThrow('the same file as another one');
    expect(() => new MetricsLog(folder)).toThrow('the same file as another one');
    untouched();
  });

  test('a log that is a link is not read, and a status is not', () => {
    for (const name of ['log.txt', 'status.json', 'run.json']) link(name);
    expect(() => readLog(folder, 1000)).toThrow('is a link');
    expect(openStore(store).summaries()[0]!.damage).toEqual([
      'run.json is a link, which is not followed.',
      'status.json is a link, which is not followed.',
    ]);
  });

  test('a status aside for every process id does not lead out of the run', () => {
    for (let pid = process.pid - 50; pid < process.pid + 50; pid++)
      symlinkSync(target, join(folder, `status.json.${pid}.tmp`));
    updateStatus(folder, { state: 'stopped' });
    sweepLeftovers(folder);
    untouched();
  });

  test('pipes and devices in place of checkpoints, log and lock: no waiting, no filling of memory', () => {
    rmSync(join(folder, 'checkpoints'), { recursive: true });
    mkdirSync(join(folder, 'checkpoints'));
    symlinkSync('/dev/zero', join(folder, 'checkpoints', '000000000009.safetensors'));
    spawnSync('mkfifo', [join(folder, 'checkpoints', '000000000008.safetensors'), join(folder, 'log.txt')]);
    expect(newestCheckpoint(folder).found).toBeUndefined();
    expect(() => appendLog(folder, 'x')).toThrow('its log.txt is a pipe, not a file');
    expect(() => readLog(folder, 100)).toThrow('it is a pipe, not a file');
    symlinkSync('/dev/zero', join(folder, 'lock'));
    expect(() => acquireRunLock(folder)).toThrow('another process is just taking it');
  });

  test('a linked folder of logs does not take the words of a process in the background', () => {
    symlinkSync(home, join(store, 'logs'));
    expect(() => openWorkLog(store, folder)).toThrow('is a link, which is not followed');
    expect(readdirSync(home).sort()).toEqual(['authorized_keys', 'cloned']);
  });
});

describe.runIf(process.platform !== 'win32')('links above a run', () => {
  test('runs of a store that is a link, or has linked runs, are not listed and cannot be deleted', () => {
    const own = createRuns(join(home, 'mine', '.lif'), [specOf()], {})[0]!;
    const enemy = join(home, 'enemy');
    mkdirSync(join(enemy, '.lif'), { recursive: true });
    symlinkSync(join(home, 'mine', '.lif', 'runs'), join(enemy, '.lif', 'runs'));
    const { changed, problem } = new StoreReader(join(enemy, '.lif')).refresh();
    expect({ changed, problem }).toEqual({
      changed: [],
      problem: expect.stringContaining('is a link, which is not followed in a store') as string,
    });
    expect(new StoreReader(join(enemy, '.lif')).refresh([basename(own)]).changed).toEqual([]);
    expect(() => deleteRun(join(enemy, '.lif', 'runs', basename(own)))).toThrow('is a link');
    expect(() => createRuns(join(enemy, '.lif'), [specOf()], {})).toThrow('is a link');
    rmSync(join(enemy, '.lif'), { recursive: true });
    symlinkSync(join(home, 'mine', '.lif'), join(enemy, '.lif'));
    expect(new StoreReader(join(enemy, '.lif')).refresh().problem).toContain('is a link');
    expect(runExists(own), 'the run of the other project').toBe(true);
    expect(readdirSync(join(home, 'mine', '.lif', 'runs'))).toHaveLength(1);
  });

  test('a project that is reached through a link has its runs', () => {
    symlinkSync(join(home, 'cloned'), join(home, 'link'));
    expect(openStore(join(home, 'link', '.lif')).summaries()).toHaveLength(1);
  });

  test('deleting a run removes links in it, not what they lead to, and leaves its neighbours', () => {
    const second = createRuns(store, [specOf({ seed: 2 })], {})[0]!;
    link('checkpoints', home);
    deleteRun(folder);
    untouched();
    expect(readdirSync(join(store, 'runs'))).toEqual([basename(second)]);
  });
});

describe('names', () => {
  test.each([
    '',
    '.',
    '..',
    '.hidden',
    'a/b',
    'a\\b',
    'a\nssh-rsa AAAA',
    'x[y](command:z)',
    '-rf',
    'ä',
    'a'.repeat(201),
  ])('%j is not the id of a run', (id) => expect(isRunId(id)).toBe(false));

  test('ids as they are made, and as people shorten them, are ids', () => {
    for (const id of [basename(folder), 'a', 'run_1.b', '20261123-141530-delayed-xor-baseline-s1-k3f9'])
      expect(isRunId(id), id).toBe(true);
  });

  test.runIf(process.platform !== 'win32')('folders with other names are not runs, and are counted', () => {
    mkdirSync(join(store, 'runs', 'x[Repair now](command:y)'));
    mkdirSync(join(store, 'runs', 'a\nssh-ed25519 AAAA'));
    symlinkSync(home, join(store, 'runs', 'linked'));
    const reader = openStore(store);
    expect(reader.summaries().map(({ id }) => id)).toEqual([basename(folder)]);
    expect(reader.others).toBe(3);
  });

  test('a line of the log is one line, whatever is in it', () => {
    appendLog(folder, 'run a\nssh-ed25519 AAAA\x1b[2J is damaged');
    const lines = readFileSync(join(folder, 'log.txt'), 'utf8').split('\n');
    expect(lines).toEqual([expect.stringMatching(/Z run a\?ssh-ed25519 AAAA\?\[2J is damaged$/), '']);
  });
});

test('stop is asked once or twice, and taken back', () => {
  requestStop(folder);
  requestStop(folder);
  expect(isStopRequested(folder)).toBe(true);
  clearStop(folder);
  expect(isStopRequested(folder)).toBe(false);
  expect(lstatSync(join(folder, 'run.json')).isFile()).toBe(true);
  expect(statusOf().state).toBe('running');
});

test('log.txt has the sentence of an error that tells all, and the stack of one of the program', () => {
  appendError(folder, new UserError('dataset: too large; take less.'));
  appendError(folder, new RunEnded('The loss became NaN: lower it.'));
  const told = readLog(folder, 1 << 16);
  expect(
    told
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(line.indexOf(' ') + 1)),
  ).toEqual(['dataset: too large; take less.', 'The loss became NaN: lower it.']);
  appendError(folder, new TypeError('x is not a function'));
  expect(readLog(folder, 1 << 16)).toMatch(/ TypeError: x is not a function\n.* {4}at /);
});
