import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { ownerOf } from '../../../engine/base/lock.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import type { MetricLine, Status } from '../../../engine/runs/format.ts';
import { openStore, StoreReader } from '../../../engine/runs/store.ts';
import { MetricsLog, requestStop, updateStatus, writeStatus } from '../../../engine/runs/write.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { epochLine, specOf, statusOf, temporaryFolder, trainLine } from './fixtures.ts';

let store: string;
let folder: string;
let id: string;
beforeEach(() => {
  store = temporaryFolder();
  folder = createRuns(store, [specOf()], {})[0]!;
  id = basename(folder);
});

function log(...lines: MetricLine[]): void {
  const metrics = new MetricsLog(folder);
  for (const line of lines) metrics.append(line);
  metrics.close();
}

function only(): RunSummary {
  const runs = openStore(store).summaries();
  expect(runs).toHaveLength(1);
  return runs[0]!;
}

test('a healthy run', () => {
  log(trainLine(10, 0.5), epochLine(20, 1, { test: 0.9 }));
  writeStatus(folder, statusOf({ pid: process.pid, host: hostname() }));
  expect(only()).toMatchObject({
    id,
    folder,
    study: 'XOR',
    variant: 'baseline',
    seed: 1,
    file: '/studies/xor.lif.yaml',
    state: 'running',
    epoch: 2,
    epochs: 5,
    progress: 0.4,
    seconds: 10,
    samplesPerSecond: 100,
    train: { loss: 0.4, accuracy: 0.8 },
    test: { loss: 0.2, accuracy: 0.9 },
    result: { loss: 0.2, accuracy: 0.9, epoch: 1, chosenBy: 'last epoch' },
    last: { epoch: 1, test: { accuracy: 0.9 } },
    damage: [],
  });
});

describe('life', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const here = { host: hostname() };
  // Only Linux tells when a process started.
  const ALIVE = process.platform === 'linux' ? 'running' : 'interrupted';
  test.each<[string, Partial<Status>, RunSummary['state']]>([
    ['fresh', { ...here, pid: process.pid }, 'running'],
    ['stale', { ...here, pid: process.pid, heartbeat: Date.now() - 60_000 }, 'interrupted'],
    ['stale, but its process lives', { ...ownerOf(process.pid), heartbeat: Date.now() - 3_600_000 }, ALIVE],
    [
      'stale, and another process got its number',
      { ...here, pid: process.pid, started: '1', heartbeat: 0 },
      'interrupted',
    ],
    ['dead and seconds old', { ...here, pid: dead, heartbeat: Date.now() - 5000 }, 'interrupted'],
    ['dead but seen just now', { ...here, pid: dead }, 'running'],
    ['on another machine, seconds old', { host: 'elsewhere', pid: dead, heartbeat: Date.now() - 5000 }, 'running'],
    ['from a clock that is ahead', { ...here, pid: process.pid, heartbeat: Date.now() + 3_600_000 }, 'running'],
    ['dead, from a clock that was ahead', { ...here, pid: dead, heartbeat: Date.now() + 3_600_000 }, 'interrupted'],
    ['queued by a process that died', { ...here, pid: dead, state: 'queued', heartbeat: 0 }, 'interrupted'],
    ['finished long ago', { ...here, pid: dead, state: 'finished', heartbeat: 0 }, 'finished'],
  ])('%s', (_, status, state) => {
    writeStatus(folder, statusOf(status));
    expect(only().state).toBe(state);
  });
});

