/** What could come next in a filter that somebody types. */
import type { Column } from '../columns.ts';
import type { TableRow } from '../table.ts';
import { columnNamed, uniqueName } from './names.ts';
import { quoted, type Token, tokensOf } from './tokens.ts';

export interface FilterOption {
  /** What is put in. */
  text: string;
  hint: string;
}

export interface FilterCompletion {
  /** What is replaced. */
  start: number;
  end: number;
  options: FilterOption[];
}

const MOST = 30;
const ORDERS: readonly FilterOption[] = [
  { text: '>', hint: 'more than' },
  { text: '<', hint: 'less than' },
  { text: '>=', hint: 'at least' },
  { text: '<=', hint: 'at most' },
];
const EQUALS: readonly FilterOption[] = [
  { text: '=', hint: 'is' },
  { text: '!=', hint: 'is not' },
  { text: '~', hint: 'contains' },
];
const LINKS: readonly FilterOption[] = [
  { text: 'and', hint: 'both' },
  { text: 'or', hint: 'either' },
];

/** @param caret where the next character would be typed */
export function completeFilter(
  text: string,
  caret: number,
  columns: readonly Column[],
  rows: readonly TableRow[],
): FilterCompletion {
  const before = tokensOf(text.slice(0, caret));
  const last = before.at(-1);
  // A word that ends at the caret is still being typed.
  const typed = last && last.end === caret && (last.kind === 'word' || last.kind === 'quoted') ? last : undefined;
  const done = typed ? before.slice(0, -1) : before;
  const [start, end] = typed ? [typed.start, endOfWord(text, caret)] : [caret, caret];
  const options = expected(done, columns, rows).filter(({ text }) => fits(text, typed?.text ?? ''));
  return { start, end, options: options.slice(0, MOST) };
}

function endOfWord(text: string, caret: number): number {
  return caret + /^[^\s<>=!~()"']*/.exec(text.slice(caret))![0].length;
}

/** What begins so comes first in what is offered, and what contains it is offered, too. */
function fits(option: string, typed: string): boolean {
  const wanted = typed.toLowerCase();
  return option.toLowerCase().includes(wanted) && option.toLowerCase() !== wanted;
}

function expected(done: readonly Token[], columns: readonly Column[], rows: readonly TableRow[]): FilterOption[] {
  const last = done.at(-1);
  // What the study is about comes first.
  const ordered = [...columns].sort((a, b) => Number(b.setting ?? false) - Number(a.setting ?? false));
  const names = ordered.map((column) => ({
    text: uniqueName(column, columns),
    hint: column.setting ? column.id : `${column.label}${column.unit ? ` in ${column.unit}` : ''}`,
  }));
  if (!last || last.kind === 'open' || (last.kind === 'word' && /^(and|or|not)$/i.test(last.text))) return names;
  const previous = done.at(-2);
  if (last.kind === 'operator') return previous ? valuesOf(previous.text, columns, rows) : [];
  if (last.kind === 'word' && previous?.kind !== 'operator') {
    const column = columnNamed(last.text, columns);
    if (!('sentence' in column)) return column.unit ? [...ORDERS] : [...EQUALS, ...ORDERS];
  }
  return [...LINKS];
}

/** Words that stand in a column; numbers one types oneself. */
function valuesOf(name: string, columns: readonly Column[], rows: readonly TableRow[]): FilterOption[] {
  const column = columnNamed(name, columns);
  if ('sentence' in column) return [];
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const value of column.values?.(row) ?? [column.value(row)]) {
      if (value === undefined || (typeof value === 'number' && !column.setting)) continue;
      counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    }
  }
  return [...counts].map(([value, n]) => ({ text: quoted(value), hint: n === 1 ? '1 row' : `${n} rows` }));
}
