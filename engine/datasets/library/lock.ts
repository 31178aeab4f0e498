/** One process at a time makes or fetches the same file. The lock is a file that its holder keeps touching. */
import { randomUUID } from 'node:crypto';
import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import { readSmall } from '../../base/files.ts';
import { isAlive, type Owner } from '../../base/lock.ts';
import { reason } from '../formats/files.ts';
import { makeDataFolder } from './locations.ts';

const TOUCH_MS = 2_000;
/** A lock that nobody touched for this long belongs to a process that died. */
const STALE_MS = 30_000;
/** Nor does the clock alone decide, which may be set: nobody touched it while we watched for this long. */
const WATCH_MS = 3 * TOUCH_MS;

export interface LockOptions {
  /** Called once when another process holds the lock. */
  onWait?: (holder: string) => void;
  signal?: AbortSignal | undefined;
  /** For tests. */
  staleMs?: number;
}

/**
 * Waits for the lock `file`, runs `action`, and releases it. A lock of a dead process is taken over: one whose pid is
 * gone on this machine, or which was not touched for 30 s on whichever machine.
 */
export async function withLock<T>(file: string, action: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const owner = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  const { staleMs = STALE_MS } = options;
  let told = false;
  let touched: number | undefined;
  let since = 0;
  while (!tryLock(file, owner)) {
    const holder = readHolder(file);
    const last = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (touched !== last) since = performance.now();
    touched = last;
    const watched = performance.now() - since >= Math.min(WATCH_MS, staleMs);
    const old = last !== undefined && watched && Math.abs(Date.now() - last) > staleMs;
    if (old || isDead(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (!told && holder) options.onWait?.(`process ${holder.pid} on ${holder.host}`);
    told = true;
    await sleep(200, undefined, options.signal ? { signal: options.signal } : {});
  }
  const touching = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // Somebody removed the lock by hand; the work itself is written aside and renamed, so it stays correct.
    }
  }, TOUCH_MS);
  touching.unref();
  try {
    return await action();
  } finally {
    clearInterval(touching);
    if (readText(file) === owner) rmSync(file, { force: true });
  }
}

function tryLock(file: string, content: string): boolean {
  makeDataFolder(dirname(file));
  try {
    writeFileSync(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new UserError(
      `${file}: cannot be written because ${reason(error)}; set LIF_DATA to a folder that can be written.`,
    );
  }
}

function isDead(holder: Owner | undefined): boolean {
  return holder !== undefined && holder.pid !== process.pid && isAlive(holder) === false;
}

function readText(file: string): string | undefined {
  const content = readSmall(file, 4096);
  return 'text' in content ? content.text : undefined;
}

function readHolder(file: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(readText(file) ?? '');
    const { pid, host } = value as { pid?: unknown; host?: unknown };
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}
