/** Runs of one variant with several seeds: what is said of them together, which are newer, and what is left to start. */
import { type Beginning, isActive, type RunSummary, type Spread } from './runs.ts';
import { meanOf } from './statistics.ts';

/** Mean and sample standard deviation (n − 1); undefined for no values. */
export function spread(values: readonly number[]): Spread | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const mean = meanOf(values);
  if (count === 1) return { mean, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)), count };
}

/** Whether a run was made after another one; by its id where their times are the same. */
export function isNewer(run: RunSummary, than: RunSummary | undefined): boolean {
  return !than || run.createdAt > than.createdAt || (run.createdAt === than.createdAt && run.id > than.id);
}

/** Undefined of none. */
export function newestOf(runs: readonly RunSummary[]): RunSummary | undefined {
  return runs.reduce<RunSummary | undefined>((last, run) => (isNewer(run, last) ? run : last), undefined);
}

/** What Run and `lif run` do for one variant and seed: nothing, since it waits or trains already; a new run; going on with one that was left off; nothing, since there is a result. */
export type Start = 'active' | 'create' | 'resume' | 'finished';

/**
 * What it takes to get the result of one variant and seed with the settings of the file.
 * @param newest its newest run
 * @param result its newest finished one: it counts until there is another
 * @param again train from the beginning also what is finished or was left off
 */
export function startOf(newest: RunSummary | undefined, result: RunSummary | undefined, again = false): Start {
  if (newest && isActive(newest.state)) return 'active';
  if (again || !newest) return 'create';
  if (result || newest.state === 'finished') return 'finished';
  return newest.state === 'failed' ? 'create' : 'resume';
}

/** Ids of runs of fewer epochs, by the number that each is to have. */
export function byEpochs(beginnings: readonly Beginning[]): Map<number, string[]> {
  const groups = new Map<number, string[]>();
  for (const { id, epochs } of beginnings) groups.set(epochs, [...(groups.get(epochs) ?? []), id]);
  return groups;
}
