/** A table of labels: a line for each sample or file, with its class, and perhaps its group and split. */
import { UserError } from '../../../base/errors.ts';
import type { Split } from '../../dataset.ts';
import { openCsv } from '../../formats/csv.ts';
import { isText, type Values } from '../../formats/table.ts';
import { findRole, needRole, partInName, shownName } from './roles.ts';
import type { Columns } from './schema.ts';

/** What is known of each sample. */
export interface Labelled {
  /** Names or numbers of the samples. */
  ids: Values;
  labels: Values;
  groups: Values | undefined;
  parts: Split[] | undefined;
}

/** Reads a table whose lines are about `role`: samples or files. Throws a UserError. */
export function readLabels(file: string, role: 'sample' | 'file', columns: Columns | undefined): Labelled {
  const table = openCsv(file);
  const id = needRole(file, table.columns, role, columns, role === 'file' ? 'a file' : 'a sample');
  const label = needRole(file, table.columns, 'label', columns, 'a label');
  const group = findRole(file, table.columns, 'group', columns);
  const split = findRole(file, table.columns, 'split', columns);
  const optional = [group, split].filter((name) => name !== undefined);
  const [ids, labels, ...rest] = table.read([id, label, ...optional]) as Values[];
  if (ids!.length === 0)
    throw new UserError(`${file}: there are no lines below the names; write one for each ${role}.`);
  if (!isText(labels!)) refuseMissing(file, labels!, label);
  return {
    ids: ids!,
    labels: labels!,
    groups: group === undefined ? undefined : rest[0]!,
    parts: split === undefined ? undefined : partsOf(file, rest.at(-1)!, split),
  };
}

function refuseMissing(file: string, values: ArrayLike<number>, column: string): void {
  const missing = Array.from(values).findIndex(Number.isNaN);
  if (missing >= 0)
    throw new UserError(`${file}: row ${missing + 1} has no ${shownName(column)}; fill it in, or take the row out.`);
}

/** Names of splits, as people write them. Throws a UserError. */
export function partsOf(place: string, values: Values, column: string): Split[] {
  return Array.from(values as ArrayLike<string | number>, (value) => {
    const part = partInName(String(value));
    if (part) return part;
    throw new UserError(
      `${place}: ${shownName(column)} is ${shownName(value)} somewhere, which is none of train, validation and test; write one of these.`,
    );
  });
}

/** A table with a line for each sample, numbered from 0 in their order. Throws a UserError. */
export function readLabelsInOrder(
  table: string,
  columns: Columns | undefined,
  count: number,
): Omit<Labelled, 'ids'> & { count: number } {
  const { ids, labels, groups, parts } = readLabels(table, 'sample', columns);
  const numbers = Array.from(ids as ArrayLike<string | number>, Number);
  if (numbers.length !== count || numbers.some((id, i) => id !== i))
    throw new UserError(
      `${table}: has to have one line for each of the ${count} samples, numbered from 0 in their order.`,
    );
  return { count, labels, groups, parts };
}
