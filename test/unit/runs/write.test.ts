import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import * as files from '../../../engine/base/files.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import { storeOf } from '../../../engine/runs/folder.ts';
import { readRunFile, readStatus } from '../../../engine/runs/read.ts';
import { openStore } from '../../../engine/runs/store.ts';
import {
  annotate,
  knownStatus,
  MetricsLog,
  recordDataset,
  requestStop,
  requeue,
  sweepLeftovers,
  updateStatus,
  writeStatus,
} from '../../../engine/runs/write.ts';
import { specOf, statusOf, temporaryFolder, trainLine } from './fixtures.ts';

vi.mock('../../../engine/base/files.ts', { spy: true });

let folder: string;
beforeEach(() => {
  folder = createRuns(temporaryFolder(), [specOf()], {})[0]!;
});

function onDisk() {
  const status = readStatus(folder);
  if ('damage' in status) throw new Error(status.damage);
  return status.value;
}

test('a patch keeps the rest and renews the heartbeat', () => {
  writeStatus(folder, statusOf({ heartbeat: 0 }));
  updateStatus(folder, { state: 'stopped' });
  expect(onDisk()).toEqual(statusOf({ state: 'stopped', heartbeat: expect.any(Number) as number }));
  expect(onDisk().heartbeat).toBeGreaterThan(0);
});

test('on a full disk the last word still gets through, in place of a longer one', () => {
  writeStatus(folder, statusOf({ message: 'a long message '.repeat(20) }));
  vi.mocked(files.writeAtomic).mockImplementationOnce(() => {
    throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  });
  const last = statusOf({ state: 'failed', message: 'The disk is full.' });
  writeStatus(folder, last);
  expect(onDisk()).toEqual(last);
});

test('other errors are not swallowed', () => {
  vi.mocked(files.writeAtomic).mockImplementationOnce(() => {
    throw Object.assign(new Error('read-only'), { code: 'EROFS' });
  });
  expect(() => writeStatus(folder, statusOf())).toThrow('read-only');
});

test('a damaged status is begun anew from run.json', () => {
  writeFileSync(join(folder, 'status.json'), 'garbage');
  expect(knownStatus(folder)).toMatchObject({ state: 'queued', epoch: 0, epochs: 5 });
});

test('requeueing forgets the message and the request to stop, not the progress', () => {
  writeStatus(folder, statusOf({ state: 'failed', message: 'It broke.', epoch: 3, seconds: 42 }));
  requestStop(folder);
  requeue(folder);
  expect(onDisk()).toMatchObject({ state: 'queued', epoch: 3, seconds: 42 });
  expect(onDisk()).not.toHaveProperty('message');
  expect(() => readFileSync(join(folder, 'stop'))).toThrow('ENOENT');
});

test('numbers that are not finite are null in the log, and a torn line is ended', () => {
  const file = join(folder, 'metrics.jsonl');
  const first = new MetricsLog(folder);
  first.restart();
  first.append({ kind: 'train', step: 1, epoch: 0.1, loss: Number.NaN, accuracy: Number.POSITIVE_INFINITY });
  first.close();
  writeFileSync(file, '{"kind":"tr', { flag: 'a' });
  const second = new MetricsLog(folder);
  second.restart();
  second.append(trainLine(1, 0.1));
  second.close();
  expect(readFileSync(file, 'utf8').split('\n')).toEqual([
    '{"kind":"train","step":1,"epoch":0.1,"loss":null,"accuracy":null}',
    '{"kind":"tr',
    '{"kind":"resume","step":0,"epoch":0}',
    JSON.stringify(trainLine(1, 0.1)),
    '',
  ]);
});

test('what killed writers left is swept away, not what the living are writing', () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const left = [`status.json.${dead}.tmp`, `lock.${dead}.stale`, join('checkpoints', '000000000007.safetensors.tmp')];
  const kept = [`status.json.${process.pid}.tmp`, 'notes.tmp', join('checkpoints', '000000000006.safetensors')];
  for (const name of [...left, ...kept]) writeFileSync(join(folder, name), 'half');
  sweepLeftovers(folder);
  const there = (names: string[]) => names.filter((name) => existsSync(join(folder, name)));
  expect({ left: there(left), kept: there(kept) }).toEqual({ left: [], kept });
  expect(() => sweepLeftovers(join(folder, 'nowhere'))).not.toThrow();
});

