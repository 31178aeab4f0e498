import { earlierOf } from '../../../protocol/comparison/earlier.ts';
import { type TableRow, tableRows } from '../../../protocol/comparison/table.ts';
import type { Comparison, ComparisonRow, Spread } from '../../../protocol/runs.ts';
import { spread } from '../../../protocol/seeds.ts';
import type { StateOf } from '../../../protocol/views.ts';

type Sort = StateOf<'compare'>['sort'];

export type Column = 'variant' | 'accuracy' | 'difference' | 'loss' | 'spikes' | 'time';

export interface Row extends TableRow {
  /** Unique in the table. */
  key: string;
  /** Of earlier settings: what they had where the file has something else now. */
  had?: Record<string, string>;
  /** Place in the file; rows of earlier settings come after all of them. */
  index: number;
}

/** The rows in the order of the file, then those of earlier settings, with what only shows beside the others. */
export function rowsOf(comparison: Comparison): Row[] {
  const current = tableRows(comparison).map((row, index): Row => ({ ...row, key: row.variant, index }));
  return [...current, ...earlierRows(comparison, current.length)];
}

/** One row for each of the settings that a variant was trained with earlier. */
function earlierRows(comparison: Comparison, firstIndex: number): Row[] {
  return earlierOf(comparison).map(({ variant, runs, results, accuracy, had, place }, i) => {
    const loss = spread(results.map((run) => run.result!.loss));
    return {
      // No name of a variant has a line break.
      key: `earlier ${variant}${place > 0 ? `\n${place}` : ''}`,
      variant,
      index: firstIndex + i,
      earlier: true,
      wanted: 0,
      changes: {},
      ...(had && { had }),
      runs,
      results,
      ...(accuracy ? { accuracy } : {}),
      ...(loss ? { loss } : {}),
    };
  });
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
  difference: (row) => (row.index === 0 && row.accuracy ? 0 : row.verdict?.paired?.mean),
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
  return row.results
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
