/**
 * The cores of this machine, shared by everything of this user that trains: one lock file per core. Who asks first is
 * served first, also when he asks for all of them, and trainings before analyses; who is not heard of any more (Ctrl-Z, say) is
 * passed over meanwhile.
 */
import { chmodSync, lstatSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { availableParallelism, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { makeFolder } from '../../base/folders.ts';
import { acquireLock, holderOf, type Lock, LockHeldError } from '../../base/lock.ts';

const POLL_MS = 200;
/** Who waits touches his ticket at every look. One that nobody touched for so long, while we watched, has to wait. */
const PATIENCE_MS = 3000;
/** A training that waits longer than this gets the cores of analyses. */
const YIELD_MS = 500;
/** Tickets of analyses are numbered from here on: after those of all trainings. */
const BEHIND = 900_000_000_000_000;

/** The folder of the lock files: in the platform's temporary folder, for this user alone. */
export function slotFolder(): string {
  return join(tmpdir(), `lif-slots-${process.getuid?.() ?? userInfo().username}`);
}

function prepare(folder: string): void {
  try {
    makeFolder(folder, 0o700);
    const info = lstatSync(folder);
    const ours = process.getuid === undefined || info.uid === process.getuid();
    if (!info.isDirectory() || !ours) throw new Error('it belongs to somebody else');
    if (process.getuid) chmodSync(folder, 0o700);
  } catch (error) {
    throw new UserError(`The folder ${folder}, which shares out the cores, cannot be used: ${reason(error)}.`);
  }
}

/** Why there are no cores yet. */
export interface Wait {
  /** Cores that are asked for. */
  cores: number;
  /** What holds cores, or asked for them before us; each purpose once, in no order. */
  holders: string[];
}

export interface AcquireOptions {
  /** What the cores are for, as others may read it. */
  purpose?: string;
  /** Behind all trainings, whoever asked first. */
  behind?: boolean;
  /** At every look that finds too few cores free. */
  onWait?: (wait: Wait) => void;
}

/** A ticket of somebody else, as this process sees it. */
interface Sight {
  touched: number;
  /** Steady time (ms) of the last change, and of the last look. */
  since: number;
  seen: number;
}

export class Slots {
  private served = 0;
  private readonly sights = new Map<string, Sight>();

  constructor(
    readonly total: number = availableParallelism(),
    private readonly folder: string = slotFolder(),
    private readonly now: () => number = Date.now,
    private readonly patienceMs = PATIENCE_MS,
  ) {
    prepare(folder);
  }

  /** Waits for `count` cores (at most all) and takes them at once or not at all. Undefined when the signal aborts first. */
  async acquire(count: number, signal: AbortSignal, options: AcquireOptions = {}): Promise<Lock[] | undefined> {
    const cores = Math.max(1, Math.min(count, this.total));
    const ticket = this.drawTicket(options);
    try {
      while (!signal.aborted) {
        touch(ticket.file);
        const ahead = this.ahead(ticket.file);
        // Only the first in the queue takes cores, so those that become free are kept for it: nobody starves.
        const held = ahead.length === 0 && this.take(cores, options.purpose);
        if (held) return held;
        options.onWait?.({ cores, holders: this.holders(ahead) });
        await delay(POLL_MS, undefined, { signal }).catch(() => {});
      }
      return undefined;
    } finally {
      ticket.release();
    }
  }

  /** Resolves to true once a training waits for cores, and to false when the signal aborts first. */
  async trainingWaits(signal: AbortSignal): Promise<boolean> {
    let before = new Set<string>();
    while (!signal.aborted) {
      const files = this.tickets()
        .filter((name) => numberOf(name) < BEHIND)
        .map((name) => join(this.folder, name));
      const waiting = files.filter((file) => !isAbandoned(file) && this.isAwake(file));
      // One that is served at once has its ticket for a moment alone.
      if (waiting.some((file) => before.has(file))) return true;
      before = new Set(waiting);
      await delay(YIELD_MS, undefined, { signal }).catch(() => {});
    }
    return false;
  }

  /** Takes this number of cores, or none of them: who waits for more than is free must not keep them from those who pass him. */
  private take(cores: number, purpose: string | undefined): Lock[] | undefined {
    const held: Lock[] = [];
    try {
      for (let i = 0; i < this.total && held.length < cores; i++) {
        const lock = tryLock(this.slot(i), purpose);
        if (lock) held.push(lock);
      }
      if (held.length === cores) return held;
    } catch (error) {
      for (const lock of held) lock.release();
      throw error;
    }
    for (const lock of held) lock.release();
    return undefined;
  }

  private slot(i: number): string {
    return join(this.folder, `slot-${i}`);
  }

  private holders(ahead: string[]): string[] {
    const slots = Array.from({ length: this.total }, (_, i) => this.slot(i));
    return [...new Set([...slots, ...ahead].flatMap((file) => holderOf(file)?.purpose ?? []))];
  }

  /** Numbered by the time, and after all that are there: a clock that was set back lets nobody jump the queue. */
  private drawTicket({ purpose, behind = false }: AcquireOptions): Lock {
    const own = this.tickets()
      .map(numberOf)
      .filter((number) => number >= BEHIND === behind);
    const first = this.now() + (behind ? BEHIND : 0);
    const number = String(Math.max(first, (own.at(-1) ?? 0) + 1)).padStart(15, '0');
    const file = join(this.folder, `ticket-${number}-${process.pid}-${this.served++}`);
    return acquireLock(file, undefined, purpose);
  }

  private tickets(): string[] {
    return readdirSync(this.folder)
      .filter((name) => /^ticket-[\d-]+$/.test(name))
      .sort();
  }

  /** Tickets of those who come before this one. A ticket that a cleaner of temporary files took has none before it. */
  private ahead(ticket: string): string[] {
    const files = this.tickets().map((name) => join(this.folder, name));
    const own = files.indexOf(ticket);
    return files.slice(0, Math.max(0, own)).filter((file) => !isAbandoned(file) && this.isAwake(file));
  }

  /** Whether somebody touches this ticket. A process that was stopped holds its place, but nobody up. */
  private isAwake(file: string): boolean {
    const touched = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const now = performance.now();
    const known = this.sights.get(file);
    // Who did not look himself for a while cannot tell.
    const watched = known && known.touched === touched && now - known.seen < this.patienceMs;
    const since = watched ? known.since : now;
    this.sights.set(file, { touched, since, seen: now });
    return now - since < this.patienceMs;
  }
}

const numberOf = (ticket: string): number => Number(ticket.split('-')[1]);

function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // Taken by a cleaner of temporary files; then nobody can see it anyway.
  }
}

function tryLock(file: string, purpose: string | undefined): Lock | undefined {
  try {
    return acquireLock(file, undefined, purpose);
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
