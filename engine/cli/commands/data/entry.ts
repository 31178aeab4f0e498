/** Which data set a command is about, and how the commands speak of it. */

import { resolve } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import { CATALOGUE, type CatalogueEntry } from '../../../datasets/library/catalogue.ts';
import { folderOf } from '../../../datasets/library/obtain.ts';
import type { Input, Option } from '../../command.ts';
import { say } from '../../output.ts';
import { printable } from '../../text.ts';

export const pathOption: Option = {
  type: 'string',
  value: 'DIR',
  help: 'where its files are (default: its folder in the data folder, see LIF_DATA)',
};

/** The data set that is named first. Throws a UserError. */
export function namedEntry(input: Input): CatalogueEntry {
  const name = input.positionals[0]!;
  const entry = CATALOGUE.find((known) => known.name === name);
  if (entry) return entry;
  if (looksLikePath(name))
    throw new UserError(
      `${printable(name)} is no data set that is published; of your own data, "lif data show ${printable(name)}" reads every sample and says what is wrong.`,
    );
  const known = CATALOGUE.map((other) => other.name).join(', ');
  throw new UserError(`There is no data set "${printable(name)}"; there are ${known}.`);
}

/** Your own data: names of data sets have no dots and slashes. */
export const looksLikePath = (name: string): boolean => name === 'events' || /[./\\]/.test(name);

/** The data set whose files it uses, or itself. */
export const sourceOf = (entry: CatalogueEntry): CatalogueEntry =>
  CATALOGUE.find(({ name }) => name === entry.uses) ?? entry;

/** Where its files are: as given, or in the data folder. */
export function folderFrom(input: Input, source: CatalogueEntry): string {
  const path = input.text('path');
  return path === undefined ? folderOf(source) : resolve(path);
}

/** Licence and citation, before anything is fetched. */
export function about(entry: CatalogueEntry): void {
  say(`${entry.title}. Licence: ${entry.licence}. Please cite: ${entry.citation}`);
}