describe('damage', () => {
  test('a truncated last line is no damage, neither before nor after a resumption', () => {
    log(trainLine(10, 0.5), trainLine(20, 1));
    truncateSync(join(folder, 'metrics.jsonl'), 100);
    expect(only().damage).toEqual([]);
    log({ kind: 'resume', step: 10, epoch: 0.5 }, trainLine(20, 1, 0.25, 0.9));
    expect(only()).toMatchObject({ damage: [], train: { loss: 0.25, accuracy: 0.9 } });
  });

  test('garbage between the lines is counted, the rest is used', () => {
    log(trainLine(10, 0.5));
    appendFileSync(join(folder, 'metrics.jsonl'), 'garbage\n{"kind":"train"}\n{"kind":"train","step":1e999}\n\0\xff\n');
    log(trainLine(20, 1, 0.25, 0.9));
    expect(only()).toMatchObject({
      damage: ['metrics.jsonl: 4 lines could not be read, the first is line 2.'],
      train: { loss: 0.25, accuracy: 0.9 },
    });
  });

  test('a loss that is not a number is null in the log and no damage', () => {
    log({ ...trainLine(10, 0.5), loss: Number.NaN } as MetricLine, epochLine(20, 1, { test: 0.9 }));
    expect(only()).toMatchObject({ damage: [], result: { accuracy: 0.9 } });
  });

  test.each<[string, string | undefined, string]>([
    ['missing', undefined, 'status.json is missing.'],
    ['empty', '', 'status.json is empty.'],
    ['cut off', '{"state":"runn', 'status.json is not valid JSON.'],
    ['of the wrong kind', '[]', 'status.json is damaged: '],
    ['with a wrong field', JSON.stringify({ ...statusOf(), epoch: 'two' }), 'status.json is damaged at epoch: '],
    ['with an unknown state', JSON.stringify({ ...statusOf(), state: 'odd' }), 'status.json is damaged at state: '],
  ])('a status that is %s: the metrics tell how far it came', (_, text, damage) => {
    log(epochLine(20, 1, { test: 0.8 }), epochLine(40, 2, { test: 0.9 }));
    rmSync(join(folder, 'status.json'));
    if (text !== undefined) writeFileSync(join(folder, 'status.json'), text);
    const run = only();
    expect(run).toMatchObject({ state: 'interrupted', epoch: 2, epochs: 5, seconds: 2, result: { accuracy: 0.9 } });
    expect(run.damage).toEqual([expect.stringContaining(damage)]);
  });

  test('without a status, all epochs done means finished', () => {
    log(epochLine(100, 5, { test: 0.9 }));
    rmSync(join(folder, 'status.json'));
    expect(only().state).toBe('finished');
  });

  test('a run.json that is missing', () => {
    rmSync(join(folder, 'run.json'));
    log(epochLine(20, 1, { test: 0.8 }));
    expect(only()).toMatchObject({
      study: '(unknown)',
      variant: '(unknown)',
      test: { accuracy: 0.8 },
      damage: ['run.json is missing.'],
    });
  });

  test('a run.json with one wrong field keeps the others', () => {
    const run = {
      format: 99,
      id,
      createdAt: 5,
      spec: { study: 'S', variant: 'V', seed: 3, file: '/f', training: null },
    };
    writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
    expect(only()).toMatchObject({ study: 'S', variant: 'V', seed: 3, file: '/f', createdAt: 5 });
    expect(only().damage[0]).toMatch(/^run\.json is damaged at /);
  });

  test('a huge run.json is not read', () => {
    writeFileSync(join(folder, 'run.json'), Buffer.alloc(5 * 1024 * 1024, 'x'));
    expect(only().damage).toEqual(['run.json is too large (5242880 bytes).']);
  });

  test('folders in place of files', () => {
    for (const name of ['run.json', 'status.json', 'metrics.jsonl']) {
      rmSync(join(folder, name), { force: true });
      mkdirSync(join(folder, name));
    }
    expect(only().damage).toEqual([
      'run.json is not a file.',
      'status.json is not a file.',
      'metrics.jsonl is not a file.',
    ]);
  });

  test.runIf(process.platform !== 'win32')('pipes and devices in place of files do not hang', () => {
    for (const name of ['run.json', 'status.json', 'metrics.jsonl']) rmSync(join(folder, name), { force: true });
    spawnSync('mkfifo', [join(folder, 'run.json')]);
    symlinkSync('/dev/zero', join(folder, 'metrics.jsonl'));
    symlinkSync(join(folder, 'status.json'), join(folder, 'status.json'));
    expect(only().damage).toEqual([
      'run.json is not a file.',
      'status.json is a link, which is not followed.',
      'metrics.jsonl is a link, which is not followed.',
    ]);
  });

  test('an empty folder and stray files', () => {
    mkdirSync(join(store, 'runs', 'empty'));
    writeFileSync(join(store, 'runs', 'notes.txt'), 'hello');
    const runs = openStore(store).summaries();
    expect(runs.map((run) => run.id)).toEqual(['empty', id]);
  });
});

