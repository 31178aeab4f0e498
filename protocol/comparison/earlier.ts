/** Results with settings that the file no longer has: they stay, under that name, until there are new ones. */
import type { Comparison, EarlierSettings, RunSummary, Spread } from '../runs.ts';
import { spread } from '../seeds.ts';
import { changesText } from './table.ts';

export interface Earlier extends Omit<EarlierSettings, 'runs'> {
  /** By seed. */
  runs: RunSummary[];
  /** Those that finished. */
  results: RunSummary[];
  /** Of those, in the epochs that count. */
  accuracy?: Spread;
  /** How many newer ones of the same variant there are. */
  place: number;
}

/** Those of a comparison with their runs, of each variant the newest first. */
export function earlierOf({ outdated, earlier }: Pick<Comparison, 'outdated' | 'earlier'>): Earlier[] {
  const known = new Map(outdated.map((run) => [run.id, run]));
  const places = new Map<string, number>();
  return earlier.map((one) => {
    const place = places.get(one.variant) ?? 0;
    places.set(one.variant, place + 1);
    const runs = one.runs.flatMap((id) => known.get(id) ?? []);
    const results = runs.filter((run) => run.state === 'finished' && run.result);
    const accuracy = spread(results.map((run) => run.result!.accuracy));
    return { ...one, runs, results, place, ...(accuracy && { accuracy }) };
  });
}

const outdatedIds = new WeakMap<Comparison, ReadonlySet<string>>();

/** Whether the settings of a run are no longer those of the file; false while nothing is known. */
export function isOutdated({ id }: RunSummary, comparison: Comparison | undefined): boolean {
  if (!comparison) return false;
  const ids = outdatedIds.get(comparison) ?? new Set(comparison.outdated.map((run) => run.id));
  outdatedIds.set(comparison, ids);
  return ids.has(id);
}

/** The last results with earlier settings, by variant. */
export function lastResults(comparison: Pick<Comparison, 'outdated' | 'earlier'>): Map<string, Earlier> {
  const last = new Map<string, Earlier>();
  for (const one of earlierOf(comparison)) if (one.accuracy && !last.has(one.variant)) last.set(one.variant, one);
  return last;
}

/** What is not as it is in the file: `had neuron.leak: 1`. */
export function whyEarlier({ had }: Pick<EarlierSettings, 'had'>): string {
  if (!had) return '';
  return Object.keys(had).length === 0 ? 'seeds that the file no longer has' : `had ${changesText(had)}`;
}
