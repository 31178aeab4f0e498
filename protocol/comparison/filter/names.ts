/** Columns by the names that a filter may give them. */
import type { Column } from '../columns.ts';

/** The column of that name, or the setting whose path ends so: `leak` is `neuron.leak` where it is the only one. */
export function columnNamed(name: string, columns: readonly Column[]): Column | { sentence: string } {
  const wanted = name.toLowerCase();
  const exact = columns.find(({ id }) => id.toLowerCase() === wanted);
  if (exact) return exact;
  const ending = columns.filter(({ id }) => id.toLowerCase().endsWith(`.${wanted}`));
  if (ending.length === 1) return ending[0]!;
  if (ending.length > 1)
    return { sentence: `"${name}" could be ${ending.map(({ id }) => id).join(' or ')}: write more of it.` };
  const guess = nearestName(wanted, columns.map(shortName));
  const hint = guess === undefined ? '' : `; did you mean ${guess}`;
  return { sentence: `"${name}" is no column and no setting that differs${hint}.` };
}

/** What a column may be called for short: its last word, `leak` of `neuron.leak`. */
export function shortName({ id }: Column): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

/** The shortest name that means this column and no other. */
export function uniqueName(column: Column, columns: readonly Column[]): string {
  const parts = column.id.split('.');
  for (let from = parts.length - 1; from > 0; from--) {
    const name = parts.slice(from).join('.');
    if (columnNamed(name, columns) === column) return name;
  }
  return column.id;
}

/** The name that is at most a third of its letters away. */
function nearestName(wanted: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

/** Levenshtein's: letters to put in, take out or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
