/**
 * Files of tests run beside one another, and LIF Lab's processes share out the cores of a machine through the temporary
 * folder: with one for each file, a run of this file never waits for those of another.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const before = process.env.TMPDIR;
const folder = mkdtempSync(join(tmpdir(), 'lif-own-'));
process.env.TMPDIR = folder;

afterAll(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});
