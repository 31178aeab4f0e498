/** Into the queue of a store, and out of it. */
import { join } from 'node:path';
import { idOf, runsFolder, storeOf } from '../folder.ts';
import { readStatus } from '../read.ts';
import { shownStateOf } from '../summary.ts';
import { changeQueue } from './file.ts';

/** Whether it waits for cores of this machine, by its files. */
export function isWaiting(store: string, id: string): boolean {
  const status = readStatus(join(runsFolder(store), id));
  if (!('value' in status) || status.value.state !== 'queued' || status.value.cluster) return false;
  return shownStateOf(status.value, Date.now() - status.value.heartbeat) === 'queued';
}

/** Puts runs into the queue of their store, behind those that wait; `front`: before them. What no longer waits leaves it. Throws a UserError. */
export function joinQueue(runs: readonly string[], front = false): void {
  for (const store of new Set(runs.map(storeOf))) {
    const ids = runs.filter((run) => storeOf(run) === store).map(idOf);
    const mine = new Set(ids);
    changeQueue(store, ({ order, paused }) => {
      const others = order.filter((id) => !mine.has(id) && isWaiting(store, id));
      return { order: front ? [...ids, ...others] : [...others, ...ids], paused };
    });
  }
}
