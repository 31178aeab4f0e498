import type { Comparison, ComparisonRow, Spread } from '../../../protocol/runs.ts';
import type { StateOf } from '../../../protocol/views.ts';

type Sort = StateOf<'compare'>['sort'];

export type Column = 'variant' | 'accuracy' | 'difference' | 'loss' | 'spikes' | 'time';

export interface Difference {
  /** Accuracy minus that of the first row, as a fraction. */
  value: number;
  /** No larger than the spread over the seeds of both: it may well be chance. */
  withinSpread: boolean;
}

export interface Row extends ComparisonRow {
  /** Place in the file. */
  index: number;
  /** Against the first row of the file; absent for that row itself and while either has no result. */
  difference?: Difference;
  best: { accuracy: boolean; loss: boolean };
}

/** The rows in the order of the file, with what only shows beside the others: differences and best values. */
export function rowsOf(comparison: Comparison): Row[] {
  const baseline = comparison.rows[0];
  const accuracies = comparison.rows.flatMap((r) => (r.accuracy ? [r.accuracy.mean] : []));
  const losses = comparison.rows.flatMap((r) => (finite(r.loss) ? [r.loss.mean] : []));
  const several = accuracies.length > 1;
  const highest = Math.max(...accuracies);
  const lowest = Math.min(...losses);
  return comparison.rows.map((row, index) => {
    const difference = index > 0 ? differenceOf(row.accuracy, baseline?.accuracy) : undefined;
    return {
      ...row,
      index,
      ...(difference ? { difference } : {}),
      best: {
        accuracy: several && row.accuracy?.mean === highest,
        loss: several && row.loss?.mean === lowest,
      },
    };
  });
}

function differenceOf(a: Spread | undefined, b: Spread | undefined): Difference | undefined {
  if (!a || !b) return undefined;
  const value = a.mean - b.mean;
  const known = a.deviation !== undefined && b.deviation !== undefined;
  return { value, withinSpread: known && Math.abs(value) <= Math.hypot(a.deviation!, b.deviation!) };
}

function finite(spread: Spread | undefined): spread is Spread {
  return spread !== undefined && Number.isFinite(spread.mean);
}

/** Sorted by a column; rows without a value stay at the end in either direction, equal ones in the order of the file. */
export function sortRows(rows: readonly Row[], sort: Sort): Row[] {
  if (!sort) return [...rows];
  const key = keys[sort.column as Column];
  if (!key) return [...rows];
  const sign = sort.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const x = key(a);
    const y = key(b);
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    const order = typeof x === 'string' ? x.localeCompare(String(y)) : x - Number(y);
    return sign * order || a.index - b.index;
  });
}

const keys: Record<Column, (row: Row) => string | number | undefined> = {
  variant: (row) => row.variant,
  accuracy: (row) => row.accuracy?.mean,
  difference: (row) => (row.index === 0 && row.accuracy ? 0 : row.difference?.value),
  loss: (row) => (finite(row.loss) ? row.loss.mean : undefined),
  spikes: (row) => meanRate(row.spikeRates),
  time: (row) => row.seconds?.mean,
};

/** Columns where the largest value is what one looks for first. */
const DESCENDING_FIRST: ReadonlySet<Column> = new Set(['accuracy', 'difference', 'spikes']);

/** One click sorts, the next turns it round, the third goes back to the order of the file. */
export function nextSort(sort: Sort, column: Column): Sort {
  const first = DESCENDING_FIRST.has(column);
  if (sort?.column !== column) return { column, descending: first };
  return sort.descending === first ? { column, descending: !first } : null;
}

export function meanRate(rates: readonly Spread[] | undefined): number | undefined {
  if (!rates || rates.length === 0) return undefined;
  return rates.reduce((sum, r) => sum + r.mean, 0) / rates.length;
}

/** Accuracies of the seeds of a row, in the order of the seeds. */
export function seedAccuracies(row: ComparisonRow): { seed: number; accuracy: number }[] {
  return row.runs
    .flatMap((run) => (run.result ? [{ seed: run.seed, accuracy: run.result.accuracy }] : []))
    .sort((a, b) => a.seed - b.seed);
}

/** The axis that the little dots of all rows share, with some room on both sides. */
export function accuracyAxis(rows: readonly ComparisonRow[]): [number, number] {
  const all = rows.flatMap((row) => [...seedAccuracies(row).map((s) => s.accuracy), row.accuracy?.mean ?? []].flat());
  if (all.length === 0) return [0, 1];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const room = Math.max((high - low) * 0.08, 0.01);
  return [Math.max(0, low - room), Math.min(1, high + room)];
}
