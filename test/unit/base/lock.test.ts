import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { acquireLock, isAlive, LockHeldError, ownerOf } from '../../../engine/base/lock.ts';
import { lastSign } from '../../../engine/runs/pulse.ts';
import { temporaryFolder } from '../runs/fixtures.ts';

let file: string;
beforeEach(() => {
  file = join(temporaryFolder(), 'lock');
});

/** The process id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('one holder at a time; the other hears who it is', () => {
  const lock = acquireLock(file);
  expect(() => acquireLock(file)).toThrow(LockHeldError);
  expect(() => acquireLock(file)).toThrow(`process ${process.pid} on ${hostname()}`);
  lock.release();
  expect(existsSync(file)).toBe(false);
  acquireLock(file).release();
});

test('the lock of a dead process is taken over', () => {
  writeFileSync(file, JSON.stringify({ pid: deadPid(), host: hostname() }));
  const lock = acquireLock(file);
  expect(lock.isHeld()).toBe(true);
});

test.runIf(process.platform === 'linux')('a recycled process id is somebody else', () => {
  expect(isAlive(ownerOf(process.pid))).toBe(true);
  expect(isAlive({ ...ownerOf(process.pid), started: '1' })).toBe(false);
  writeFileSync(file, JSON.stringify({ ...ownerOf(process.pid), started: '1' }));
  expect(acquireLock(file).isHeld()).toBe(true);
});

test.runIf(process.platform === 'linux')('a process that is dead but not buried is dead', async () => {
  // The shell becomes a sleep that never asks what became of its child.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
    const owner = { pid, host: hostname() };
    await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '));
    expect(isAlive(owner)).toBe(false);
    expect(isAlive(ownerOf(pid))).toBe(false);
    writeFileSync(file, JSON.stringify(ownerOf(pid)));
    expect(acquireLock(file).isHeld()).toBe(true);
  } finally {
    parent.kill('SIGKILL');
  }
});

test('nonsense process ids are nobody', () => {
  for (const pid of [0, -1, 1.5]) expect(isAlive({ pid, host: hostname() })).toBe(false);
});

test('a lock from another machine holds while that one shows signs of life', () => {
  const text = JSON.stringify({ pid: 1, host: `${hostname()}-other` });
  writeFileSync(file, text);
  expect(() => acquireLock(file)).toThrow(LockHeldError);
  expect(() => acquireLock(file, () => Date.now() - 30_000)).toThrow(LockHeldError);
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(acquireLock(file, () => Date.now() - 120_000).isHeld()).toBe(true);
});

test('an owner whose heartbeat looks old but changes while we watch lives', () => {
  const clock = (day: number) => ({ day: () => day, steady: () => 0 });
  let heartbeat = 1000;
  const pause = vi.fn(() => {
    heartbeat += 1000;
  });
  expect(lastSign(() => heartbeat, pause, 15_000, clock(10_000))).toBe(1000);
  expect(pause, 'a recent one needs no second look').not.toHaveBeenCalled();
  for (const day of [5_000_000, -5_000_000]) expect(lastSign(() => heartbeat, pause, 15_000, clock(day))).toBe(day);
  expect(lastSign(() => 1000, pause, 15_000, clock(5_000_000))).toBe(1000);
  expect(lastSign(() => undefined, pause, 15_000)).toBeUndefined();
});

test('an unreadable lock belongs to whoever is just writing it, until it is old', () => {
  writeFileSync(file, '');
  expect(() => acquireLock(file)).toThrow('another process is just taking it');
  for (const time of [new Date(0), new Date(Date.now() + 3_600_000)]) {
    writeFileSync(file, '');
    utimesSync(file, time, time);
    expect(acquireLock(file).isHeld(), `from ${time}`).toBe(true);
  }
});

test('who lost the lock notices, and does not release that of another', () => {
  const lock = acquireLock(file);
  rmSync(file);
  const other = acquireLock(file);
  expect(lock.isHeld()).toBe(false);
  lock.release();
  expect(other.isHeld()).toBe(true);
});

test('a lock can be handed to another process', () => {
  const lock = acquireLock(file);
  lock.handTo(deadPid());
  expect(lock.isHeld()).toBe(true);
  expect(acquireLock(file).isHeld()).toBe(true);
  expect(lock.isHeld()).toBe(false);
});
