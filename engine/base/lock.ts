/**
 * Exclusive locks as files: created if and only if nobody holds them, taken over when their owner is certainly gone.
 * Used for writing a run and for the machine's slots.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode, readSmall, writeAtomic } from './files.ts';

export interface Owner {
  pid: number;
  host: string;
  /** When the process started, where the platform tells: a recycled process id is somebody else. */
  started?: string;
  /** What it holds the lock for, as others may read it. */
  purpose?: string;
}

/** An unreadable lock this old belongs to nobody: its writer died between creating and filling it. */
const UNREADABLE_MS = 15_000;
/** An owner on another machine is taken for dead when its last sign of life is this old. */
const REMOTE_MS = 60_000;

export class LockHeldError extends Error {
  constructor(readonly owner: Owner | undefined) {
    super(owner ? `it is held by process ${owner.pid} on ${owner.host}` : 'another process is just taking it');
  }
}

/**
 * State and start time (in clock ticks since boot) of a process; empty where /proc does not exist or the process is gone.
 */
function processStat(pid: number): { state?: string | undefined; started?: string | undefined; unread?: true } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; the start time is the 20th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch (error) {
    // As when this process has no file left to open: that says nothing of the other one.
    return ['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '') ? {} : { unread: true };
  }
}

export function ownerOf(pid: number): Owner {
  const { started } = processStat(pid);
  return { pid, host: hostname(), ...(started !== undefined && { started }) };
}

/** Whether a process still lives; undefined when it is on another machine. */
export function isAlive(owner: Owner): boolean | undefined {
  if (owner.host !== hostname()) return undefined;
  if (!Number.isInteger(owner.pid) || owner.pid <= 0) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  const { state, started, unread } = processStat(owner.pid);
  if (unread) return true;
  // Dead, but its parent has not asked how it ended: in a container there may be nobody who ever does.
  if (state === 'Z' || state === 'X') return false;
  return owner.started === undefined || started === owner.started;
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, host, started, purpose } = JSON.parse(text) as Partial<Owner>;
    if (typeof pid !== 'number' || typeof host !== 'string') return undefined;
    return {
      pid,
      host,
      ...(typeof started === 'string' && { started }),
      ...(typeof purpose === 'string' && { purpose }),
    };
  } catch {
    return undefined;
  }
}

/** A held lock. */
export class Lock {
  constructor(
    readonly file: string,
    private text: string,
  ) {}

  /** False when somebody deleted the lock or took it over. */
  isHeld(): boolean {
    const content = readSmall(this.file, 4096);
    return 'text' in content && content.text === this.text;
  }

  /** Hands the lock to another process of this machine, which from now on decides how long it lives. */
  handTo(pid: number, purpose?: string): void {
    this.text = lockText({ ...ownerOf(pid), ...(purpose !== undefined && { purpose }) });
    writeAtomic(this.file, this.text);
  }

  release(): void {
    if (this.isHeld()) rmSync(this.file, { force: true });
  }
}

function lockText(owner: Owner): string {
  return JSON.stringify({ ...owner, id: randomUUID() });
}

/** Who holds a lock; undefined when nobody does, or it cannot be told. */
export function holderOf(file: string): Owner | undefined {
  const content = readSmall(file, 4096);
  return 'text' in content ? parseOwner(content.text) : undefined;
}

/**
 * Takes the lock or throws a LockHeldError at once. `lastSign` tells when an owner on another machine was last seen
 * alive (milliseconds since 1970).
 */
export function acquireLock(file: string, lastSign?: () => number | undefined, purpose?: string): Lock {
  const text = lockText({ ...ownerOf(process.pid), ...(purpose !== undefined && { purpose }) });
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(file, text, { flag: 'wx' });
      return new Lock(file, text);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') {
        removeIfEmpty(file);
        throw error;
      }
    }
    const seen = readSmall(file, 4096);
    if ('missing' in seen) continue;
    const content = 'text' in seen ? seen.text : '';
    const owner = parseOwner(content);
    if (!isStale(file, owner, lastSign)) throw new LockHeldError(owner);
    takeAway(file, content);
  }
  throw new LockHeldError(undefined);
}

/** A lock whose content did not fit on the disk must not stay behind. */
function removeIfEmpty(file: string): void {
  const content = readSmall(file, 4096);
  if ('text' in content && content.text === '') rmSync(file, { force: true });
}

function isStale(file: string, owner: Owner | undefined, lastSign?: () => number | undefined): boolean {
  // One from the future was written before the clock was set back.
  if (!owner) return Math.abs(Date.now() - (lstatSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)) > UNREADABLE_MS;
  const alive = isAlive(owner);
  if (alive !== undefined) return !alive;
  const sign = lastSign?.();
  return sign !== undefined && Math.abs(Date.now() - sign) > REMOTE_MS;
}

/** Removes a stale lock, unless it changed hands since it was read: then it is put back. */
function takeAway(file: string, expected: string): void {
  const away = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, away);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return; // Somebody else was faster.
    throw error;
  }
  const moved = readSmall(away, 4096);
  if ('text' in moved && moved.text !== expected) {
    try {
      linkSync(away, file);
    } catch {
      // A third process holds it already; the one we disturbed notices at its next heartbeat.
    }
  }
  rmSync(away, { force: true });
}
