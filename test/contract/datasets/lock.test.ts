/** The lock that lets one process at a time make or fetch the same file. */
import { existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../../engine/datasets/library/lock.ts';
import { temporaryFolder } from '../../unit/datasets/helpers.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a lock lets one go at a time', async () => {
  const lock = join(folder, 'a.lock');
  let inside = 0;
  let together = 0;
  const work = () =>
    withLock(lock, async () => {
      together = Math.max(together, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 30));
      inside--;
    });
  await Promise.all([work(), work(), work()]);
  expect(together).toBe(1);
  expect(existsSync(lock)).toBe(false);
});

test('a lock is taken over from a process that is gone, and from one that was not heard of', async () => {
  const lock = join(folder, 'a.lock');
  const { hostname } = await import('node:os');
  // No process has this number: it is above the largest that Linux gives out.
  writeFileSync(lock, JSON.stringify({ pid: 2 ** 30, host: hostname() }));
  expect(await withLock(lock, async () => 1)).toBe(1);
  writeFileSync(lock, JSON.stringify({ pid: 1, host: 'another-machine' }));
  utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
  expect(await withLock(lock, async () => 2)).toBe(2);
  writeFileSync(lock, 'garbage');
  utimesSync(lock, new Date(), new Date(Date.now() - 60_000));
  expect(await withLock(lock, async () => 3)).toBe(3);
});

test('a lock waits for a living holder, says for whom, and can be given up', async () => {
  const lock = join(folder, 'a.lock');
  writeFileSync(lock, JSON.stringify({ pid: 1, host: 'another-machine' }));
  const stop = new AbortController();
  const waiting: string[] = [];
  const pending = withLock(lock, async () => 1, {
    signal: stop.signal,
    onWait: (holder) => {
      waiting.push(holder);
      stop.abort();
    },
  });
  await expect(pending).rejects.toThrow();
  expect(waiting).toEqual(['process 1 on another-machine']);
  expect(existsSync(lock)).toBe(true);
});

test('a lock is released when the work fails', async () => {
  const lock = join(folder, 'a.lock');
  await expect(withLock(lock, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(lock)).toBe(false);
});
