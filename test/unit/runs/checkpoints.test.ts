import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import {
  findCheckpoint,
  listCheckpoints,
  newestCheckpoint,
  readCheckpoint,
  saveCheckpoint,
} from '../../../engine/runs/checkpoints.ts';
import { createRuns } from '../../../engine/runs/create.ts';
import type { MetricLine } from '../../../engine/runs/format.ts';
import { nameOfStep } from '../../../engine/runs/metrics/history.ts';
import { readHistory } from '../../../engine/runs/metrics/reader.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../engine/runs/safetensors.ts';
import { epochLine, safetensors, specOf, temporaryFolder } from './fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder, 'checkpoints'));
});

test('the last three are kept', () => {
  for (const step of [1, 20, 300, 4000, 50_000]) saveCheckpoint(folder, step, safetensors());
  expect(readdirSync(join(folder, 'checkpoints')).sort()).toEqual([
    '000000000300.safetensors',
    '000000004000.safetensors',
    '000000050000.safetensors',
  ]);
});

test('the one of the epoch that counts is never forgotten, and there is one of them at most', () => {
  const kept = () => listCheckpoints(folder).map(({ step }) => step);
  for (const step of [20, 30, 40, 50, 60]) saveCheckpoint(folder, step, safetensors(), 20);
  expect(kept()).toEqual([60, 50, 40, 20]);
  saveCheckpoint(folder, 70, safetensors(), 70);
  for (const step of [80, 90, 100]) saveCheckpoint(folder, step, safetensors(), 70);
  expect(kept()).toEqual([100, 90, 80, 70]);
});

test('what lies beyond was passed over, and does not push out what is written now', () => {
  for (const step of [100, 200, 300]) saveCheckpoint(folder, step, safetensors());
  for (const { file } of listCheckpoints(folder)) truncateSync(file, 10);
  saveCheckpoint(folder, 5, safetensors());
  expect(listCheckpoints(folder).map(({ step }) => step)).toEqual([5]);
});

test('the checkpoint that counts is found by the log, and what is missing is said', () => {
  const log = (...lines: MetricLine[]) =>
    writeFileSync(join(run, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const [run] = createRuns(join(folder, '.lif'), [specOf()], {}) as [string];
  expect(findCheckpoint(run, 'best')).toEqual({
    problem: expect.stringMatching(/^has no checkpoint: .*run the variant again$/),
  });
  for (const step of [10, 20, 25]) saveCheckpoint(run, step, safetensors());
  expect(findCheckpoint(run, 'best')).toMatchObject({ problem: expect.stringMatching(/no evaluated epoch yet/) });
  log(epochLine(10, 1, { validation: 0.7, test: 0.1 }), epochLine(20, 2, { validation: 0.6, test: 0.9 }));
  expect(findCheckpoint(run, 'best')).toEqual({ step: 10 });
  expect(findCheckpoint(run, 'last')).toEqual({ step: 25 });
  expect(findCheckpoint(run, 20)).toEqual({ step: 20 });
  expect(findCheckpoint(run, 21)).toEqual({ problem: 'has no checkpoint 21; there are 25, 20, 10' });
  log(epochLine(5, 1, { validation: 0.7, test: 0.1 }), epochLine(10, 2, { validation: 0.6, test: 0.9 }));
  expect(findCheckpoint(run, 'best')).toMatchObject({
    problem: expect.stringMatching(/^has no checkpoint of epoch 1, /),
  });
  const names = [5, 10, 25].map((step) => nameOfStep(readHistory(run), step));
  expect(names).toEqual(['epoch 1 (best validation)', 'epoch 2 (last epoch)', '25 weight updates']);
});

test('the folder of checkpoints is made again, that of a deleted run is not', () => {
  rmSync(join(folder, 'checkpoints'), { recursive: true });
  saveCheckpoint(folder, 7, safetensors());
  expect(newestCheckpoint(folder).found?.step).toBe(7);
  rmSync(folder, { recursive: true });
  expect(() => saveCheckpoint(folder, 8, safetensors())).toThrow('ENOENT');
  expect(existsSync(folder)).toBe(false);
});

test('what the trainer writes is whole, and it reads the same', () => {
  const data = new Float32Array([1, 2, 3]);
  const tensors = new Map([['w', { name: 'w', shape: [3], data }]]);
  const bytes = encodeSafetensors({ tensors, metadata: { position: '{}' } });
  saveCheckpoint(folder, 7, bytes);
  const { found } = newestCheckpoint(folder);
  expect(found!.step).toBe(7);
  expect(decodeSafetensors(found!.bytes).tensors.get('w')!.data).toEqual(data);
});

test('truncated at any byte, a checkpoint is passed over for the one before', () => {
  saveCheckpoint(folder, 1, safetensors());
  saveCheckpoint(folder, 2, safetensors());
  const newest = join(folder, 'checkpoints', '000000000002.safetensors');
  for (let size = safetensors().length - 1; size >= 0; size--) {
    truncateSync(newest, size);
    const { found, skipped } = newestCheckpoint(folder);
    expect({ size, step: found?.step, skipped }).toEqual({
      size,
      step: 1,
      skipped: [{ file: newest, damage: expect.stringMatching(/^it is (empty or )?cut off/) }],
    });
  }
});

test.each([
  ['garbage', 'it is cut off within its header', Buffer.from('no checkpoint at all, only text')],
  [
    'a header longer than the file',
    'it is cut off within its header',
    Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 123]),
  ],
  ['a header that is not JSON', 'its header is not JSON', Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 123, 123])],
  [
    'a header that is null',
    'its header is not a list of tensors',
    Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('null')]),
  ],
  [
    'bytes beyond the last tensor',
    'it has 1 bytes that belong to no tensor',
    Buffer.concat([safetensors(), Buffer.from([1])]),
  ],
])('%s is passed over, and said', (_, damage, bytes) => {
  const file = join(folder, 'checkpoints', '000000000005.safetensors');
  writeFileSync(file, bytes);
  expect(newestCheckpoint(folder)).toEqual({ skipped: [{ file, damage }] });
});

