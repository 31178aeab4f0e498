/** Whose turn it is among the runs of a store that wait for cores, when several processes have some of them. */
import { join } from 'node:path';
import { inOrder } from '../../../protocol/queue/queue.ts';
import { idOf, runsFolder, storeOf } from '../../runs/folder.ts';
import { HEARTBEAT_TIMEOUT_MS } from '../../runs/format.ts';
import { type QueueFile, readQueue } from '../../runs/queue/file.ts';
import { isWaiting } from '../../runs/queue/join.ts';
import { readStatus } from '../../runs/read.ts';
import type { Waiting } from './child.ts';

/** The store is looked at again after this long. */
const LOOK_MS = 200;

export const PAUSED = 'waits: the queue is paused';

/**
 * Aborts `stop` once the queue of this run is paused for runs that train, too. What it returns says why it was, if that was it
 * (ExecuteOptions.leaves).
 */
export function leaveWhenPaused(run: string, stop: AbortController): () => string | undefined {
  let paused = false;
  const timer = setInterval(() => {
    if (stop.signal.aborted || readQueue(storeOf(run)).paused?.running !== 'stop') return;
    paused = true;
    clearInterval(timer);
    stop.abort();
  }, LOOK_MS);
  timer.unref();
  return () => (paused ? 'The queue is paused: the run goes on from here when the queue does.' : undefined);
}

/** What one process knows of the queues of the stores that its runs lie in. */
export class Turns {
  private readonly stores = new Map<string, StoreQueue>();

  /** The run that may be trained next, or the sentence that says why none may. */
  next(waiting: readonly Waiting[]): { next: Waiting } | { because: string | undefined } {
    const trainings = waiting.filter(({ job }) => job.kind === 'train');
    let because: string | undefined;
    for (const store of new Set([...trainings, ...waiting].map(({ job }) => storeOf(job.run)))) {
      const queue = this.of(store);
      if (queue.look().paused) {
        because = PAUSED;
        continue;
      }
      const own = trainings.filter(({ job }) => storeOf(job.run) === store);
      const [first] = inOrder(own, ({ job }) => idOf(job.run), queue.look().order);
      if (first && !queue.othersBefore(idOf(first.job.run), new Set(own.map(({ job }) => idOf(job.run)))))
        return { next: first };
      // Analyses come after all trainings, whoever has them.
      const question = own.length === 0 && waiting.find(({ job }) => storeOf(job.run) === store);
      if (question) return { next: question };
    }
    return { because };
  }

  private of(store: string): StoreQueue {
    const known = this.stores.get(store) ?? new StoreQueue(store);
    this.stores.set(store, known);
    return known;
  }
}

class StoreQueue {
  private queue: QueueFile = { order: [], paused: null };
  private looked = Number.NEGATIVE_INFINITY;
  /** Ids that have left the queue as it stands: who comes back changes it. */
  private gone = new Set<string>();
  private readonly beats = new Map<string, { heartbeat: number; since: number }>();

  constructor(private readonly store: string) {}

  look(): QueueFile {
    if (performance.now() - this.looked < LOOK_MS) return this.queue;
    const queue = readQueue(this.store);
    if (queue.order.join() !== this.queue.order.join()) this.gone.clear();
    this.queue = queue;
    this.looked = performance.now();
    return queue;
  }

  /** Whether a run of another process waits before this one, and its process is heard of. */
  othersBefore(id: string, own: ReadonlySet<string>): boolean {
    for (const other of this.look().order) {
      if (other === id) return false;
      if (own.has(other) || this.gone.has(other)) continue;
      if (!isWaiting(this.store, other)) this.gone.add(other);
      else if (this.isAwake(other)) return true;
    }
    return false;
  }

  /** A process that was stopped (Ctrl-Z) holds its place, but nobody up. */
  private isAwake(id: string): boolean {
    const status = readStatus(join(runsFolder(this.store), id));
    const heartbeat = 'value' in status ? status.value.heartbeat : 0;
    const now = performance.now();
    const known = this.beats.get(id);
    if (known?.heartbeat === heartbeat) return now - known.since < HEARTBEAT_TIMEOUT_MS;
    this.beats.set(id, { heartbeat, since: now });
    return true;
  }
}
