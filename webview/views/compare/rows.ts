import {
  type Column,
  DEFAULT_COLUMNS,
  FILTER_ONLY,
  RESULT_COLUMNS,
  settingColumn,
} from '../../../protocol/comparison/columns.ts';
import { earlierOf } from '../../../protocol/comparison/earlier.ts';
import type { SettingsTable } from '../../../protocol/comparison/settings.ts';
import { type TableRow, tableRows } from '../../../protocol/comparison/table.ts';
import type { Comparison, ComparisonRow } from '../../../protocol/runs.ts';
import { spread } from '../../../protocol/seeds.ts';
import type { StateOf } from '../../../protocol/views.ts';
import { dotsAxis } from '../../plot/seed-dots.ts';
import type { OtherStudy } from '../../shared/study/others.ts';
import { settingsLookup } from '../../shared/study/settings.ts';

type Sort = StateOf<'compare'>['sort'];

export interface Row extends TableRow {
  /** Unique in the table. */
  key: string;
  /** Of earlier settings: what they had where the file has something else now. */
  had?: Record<string, string>;
  /** Place in the file; rows of earlier settings and of other studies come after all of them. */
  index: number;
  /** The other study that it is of: it is not in the file, and nothing of it was judged against the reference. */
  study?: string;
}

/**
 * The rows in the order of the file, then those of earlier settings and of studies beside it, with what only shows beside the
 * others.
 */
export function rowsOf(
  comparison: Comparison,
  table: SettingsTable | undefined,
  others: readonly OtherStudy[] = [],
): Row[] {
  const current = tableRows(comparison).map((row, index): Row => ({ ...row, key: row.variant, index }));
  const own = [...current, ...earlierRows(comparison, current.length)];
  const beside = others.flatMap(({ comparison, label }) =>
    tableRows(comparison).map(({ verdict: _, ...row }) => ({
      ...row,
      variant: `${row.variant} · ${label}`,
      key: `${comparison.file}\n${row.variant}`,
      study: label,
    })),
  );
  const rows = [...own, ...beside.map((row, i): Row => ({ ...row, index: own.length + i }))];
  if (!table) return rows;
  const { ofVariant, ofRun } = settingsLookup(table);
  return rows.map((row) => {
    const settings = row.earlier || row.study !== undefined ? ofRun(row.runs[0]?.id) : ofVariant(row.variant);
    return settings ? { ...row, settings } : row;
  });
}

/** One row for each of the settings that a variant was trained with earlier. */
function earlierRows(comparison: Comparison, firstIndex: number): Row[] {
  return earlierOf(comparison).map(({ id, variant, runs, results, accuracy, had }, i) => {
    const loss = spread(results.map((run) => run.result!.loss));
    return {
      key: `earlier ${id}`,
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

/** Everything that can be a column. */
export function columnsOf(table: SettingsTable | undefined): Column[] {
  return [...RESULT_COLUMNS, ...(table?.fields ?? []).map(settingColumn)];
}

/** Everything that a filter can name. */
export function filterColumns(table: SettingsTable | undefined): Column[] {
  return [...columnsOf(table), ...FILTER_ONLY];
}

/** The columns that are shown, in their order; the name of the variant always comes first. */
export function shownColumns(all: readonly Column[], { columns }: Pick<StateOf<'compare'>, 'columns'>): Column[] {
  const ids = columns.length > 0 ? ['variant', ...columns.filter((id) => id !== 'variant')] : DEFAULT_COLUMNS;
  return ids.flatMap((id) => all.find((column) => column.id === id) ?? []);
}

/** The ids with one of them moved by a number of places; the name of the variant stays where it is. */
export function movedColumn(ids: readonly string[], id: string, by: number): string[] {
  const from = ids.indexOf(id);
  const to = Math.max(1, Math.min(ids.length - 1, from + by));
  if (from < 1 || to === from) return [...ids];
  const rest = ids.filter((one) => one !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}

/** Sorted by the columns, the first one first; rows without a value stay at the end, equal ones in the order of the file. */
export function sortRows(rows: readonly Row[], sort: Sort, columns: readonly Column[]): Row[] {
  const keys = sort.flatMap(({ column, descending }) => {
    const found = columns.find(({ id }) => id === column);
    return found ? [{ value: found.value, sign: descending ? -1 : 1 }] : [];
  });
  return [...rows].sort((a, b) => {
    for (const { value, sign } of keys) {
      const order = compared(value(a), value(b), sign);
      if (order !== 0) return order;
    }
    return a.index - b.index;
  });
}

/** Numbers before words, and what there is before what there is not, in either direction. */
function compared(x: number | string | undefined, y: number | string | undefined, sign: number): number {
  if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
  if (typeof x === 'number' && typeof y === 'number') return sign * (x - y);
  if (typeof x === typeof y) return sign * String(x).localeCompare(String(y));
  return typeof x === 'number' ? -1 : 1;
}

/**
 * One click sorts, the next turns it round, the third goes back to the order of the file. With `more` a column is sorted by
 * beside those before it.
 */
export function nextSort(sort: Sort, { id, largestFirst = false }: Column, more: boolean): Sort {
  const index = sort.findIndex(({ column }) => column === id);
  const known = sort[index];
  const turned =
    known === undefined
      ? [{ column: id, descending: largestFirst }]
      : known.descending === largestFirst
        ? [{ column: id, descending: !largestFirst }]
        : [];
  if (!more) return sort.length > 1 && known ? [known] : turned;
  return known === undefined ? [...sort, ...turned] : [...sort.slice(0, index), ...turned, ...sort.slice(index + 1)];
}

/** Accuracies of the seeds of a row, in the order of the seeds. */
export function seedAccuracies(row: Pick<ComparisonRow, 'results'>): { seed: number; accuracy: number }[] {
  return row.results
    .flatMap((run) => (run.result ? [{ seed: run.seed, accuracy: run.result.accuracy }] : []))
    .sort((a, b) => a.seed - b.seed);
}

/** The axis of the dots of all rows. */
export function accuracyAxis(rows: readonly ComparisonRow[]): [number, number] {
  return dotsAxis(
    rows.flatMap((row) => [...seedAccuracies(row).map((s) => s.accuracy), row.accuracy?.mean ?? []].flat()),
  );
}