describe('following a store', () => {
  test('tells what changed, what is new and what went', () => {
    const reader = new StoreReader(store);
    expect(reader.refresh().changed.map((run) => run.id)).toEqual([id]);
    expect(reader.refresh()).toEqual({ changed: [], removed: [], problem: '' });
    log(epochLine(20, 1, { test: 0.8 }));
    expect(reader.refresh().changed).toMatchObject([{ id, test: { accuracy: 0.8 } }]);
    writeStatus(folder, statusOf({ state: 'finished' }));
    expect(reader.refresh().changed).toMatchObject([{ id, state: 'finished' }]);
    const second = basename(createRuns(store, [specOf({ seed: 2 })], {})[0]!);
    expect(reader.refresh().changed.map((run) => run.id)).toEqual([second]);
    rmSync(folder, { recursive: true });
    expect(reader.refresh()).toMatchObject({ changed: [], removed: [id] });
    expect(reader.summaries().map((run) => run.id)).toEqual([second]);
  });

  test('clocks that jump: what changes while we watch is alive, what does not is gone', () => {
    const clock = { day: () => 5_000_000 + day, steady: () => steady };
    let day = 0;
    let steady = 0;
    const reader = new StoreReader(store, 15_000, clock);
    const look = (heartbeat: number, seconds: number) => {
      day += 1000 * seconds;
      steady += 1000 * seconds;
      writeStatus(folder, statusOf({ host: 'elsewhere', pid: 1, heartbeat }));
      reader.refresh();
      return reader.summary(id)!.state;
    };
    expect(look(5_000_000, 1)).toBe('running');
    day += 3_600_000; // Our clock is set an hour ahead; the other machine goes on with its own.
    expect(look(5_001_000, 1)).toBe('running');
    expect(look(5_011_000, 10)).toBe('running');
    day -= 7_200_000; // And two hours back.
    expect(look(5_012_000, 1)).toBe('running');
    expect(look(5_012_000, 10), 'silent for ten seconds').toBe('running');
    expect(look(5_012_000, 10), 'silent for twenty').toBe('interrupted');
    expect(look(5_013_000, 1), 'it was only away').toBe('running');
    expect(look(5_013_000, 3600), 'nobody looked for an hour').toBe('interrupted');
    expect(look(5_013_500, 3600), 'one sign in an hour does not mean that it lives now').toBe('interrupted');
  });

  test('a request to stop is shown while it is not followed yet', () => {
    const reader = new StoreReader(store);
    reader.refresh();
    requestStop(folder);
    expect(reader.refresh().changed).toMatchObject([{ state: 'queued', stopping: true }]);
    updateStatus(folder, { state: 'stopped' });
    const [stopped] = reader.refresh().changed;
    expect([stopped!.state, 'stopping' in stopped!]).toEqual(['stopped', false]);
  });

  test('a store that does not exist is empty; one that cannot be read is a problem', () => {
    expect(new StoreReader(join(store, 'nowhere')).refresh()).toEqual({ changed: [], removed: [], problem: '' });
    const file = join(store, 'file');
    writeFileSync(file, '');
    expect(new StoreReader(file).refresh().problem).toMatch(/cannot be listed: a file stands where a folder should be/);
  });
});

describe('one look from another machine, whose clock is another', () => {
  const minutesAgo = Date.now() - 600_000;
  beforeEach(() => writeStatus(folder, statusOf({ host: 'elsewhere', pid: 1, heartbeat: minutesAgo })));

  test('a run whose heartbeat changes while we wait for it is running', () => {
    let beats = 0;
    const beat = () => writeStatus(folder, statusOf({ host: 'elsewhere', pid: 1, heartbeat: minutesAgo + ++beats }));
    expect(openStore(store, beat).summaries()[0]!.state).toBe('running');
    expect(beats, 'looks until it was seen to beat').toBe(1);
  });

  test('one that is silent for six seconds is interrupted', () => {
    let waited = 0;
    const reader = openStore(store, (ms) => {
      waited += ms;
    });
    expect({ state: reader.summaries()[0]!.state, waited }).toEqual({ state: 'interrupted', waited: 6000 });
  });

  test('nobody waits for one that is silent for days, or that was of this machine', () => {
    const pause = () => expect.unreachable('waited');
    writeStatus(folder, statusOf({ host: 'elsewhere', pid: 1, heartbeat: Date.now() - 3 * 86_400_000 }));
    expect(openStore(store, pause).summaries()[0]!.state).toBe('interrupted');
    writeStatus(folder, statusOf({ host: hostname(), pid: process.pid, started: '1', heartbeat: minutesAgo }));
    expect(openStore(store, pause).summaries()[0]!.state).toBe('interrupted');
  });

  test('a window that goes on looking shows it as running from the first look, and a silent one as interrupted after six seconds', () => {
    let steady = 0;
    const reader = new StoreReader(store, 15_000, { day: () => Date.now(), steady: () => steady });
    reader.patient = true;
    const look = () => {
      reader.refresh();
      return reader.summary(id)!.state;
    };
    expect(look()).toBe('running');
    steady = 5900;
    expect(look()).toBe('running');
    steady = 6100;
    expect(look()).toBe('interrupted');
  });
});
