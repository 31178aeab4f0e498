/** Stores that are too much: memory and time of a reader have a bound, and what counts is still read. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { AnalysisList } from '../../../engine/runs/analyses.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { HEARTBEAT_TIMEOUT_MS } from '../../../engine/runs/format.ts';
import { systemClock } from '../../../engine/runs/pulse.ts';
import { readRunHead, readStatus } from '../../../engine/runs/read.ts';
import { openStore, StoreReader } from '../../../engine/runs/store.ts';
import { updateStatus, writeStatus } from '../../../engine/runs/write.ts';
import { epochLine, specOf, statusOf, temporaryFolder, trainLine } from './fixtures.ts';

function runsWithLogs(count: number, lines: number): { store: string; folders: string[] } {
  const store = temporaryFolder();
  const specs = Array.from({ length: count }, (_, seed) => specOf({ seed }));
  const folders = createRuns(store, specs, {});
  const log = Array.from({ length: lines }, (_, i) => `${JSON.stringify(trainLine(i + 1, i / lines))}\n`).join('');
  for (const folder of folders) {
    writeFileSync(join(folder, 'metrics.jsonl'), `${log}${JSON.stringify(epochLine(lines, 1, { test: 0.5 }))}\n`);
    writeStatus(folder, statusOf({ state: 'finished' }));
  }
  return { store, folders };
}

test('of logs that are more than may be kept, scores are known and curves are read again when they are asked for', () => {
  const { store, folders } = runsWithLogs(10, 1000);
  const reader = new StoreReader(store, HEARTBEAT_TIMEOUT_MS, systemClock, 200_000);
  reader.refresh();
  expect(reader.summaries().map((run) => run.result?.accuracy)).toEqual(folders.map(() => 0.5));
  expect(reader.keptLogs(), 'logs in memory, of ten with 75 kB each').toBeLessThan(4);
  for (const folder of folders) expect(reader.history(basename(folder))?.train.step).toHaveLength(1000);
  expect(reader.keptLogs()).toBeLessThan(4);
  appendFileSync(join(folders[0]!, 'metrics.jsonl'), `${JSON.stringify(epochLine(2000, 2, { test: 0.75 }))}\n`);
  expect(reader.refresh().changed).toMatchObject([{ id: basename(folders[0]!), result: { accuracy: 0.75 } }]);
});

test('a look has an end, says what is left, and the next ones read it', () => {
  const { store, folders } = runsWithLogs(3, 60_000);
  let steady = 0;
  const reader = new StoreReader(store, HEARTBEAT_TIMEOUT_MS, { day: () => Date.now(), steady: () => (steady += 100) });
  const first = reader.refresh(undefined, 150);
  expect(first.left?.length, 'runs that are left').toBeGreaterThan(0);
  let left = first.left;
  let looks = 1;
  for (; left && looks < 100; looks++) left = reader.refresh(left, 150).left;
  expect(looks, 'looks at three logs of 4.5 MB, 2 MB at a time').toBeGreaterThan(5);
  for (const folder of folders) expect(reader.history(basename(folder))?.train.step).toHaveLength(60_000);
  expect(reader.summaries().map((run) => [run.result?.accuracy, run.damage])).toEqual(folders.map(() => [0.5, []]));
});

test('names of megabytes, lines with thousands of layers, and settings without end are cut or passed over', () => {
  const { store, folders } = runsWithLogs(1, 2);
  const [folder] = folders as [string];
  const line = { ...epochLine(30, 2, { test: 0.9 }), spikeRates: Array.from({ length: 10_000 }, () => 0) };
  appendFileSync(join(folder, 'metrics.jsonl'), `${JSON.stringify(line)}\n`);
  updateStatus(folder, { message: 'm'.repeat(50_000) });
  const long = 'n'.repeat(200_000);
  const spec = { ...specOf(), study: long, variant: long, file: `/${long}` };
  writeFileSync(
    join(folder, 'run.json'),
    JSON.stringify({ format: 1, id: 'x', createdAt: 1, key: 'k', spec, provenance: {} }),
  );
  const run = openStore(store).summaries()[0]!;
  expect(JSON.stringify(run).length).toBeLessThan(12_000);
  expect(run.result?.accuracy).toBe(0.5);
});

test('of a run with long texts and lists where nobody looks, little is kept', () => {
  const { folders } = runsWithLogs(1, 2);
  const [folder] = folders as [string];
  const long = 'n'.repeat(100_000);
  const run = { format: 1, id: long, createdAt: 1, key: long, spec: specOf(), provenance: { node: long } };
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, analyses: { spikes: { a: long } } }));
  writeFileSync(join(folder, 'status.json'), JSON.stringify(statusOf({ message: long.slice(0, 60_000) })));
  expect(JSON.stringify([readRunHead(folder), readStatus(folder)]).length).toBeLessThan(6000);
  writeFileSync(join(folder, 'status.json'), JSON.stringify(statusOf({ host: long.slice(0, 60_000) })));
  expect(JSON.stringify(readStatus(folder)).length).toBeLessThan(3000);
  const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field${i}`, {}]));
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ ...run, format: 2, spec: { ...specOf(), study: fields } }));
  expect(JSON.stringify(readRunHead(folder)).length).toBeLessThan(3000);
});

test('summaries with hundreds of layers are told in brief where many of them would fill the memory', () => {
  const { store, folders } = runsWithLogs(20, 2);
  for (const folder of folders) {
    const wide = { ...epochLine(30, 2, { test: 0.9 }), spikeRates: Array.from({ length: 256 }, () => 0.123456789) };
    appendFileSync(join(folder, 'metrics.jsonl'), `${JSON.stringify(wide)}\n`);
  }
  const reader = new StoreReader(store, HEARTBEAT_TIMEOUT_MS, systemClock, undefined, 40_000);
  reader.refresh();
  const runs = reader.summaries();
  expect(JSON.stringify(runs).length).toBeLessThan(60_000);
  expect(
    runs.map(({ result }) => result?.accuracy),
    'the score of each is told',
  ).toEqual(folders.map(() => 0.9));
  expect(runs.filter(({ damage }) => damage.join().includes('details are left out')).length).toBeGreaterThan(10);
  expect(reader.refresh().changed, 'nothing has changed').toEqual([]);
});

test('the list of analyses leaves out parameters without end, and lets others be heard between large files', async () => {
  const { folders } = runsWithLogs(1, 2);
  const [folder] = folders as [string];
  mkdirSync(join(folder, 'analyses'));
  const file = { format: 1, analysis: 'spikes', checkpoint: 1, state: 'finished', progress: 1, heartbeat: 1 };
  const write = (n: number, more: object) =>
    writeFileSync(
      join(folder, 'analyses', `spikes-${n.toString(16).padStart(16, '0')}.json`),
      JSON.stringify({ ...file, ...more }),
    );
  write(0, { params: { a: 'x'.repeat(1_000_000) } });
  for (let i = 1; i <= 30; i++)
    write(i, { params: { a: i }, message: 'm'.repeat(100_000), result: 'r'.repeat(4_000_000) });
  let heard = 0;
  const timer = setInterval(() => heard++, 1);
  const list = await new AnalysisList().of([{ id: basename(folder), folder }]);
  clearInterval(timer);
  expect(list).toHaveLength(30);
  expect(JSON.stringify(list).length).toBeLessThan(100_000);
  expect(heard, 'turns of others').toBeGreaterThan(0);
});
