/**
 * `<store>/queue.json`: in which order the runs of a store that wait for cores of this machine are taken, and whether the queue
 * is paused. Whoever trains reads it before each run that he begins; it decides when a run is trained, and nothing of what comes
 * out. Ids of runs that no longer wait may stand in it.
 */
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { PAUSES, type QueuePause } from '../../../protocol/queue/queue.ts';
import { UserError } from '../../base/errors.ts';
import { readSmall, reason, writeAtomic } from '../../base/files.ts';
import { acquireLock, type Lock, LockHeldError } from '../../base/lock.ts';
import { assertRealFolder, isRunId, MAX_RUNS } from '../folder.ts';
import { FORMAT_VERSION } from '../format.ts';

const queueSchema = z.object({
  format: z.literal(FORMAT_VERSION),
  order: z.array(z.string().refine(isRunId)).max(MAX_RUNS),
  paused: z.object({ since: z.number(), running: z.enum(PAUSES) }).nullable(),
});

export interface QueueFile {
  order: string[];
  paused: { since: number; running: QueuePause } | null;
}

/** Ids have 200 signs at most. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Who changes the queue holds its lock for a moment alone. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 20;

/** An empty one where there is none, or it is damaged: nothing waits for a file that nobody can read. */
export function readQueue(store: string): QueueFile {
  try {
    const content = readSmall(fileIn(store, 'queue.json'), MAX_BYTES);
    const parsed = queueSchema.safeParse('text' in content ? JSON.parse(content.text) : undefined);
    if (parsed.success) return { order: parsed.data.order, paused: parsed.data.paused };
  } catch {
    // As below.
  }
  return { order: [], paused: null };
}

/**
 * Replaces the queue by what `change` makes of it, one process after the other.
 * @throws UserError where the store cannot be written
 */
export function changeQueue(store: string, change: (queue: QueueFile) => QueueFile): QueueFile {
  let lock: Lock | undefined;
  try {
    lock = waitForLock(fileIn(store, 'queue.lock'));
    const changed = change(readQueue(store));
    writeAtomic(fileIn(store, 'queue.json'), `${JSON.stringify({ format: FORMAT_VERSION, ...changed })}\n`);
    return changed;
  } catch (error) {
    throw new UserError(`The queue of ${store} cannot be changed: ${reason(error)}.`);
  } finally {
    lock?.release();
  }
}

function fileIn(store: string, name: string): string {
  const folder = resolve(store);
  assertRealFolder(folder);
  return join(folder, name);
}

function waitForLock(file: string): Lock {
  const began = performance.now();
  for (;;) {
    try {
      return acquireLock(file);
    } catch (error) {
      if (!(error instanceof LockHeldError) || performance.now() - began > PATIENCE_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
