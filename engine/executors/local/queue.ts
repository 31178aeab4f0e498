/** The queue of a store as people see it: what trains, what waits in which order, and how long that will take. */
import {
  forecast,
  inOrder,
  moved,
  type QueueEntry,
  type QueueMove,
  type QueuePause,
  type QueueState,
} from '../../../protocol/queue/queue.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import { UserError } from '../../base/errors.ts';
import { changeQueue, type QueueFile, readQueue } from '../../runs/queue/file.ts';
import { sharing } from './estimate.ts';

/**
 * Those of these runs of a store that train or wait on this machine. Times are by the paces of runs of the same variant, else of the
 * same study, that have done an epoch; early stopping is not foreseen.
 */
export function queueOf(store: string, runs: readonly RunSummary[], queue: QueueFile = readQueue(store)): QueueState {
  const running = runs.filter(({ state, cluster }) => state === 'running' && !cluster);
  const waiting = waitingOf(runs, queue.order);
  const all = [...running, ...waiting];
  const pace = pacesOf(runs);
  const left = (run: RunSummary): number | null => {
    const seconds = pace(run);
    return seconds === undefined ? null : seconds * run.epochs * (1 - run.progress);
  };
  const atOnce = running.length > 0 ? running.length : sharing(Math.max(1, waiting.length)).atOnce;
  const times = forecast(running.map(left), waiting.map(left), atOnce);
  const known = times.flatMap(({ ends }) => ends ?? []);
  return {
    store,
    paused: queue.paused,
    entries: all.map((run, i): QueueEntry => {
      const { id: runId, study, variant, seed, progress } = run;
      const state = run.state === 'running' ? 'running' : 'queued';
      const when = queue.paused && state === 'queued' ? { begins: null, ends: null } : times[i]!;
      return { runId, study, variant, seed, state, progress, seconds: left(run), ...when };
    }),
    seconds: Math.max(0, ...known),
    unknown: all.length - known.length,
  };
}

export const NOTHING_WAITS =
  'None of these runs waits for cores of this machine: what trains or has ended cannot be moved.';

/**
 * Moves those of the chosen runs that wait, all together, and returns their ids.
 * @param runs of the store
 * @throws UserError where none of them waits on this machine, or the store cannot be written
 */
export function moveInQueue(
  store: string,
  runs: readonly RunSummary[],
  chosen: readonly string[],
  move: QueueMove,
): string[] {
  const wanted = new Set(chosen);
  const some = waitingOf(runs, []).filter(({ id }) => wanted.has(id));
  if (some.length === 0) throw new UserError(NOTHING_WAITS);
  changeQueue(store, ({ order, paused }) => {
    const ids = waitingOf(runs, order).map(({ id }) => id);
    // What has come since the runs were read stays behind.
    const read = new Set(runs.map(({ id }) => id));
    const later = order.filter((id) => !read.has(id));
    return { order: [...moved(ids, chosen, move), ...later], paused };
  });
  return some.map(({ id }) => id);
}

/** Nothing begins any more until `continueQueue`; what trains does as `running` says. Throws a UserError. */
export function pauseQueue(store: string, running: QueuePause): void {
  changeQueue(store, ({ order, paused }) => ({ order, paused: { since: paused?.since ?? Date.now(), running } }));
}

export function continueQueue(store: string): void {
  changeQueue(store, ({ order }) => ({ order, paused: null }));
}

function waitingOf(runs: readonly RunSummary[], order: readonly string[]): RunSummary[] {
  const waiting = runs.filter(({ state, cluster }) => state === 'queued' && !cluster);
  return inOrder(
    waiting.toSorted((a, b) => a.createdAt - b.createdAt),
    ({ id }) => id,
    order,
  );
}

/** Seconds of an epoch of a run, by itself or by those like it. */
function pacesOf(runs: readonly RunSummary[]): (run: RunSummary) => number | undefined {
  const seen = new Map<string, number[]>();
  const studyKey = ({ file }: RunSummary) => JSON.stringify([file]);
  const variantKey = ({ file, variant }: RunSummary) => JSON.stringify([file, variant]);
  for (const run of runs) {
    if (!(run.epoch > 0 && run.seconds > 0)) continue;
    for (const key of [studyKey(run), variantKey(run)]) {
      const paces = seen.get(key);
      if (paces) paces.push(run.seconds / run.epoch);
      else seen.set(key, [run.seconds / run.epoch]);
    }
  }
  return (run) => {
    if (run.epoch > 0 && run.seconds > 0) return run.seconds / run.epoch;
    const paces = seen.get(variantKey(run)) ?? seen.get(studyKey(run));
    return paces && meanOf(paces);
  };
}
