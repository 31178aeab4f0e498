/** Experiment files that are none: links to devices, pipes, folders, and more bytes than anybody writes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStudyText } from '../../../engine/studies/load.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lif-load-'));
  file = join(folder, 'study.lif.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the text of a file, also through a link', () => {
  writeFileSync(join(folder, 'other.yaml'), 'name: ü');
  symlinkSync(join(folder, 'other.yaml'), file);
  expect(readStudyText(file)).toBe('name: ü');
});

test('a folder, a file that is not there, and one of more than 4 MiB are refused in a sentence', () => {
  expect(() => readStudyText(file)).toThrow(`${file} cannot be read: `);
  mkdirSync(file);
  expect(() => readStudyText(file)).toThrow(`${file} cannot be read: it is a folder, not a file.`);
  rmSync(file, { recursive: true });
  writeFileSync(file, '');
  truncateSync(file, 6e9);
  expect(() => readStudyText(file)).toThrow(`${file} cannot be read: it has 6000000000 bytes, more than the 4194304`);
});

test.skipIf(process.platform === 'win32')('a link to a device and a pipe are not waited for', () => {
  symlinkSync('/dev/zero', file);
  expect(() => readStudyText(file)).toThrow(`${file} cannot be read: it is a device, not a file.`);
  rmSync(file);
  execFileSync('mkfifo', [file]);
  expect(() => readStudyText(file)).toThrow(`${file} cannot be read: it is a pipe, not a file.`);
});
