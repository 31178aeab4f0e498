/**
 * The cores of this machine, shared by everything of this user that trains: one lock file per core. Who asks first is
 * served first, also when he asks for all of them.
 */
import { chmodSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { availableParallelism, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { acquireLock, type Lock, LockHeldError } from '../../base/lock.ts';

const POLL_MS = 200;

/** The folder of the lock files: in the platform's temporary folder, for this user alone. */
export function slotFolder(): string {
  return join(tmpdir(), `lif-slots-${process.getuid?.() ?? userInfo().username}`);
}

function prepare(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const info = lstatSync(folder);
    const ours = process.getuid === undefined || info.uid === process.getuid();
    if (!info.isDirectory() || !ours) throw new Error('it belongs to somebody else');
    if (process.getuid) chmodSync(folder, 0o700);
  } catch (error) {
    throw new UserError(`The folder ${folder}, which shares out the cores, cannot be used: ${reason(error)}.`);
  }
}

export class Slots {
  private served = 0;

  constructor(
    readonly total: number = availableParallelism(),
    private readonly folder: string = slotFolder(),
    private readonly now: () => number = Date.now,
  ) {
    prepare(folder);
  }

  /** Waits for `count` cores (at most all). Undefined when the signal aborts first. */
  async acquire(count: number, signal: AbortSignal): Promise<Lock[] | undefined> {
    const wanted = Math.max(1, Math.min(count, this.total));
    const held: Lock[] = [];
    const ticket = this.drawTicket();
    try {
      while (!signal.aborted) {
        // Only the first in the queue takes slots, and as long as it is that it keeps those it gets: nobody starves.
        if (this.isFirst(ticket.file)) {
          for (let i = 0; i < this.total && held.length < wanted; i++) {
            const lock = tryLock(join(this.folder, `slot-${i}`), held);
            if (lock) held.push(lock);
          }
          if (held.length === wanted) return held;
        } else for (const lock of held.splice(0)) lock.release(); // Two that wait for each other's would wait for ever.
        await delay(POLL_MS, undefined, { signal }).catch(() => {});
      }
      for (const lock of held) lock.release();
      return undefined;
    } catch (error) {
      for (const lock of held) lock.release();
      throw error;
    } finally {
      ticket.release();
    }
  }

  /** Numbered by the time, and after all that are there: a clock that was set back lets nobody jump the queue. */
  private drawTicket(): Lock {
    const last = Number(this.tickets().at(-1)?.split('-')[1] ?? 0);
    const number = String(Math.max(this.now(), last + 1)).padStart(15, '0');
    return acquireLock(join(this.folder, `ticket-${number}-${process.pid}-${this.served++}`));
  }

  private tickets(): string[] {
    return readdirSync(this.folder)
      .filter((name) => /^ticket-[\d-]+$/.test(name))
      .sort();
  }

  private isFirst(ticket: string): boolean {
    for (const name of this.tickets()) {
      const file = join(this.folder, name);
      if (file === ticket) return true;
      if (!isAbandoned(file)) return false;
    }
    // A cleaner of temporary files took the ticket; the slots themselves are still exclusive.
    return true;
  }
}

function tryLock(file: string, held: Lock[]): Lock | undefined {
  if (held.some((lock) => lock.file === file)) return undefined;
  try {
    return acquireLock(file);
  } catch (error) {
    if (error instanceof LockHeldError) return undefined;
    throw error;
  }
}

/** Whether the owner of a lock file is dead; then the file is removed. */
function isAbandoned(file: string): boolean {
  try {
    acquireLock(file).release();
    return true;
  } catch {
    return false;
  }
}