test('what the data set was read from, and what had to be said of it, is recorded once and within bounds', () => {
  const read = () => {
    const run = readRunFile(folder);
    if ('damage' in run) throw new Error(run.damage);
    return run.value;
  };
  const run = recordDataset(folder, read(), { 'a.gz': 'one' }, { train: 80, validation: 0, test: 73 }, [
    'There are 80.',
    ...Array.from({ length: 30 }, () => 'x'.repeat(5000)),
  ]);
  expect(read().provenance).toMatchObject({ dataset: { 'a.gz': 'one' }, samples: { train: 80, test: 73 } });
  expect(read().provenance.dataRemarks).toHaveLength(20);
  expect(read().provenance.dataRemarks![0]).toBe('There are 80.');
  recordDataset(folder, run, { 'a.gz': 'two' }, { train: 1, validation: 0, test: 1 }, []);
  expect(read().provenance).toMatchObject({ dataset: { 'a.gz': 'one' }, samples: { train: 80, test: 73 } });
});

test('a star and a note lie beside the run, change alone, and go when there is neither', () => {
  const told = () => {
    const { starred, note, damage } = openStore(storeOf(folder)).summaries()[0]!;
    return { starred, note, damage };
  };
  expect(told()).toEqual({ starred: undefined, note: undefined, damage: [] });
  annotate(folder, { starred: true });
  annotate(folder, { note: 'the one of Figure 3' });
  expect(told()).toEqual({ starred: true, note: 'the one of Figure 3', damage: [] });
  annotate(folder, { starred: false });
  expect(told()).toEqual({ starred: undefined, note: 'the one of Figure 3', damage: [] });
  annotate(folder, { note: '' });
  expect(existsSync(join(folder, 'note.json')), 'nothing is left to say').toBe(false);
});

test('tags come and go one by one, each once, up to a limit; those of an earlier version had none', () => {
  const tags = () => openStore(storeOf(folder)).summaries()[0]!.tags;
  writeFileSync(join(folder, 'note.json'), '{"format":1,"starred":true,"note":""}');
  expect(tags()).toBeUndefined();
  annotate(folder, { addTags: ['Figure 3', 'sweep'] });
  annotate(folder, { addTags: ['sweep', 'new'], removeTags: ['Figure 3'] });
  expect(tags()).toEqual(['sweep', 'new']);
  expect(openStore(storeOf(folder)).summaries()[0]!.starred, 'the star stays').toBe(true);
  const many = Array.from({ length: 19 }, (_, i) => `t${i}`);
  expect(() => annotate(folder, { addTags: many })).toThrow(/21 tags, and 20 are the limit/);
  annotate(folder, { starred: false, removeTags: ['sweep', 'new'] });
  expect(existsSync(join(folder, 'note.json')), 'nothing is left to say').toBe(false);
  writeFileSync(join(folder, 'note.json'), '{"format":1,"starred":false,"note":"","tags":["two\\nlines"]}');
  expect(openStore(storeOf(folder)).summaries()[0]!.damage.join(' ')).toMatch(/^note\.json is damaged at tags/);
});

test('a note that is damaged, or is a link, is told and not shown', () => {
  const damage = () => openStore(storeOf(folder)).summaries()[0]!.damage.join(' ');
  writeFileSync(join(folder, 'note.json'), '{"format":1,"starred":"yes","note":""}');
  expect(damage()).toMatch(/^note\.json is damaged at starred: /);
  rmSync(join(folder, 'note.json'));
  writeFileSync(join(storeOf(folder), 'elsewhere'), '{"format":1,"starred":true,"note":"not ours"}');
  symlinkSync(join(storeOf(folder), 'elsewhere'), join(folder, 'note.json'));
  const [run] = openStore(storeOf(folder)).summaries();
  expect(run!.note).toBeUndefined();
  expect(run!.damage.join(' ')).toContain('note.json');
  expect(existsSync(join(storeOf(folder), 'elsewhere'))).toBe(true);
});
