import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { LineTail } from '../../../../engine/runs/metrics/tail.ts';
import { temporaryFolder } from '../fixtures.ts';

let file: string;
let tail: LineTail;
beforeEach(() => {
  file = join(temporaryFolder(), 'metrics.jsonl');
  tail = new LineTail(file);
});

/** What one look brings: lines, null for overlong ones, '<reset>' where it starts again. */
function look(): (string | null)[] {
  const seen: (string | null)[] = [];
  const problem = tail.read({ line: (text) => seen.push(text), reset: () => seen.push('<reset>') });
  return problem ? [...seen, `problem: ${problem}`] : seen;
}

test('each line once, a line without its end not yet', () => {
  expect(look()).toEqual([]);
  writeFileSync(file, 'one\ntw');
  expect(look()).toEqual(['one']);
  appendFileSync(file, 'o\nthree\n');
  expect(look()).toEqual(['two', 'three']);
  expect(look()).toEqual([]);
});

test('characters that are cut in two by a look come whole', () => {
  const bytes = Buffer.from('ü\n');
  writeFileSync(file, bytes.subarray(0, 1));
  expect(look()).toEqual([]);
  appendFileSync(file, bytes.subarray(1));
  expect(look()).toEqual(['ü']);
});

test('a file that was truncated, replaced or overwritten starts again', () => {
  writeFileSync(file, 'one\ntwo\n');
  look();
  writeFileSync(file, 'new\n');
  expect(look()).toEqual(['<reset>', 'new']);
  rmSync(file);
  writeFileSync(file, 'other\nother\nother\n');
  expect(look()).toEqual(['<reset>', 'other', 'other', 'other']);
  writeFileSync(file, 'OTHER\nother\nother\nmore\n');
  expect(look()).toEqual(['<reset>', 'OTHER', 'other', 'other', 'more']);
  rmSync(file);
  expect(look()).toEqual(['<reset>']);
});

test('more than one chunk of lines', () => {
  const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 50)}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  expect(look()).toEqual(lines);
});

test('lines without end are passed over, not kept', () => {
  writeFileSync(file, `a\n${'x'.repeat(3_000_000)}`);
  expect(look()).toEqual(['a', null]);
  appendFileSync(file, 'abc');
  expect(look()).toEqual([]);
  appendFileSync(file, 'x\nb\n');
  expect(look()).toEqual(['b']);
});

test('binary garbage gives lines, not an exception', () => {
  writeFileSync(file, Buffer.from([0, 255, 254, 10, 195, 40, 10]));
  expect(look()).toHaveLength(2);
});

test('a folder in its place is a problem in words', () => {
  mkdirSync(file);
  expect(look()).toEqual(['problem: is not a file']);
});
