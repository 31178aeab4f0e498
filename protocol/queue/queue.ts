/** The queue of a store: what waits for cores of this machine, in which order, and how long that will take. Plain data. */

export const MOVES = ['front', 'up', 'down', 'back'] as const;
export type QueueMove = (typeof MOVES)[number];

/** What becomes of runs that train when the queue is paused: they go on to their end, or stop at a checkpoint and wait. */
export const PAUSES = ['finish', 'stop'] as const;
export type QueuePause = (typeof PAUSES)[number];

export interface QueueEntry {
  runId: string;
  study: string;
  variant: string;
  seed: number;
  state: 'running' | 'queued';
  /** [0, 1] */
  progress: number;
  /** Seconds of training that are left; null where no run like it has done an epoch. */
  seconds: number | null;
  /** Seconds from now until it begins (0 of one that trains) and ends; null while the queue is paused, or not known. */
  begins: number | null;
  ends: number | null;
}

export interface QueueState {
  store: string;
  /** Since when (milliseconds since 1970), and what running ones do. */
  paused: { since: number; running: QueuePause } | null;
  /** Those that train, then those that wait, in their order. */
  entries: QueueEntry[];
  /** Seconds until all have ended, by those of which that is known. */
  seconds: number;
  /** How many of the entries are not in that. */
  unknown: number;
}

/** Ids in the order of `order`; what is not in it comes after, as it was. */
export function inOrder<T>(items: readonly T[], id: (item: T) => string, order: readonly string[]): T[] {
  const places = new Map(order.map((name, place) => [name, place]));
  const placeOf = (item: T) => places.get(id(item)) ?? Number.POSITIVE_INFINITY;
  return items
    .map((item, i) => ({ item, i, place: placeOf(item) }))
    .sort((a, b) => (a.place === b.place ? a.i - b.i : a.place - b.place))
    .map(({ item }) => item);
}

/** The order after the chosen ids were moved, all together and in the order that they had. */
export function moved(order: readonly string[], chosen: readonly string[], move: QueueMove): string[] {
  const wanted = new Set(chosen);
  const block = order.filter((id) => wanted.has(id));
  const rest = order.filter((id) => !wanted.has(id));
  if (block.length === 0) return [...order];
  const isBefore = (id: string, end: string) => order.indexOf(id) < order.indexOf(end);
  // How many of the others stay before them.
  const before = {
    front: 0,
    up: rest.filter((id) => isBefore(id, block[0]!)).length - 1,
    down: rest.filter((id) => isBefore(id, block.at(-1)!)).length + 1,
    back: rest.length,
  }[move];
  const place = Math.max(0, Math.min(rest.length, before));
  return [...rest.slice(0, place), ...block, ...rest.slice(place)];
}

/**
 * When each of these begins and ends, in seconds from now, with `atOnce` places: those of `left` hold one already, with so many
 * seconds left; those of `waiting` take, in their order, the place that is free first. Null is not known, and so is what comes
 * into its place.
 */
export function forecast(
  left: readonly (number | null)[],
  waiting: readonly (number | null)[],
  atOnce: number,
): { begins: number | null; ends: number | null }[] {
  const places: number[] = left.map((seconds) => seconds ?? Number.POSITIVE_INFINITY);
  const running = places.map((end) => ({ begins: 0, ends: orNull(end) }));
  while (places.length < Math.max(1, atOnce)) places.push(0);
  // More train than there will be places: the first of them to end are not replaced.
  places.sort((a, b) => b - a).length = Math.max(1, atOnce);
  const after = waiting.map((seconds) => {
    const free = places.indexOf(Math.min(...places));
    const begins = places[free]!;
    places[free] = begins + (seconds ?? Number.POSITIVE_INFINITY);
    return { begins: orNull(begins), ends: orNull(places[free]) };
  });
  return [...running, ...after];
}

const orNull = (seconds: number): number | null => (Number.isFinite(seconds) ? seconds : null);
