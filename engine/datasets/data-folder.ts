/** Where the files of a data set are looked for, and where they were probably meant. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { SettingError, UserError } from '../base/errors.ts';
import { dataFolder, sourcePath } from './library/locations.ts';
import { type DatasetSpec, definitionOf } from './sets/registry.ts';

/** Folders that are tried when the files are not where they should be. */
const MAX_TRIED = 50;

/** The folder of a spec's files; undefined for generated data sets. */
export function folderOfSpec(spec: DatasetSpec, file: string): string | undefined {
  const { source } = definitionOf(spec);
  return source.generated ? undefined : sourcePath(pathOf(spec), source.uses ?? spec.name, file);
}

const pathOf = (spec: DatasetSpec): string | undefined => ('path' in spec ? spec.path : undefined);

/** Throws a SettingError or UserError when the place of the files cannot be a folder. */
export function refusePlace(spec: DatasetSpec, file: string): void {
  const path = pathOf(spec);
  if (path !== undefined && /^(~|\$|%)/.test(path) && !existsSync(folderOfSpec(spec, file)!))
    throw new SettingError(
      ['dataset', 'path'],
      `is ${path}, where only a shell would put a folder for ${path[0]}; write the whole path.`,
    );
  const folder = folderOfSpec(spec, file);
  const stats = folder === undefined ? undefined : statOf(folder);
  if (!stats || stats.isDirectory() || definitionOf(spec).source.own) return;
  const { name, uses } = { name: spec.name, uses: definitionOf(spec).source.uses };
  throw new UserError(
    `${folder}: is a file, but a folder is wanted; ${
      /\.(zip|tar|gz|tgz)$/.test(folder!)
        ? `take the archive over with "lif data import ${uses ?? name} FILE", or name the folder it unpacks to`
        : 'name the folder that it is in'
    }.`,
  );
}

/** The data folder. Throws a UserError when it is a file. */
export function usableDataFolder(): string {
  const folder = dataFolder();
  if (statOf(folder)?.isDirectory() === false)
    throw new UserError(`${folder} is a file, but the data folder must be a folder; set LIF_DATA to another one.`);
  return folder;
}

function statOf(folder: string): ReturnType<typeof statSync> {
  try {
    return statSync(folder, { throwIfNoEntry: false });
  } catch {
    // A part of the path is a file: the same answer as for the file itself.
    const parent = dirname(folder);
    return parent === folder ? undefined : statOf(parent);
  }
}

/** A folder just below or above in which `fits` finds the files, as `path` would name it from the experiment file. */
export function probablyMeant(spec: DatasetSpec, file: string, fits: (folder: string) => boolean): string | undefined {
  const folder = folderOfSpec(spec, file);
  if (folder === undefined || definitionOf(spec).source.own) return undefined;
  const found = [...foldersIn(folder), dirname(folder)].find(fits);
  return found && (relative(dirname(file), found) || '.');
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .slice(0, MAX_TRIED)
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}
