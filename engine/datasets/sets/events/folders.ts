/** A folder for each class, perhaps below folders for training and test; or files named in a table of labels. */
import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { UserError } from '../../../base/errors.ts';
import type { Split } from '../../dataset.ts';
import { reason } from '../../formats/files.ts';
import { isLitter } from '../../library/litter.ts';
import { readLabels } from './labels.ts';
import { listed, partInName, shownName } from './roles.ts';
import type { Wanted } from './schema.ts';

const MAX_FILES = 1_000_000;

export interface ListedFile {
  file: string;
  label: string | number;
  group?: string | number | undefined;
  part?: Split | undefined;
}

/** The files with one of these endings, sorted by name. Throws a UserError. */
export function listFiles(
  folder: string,
  wanted: Wanted,
  labels: string | undefined,
  endings: readonly string[],
): ListedFile[] {
  const files = labels === undefined ? byFolder(folder, endings) : byTable(folder, labels, wanted);
  if (files.length > MAX_FILES)
    throw new UserError(`${folder}: more than ${MAX_FILES} files are too many; take fewer.`);
  return files;
}

/** The endings of files in a folder and in the first folders below it. */
export function endingsIn(folder: string, depth = 2): Set<string> {
  const endings = new Set<string>();
  let folders = 0;
  for (const entry of entriesOf(folder))
    if (!entry.isDirectory()) endings.add(extname(entry.name).toLowerCase());
    else if (depth > 0 && folders++ < 8)
      for (const ending of endingsIn(join(folder, entry.name), depth - 1)) endings.add(ending);
  return endings;
}

function byFolder(folder: string, endings: readonly string[]): ListedFile[] {
  const folders = entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  const parts = folders.map((name) => partInName(name));
  const splits = folders.length > 0 && parts.every((part) => part !== undefined);
  const files = splits
    ? (['train', 'validation', 'test'] as const).flatMap((part) =>
        folders.flatMap((name, i) =>
          parts[i] === part ? classesIn(join(folder, name), endings).map((file) => ({ ...file, part })) : [],
        ),
      )
    : classesIn(folder, endings);
  if (files.length === 0)
    throw new UserError(
      `${folder}: there are no folders of classes with ${endings.join(', ')} files in it; make one for each class, or name a table of labels in dataset.labels.`,
    );
  return files;
}

function classesIn(folder: string, endings: readonly string[]): ListedFile[] {
  const folders = entriesOf(folder)
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const numbers = folders.every((name) => /^\d{1,9}$/.test(name));
  return folders.flatMap((name) =>
    entriesOf(join(folder, name))
      .filter((entry) => !entry.isDirectory() && endings.includes(extname(entry.name).toLowerCase()))
      .map((entry) => entry.name)
      .sort()
      .map((file) => ({ file: join(folder, name, file), label: numbers ? Number(name) : name })),
  );
}

function byTable(folder: string, table: string, { columns }: Wanted): ListedFile[] {
  const { ids, labels, groups, parts } = readLabels(table, 'file', columns);
  return Array.from(ids as ArrayLike<string | number>, (id, i) => {
    const name = String(id);
    // The table may be of somebody else: it names files of this folder and no others.
    if (name.split(/[\\/]/).some((step) => step === '..') || /^([\\/]|[a-z]:)/i.test(name))
      throw new UserError(
        `${table}: names ${shownName(name)}, which does not lie below ${basename(folder)}; move it there.`,
      );
    return { file: join(folder, name), label: labels[i]!, group: groups?.[i], part: parts?.[i] };
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !isLitter(name));
  } catch (error) {
    throw new UserError(`${folder}: ${reason(error)}; name the folder in dataset.path.`);
  }
}

/** The kinds of files in a folder, for a sentence. */
export const endingList = (endings: ReadonlySet<string>): string =>
  listed([...endings].filter((ending) => ending !== '').sort());

/** Names of the files that lie directly in a folder, sorted. Throws a UserError. */
export const filesIn = (folder: string): string[] =>
  entriesOf(folder)
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