test('why a checkpoint cannot be asked is said, and what else there is', () => {
  for (const step of [1, 2, 3]) saveCheckpoint(folder, step, safetensors());
  expect(readCheckpoint(folder, 2)).toEqual({ bytes: new Uint8Array(safetensors()) });
  const damaged = join(folder, 'checkpoints', '000000000002.safetensors');
  const flipped = safetensors().slice();
  flipped[flipped.length - 1]! ^= 1;
  const problems = [flipped, safetensors().subarray(0, -1)].map((bytes) => {
    writeFileSync(damaged, bytes);
    return readCheckpoint(folder, 2);
  });
  const name = join('checkpoints', '000000000002.safetensors');
  const others = 'name another checkpoint (there are 3, 1), or resume the run';
  const { length } = safetensors();
  expect(problems).toEqual([
    { problem: `has a damaged checkpoint, ${name} (it is damaged: its checksum does not fit): ${others}` },
    { problem: `has a damaged checkpoint, ${name} (it is cut off after ${length - 1} of ${length} bytes): ${others}` },
  ]);
  rmSync(damaged);
  expect(readCheckpoint(folder, 2)).toEqual({ problem: `has no checkpoint 2 any more: ${others}` });
});

test('any one bit that flips is noticed', () => {
  saveCheckpoint(folder, 1, safetensors());
  saveCheckpoint(folder, 2, safetensors());
  const newest = join(folder, 'checkpoints', '000000000002.safetensors');
  const bytes = safetensors();
  for (let offset = 0; offset < bytes.length; offset++) {
    const damaged = bytes.slice();
    damaged[offset]! ^= 1 << (offset % 8);
    writeFileSync(newest, damaged);
    expect({ at: offset, step: newestCheckpoint(folder).found?.step }).toEqual({ at: offset, step: 1 });
  }
});

test('nothing there, folders and other files do no harm', () => {
  mkdirSync(join(folder, 'checkpoints', '000000000009.safetensors'));
  writeFileSync(join(folder, 'checkpoints', '000000000010.safetensors.tmp'), safetensors());
  expect(newestCheckpoint(folder).found).toBeUndefined();
  expect(newestCheckpoint(join(folder, 'nowhere'))).toEqual({ skipped: [] });
});

test('a checksum under a damaged name does not make a damaged checkpoint whole', () => {
  const bytes = Buffer.from(safetensors());
  bytes[bytes.indexOf('checksum') + 4]! ^= 1;
  bytes[bytes.length - 1]! ^= 1;
  const file = join(folder, 'checkpoints', '000000000005.safetensors');
  writeFileSync(file, bytes);
  const damage = 'it is damaged: it has metadata that are none of ours';
  expect(newestCheckpoint(folder)).toEqual({ skipped: [{ file, damage }] });
});
