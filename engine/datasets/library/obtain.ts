/** Getting data sets into the data folder, and whether they are there. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { badFile } from '../formats/files.ts';
import { checkDataset } from '../prepare.ts';
import { type DatasetSpec, datasetSchema } from '../sets/registry.ts';
import type { CatalogueEntry, CatalogueFile } from './catalogue.ts';
import { type DownloadOptions, download } from './download.ts';
import { dataFolder } from './locations.ts';
import { withLock } from './lock.ts';
import { unpack } from './unpack.ts';

export interface ObtainOptions extends DownloadOptions {
  /** Address of a folder with the files, tried before the published ones. */
  mirror?: string | undefined;
}

/** The data set of an entry with every field at its default. */
export function defaultSpec(entry: CatalogueEntry, path?: string): DatasetSpec {
  return datasetSchema.parse({ name: entry.name, ...(path !== undefined && { path }) });
}

export const folderOf = (entry: CatalogueEntry): string => join(dataFolder(), entry.uses ?? entry.name);

export interface Glance {
  /** What is missing or damaged, in a sentence; absent when the data set can be read. */
  problem?: string;
  /** What has to be said of it all the same, such as missing samples. */
  remarks: string[];
}

/** Whether what the data set needs is there, and all of it. */
export async function glance(entry: CatalogueEntry, path?: string): Promise<Glance> {
  try {
    const file = join(process.cwd(), 'study.lif.yaml');
    return { remarks: await checkDataset(defaultSpec(entry, path), { file }) };
  } catch (error) {
    if (error instanceof UserError) return { problem: error.message, remarks: [] };
    throw error;
  }
}

/** Whether what the data set needs is there; if not, the sentence that says what is missing. */
export async function missing(entry: CatalogueEntry, path?: string): Promise<string | undefined> {
  return (await glance(entry, path)).problem;
}

/** Downloads what is not there yet, under a lock. Rejects with a UserError. */
export async function getDataset(entry: CatalogueEntry, options: ObtainOptions = {}): Promise<void> {
  if (entry.manual && (await missing(entry)) !== undefined) throw new UserError(`${entry.title}: ${entry.manual}.`);
  const { mirror } = options;
  if (mirror !== undefined && !/^https?:\/\//.test(mirror))
    throw new UserError(`--mirror ${mirror} is not an http or https address.`);
  const folder = folderOf(entry);
  await locked(entry, options, async () => {
    for (const item of entry.files) {
      const produces = item.unpacksTo ?? [item.file];
      if (produces.every((name) => existsSync(join(folder, name)))) continue;
      const file = join(folder, item.file);
      await download(withMirror(item, mirror), file, options);
      if (!item.unpacksTo) continue;
      const names = await unpack(file, folder, unpackOptions(entry, options));
      const absent = item.unpacksTo.find((name) => !names.includes(name));
      if (absent)
        throw badFile(file, `there is no ${absent} in it`, undefined, 'report this: the published file changed');
      rmSync(file);
    }
  });
}

function withMirror(item: CatalogueFile, mirror: string | undefined): CatalogueFile {
  if (mirror === undefined) return item;
  return { ...item, urls: [`${mirror.replace(/\/$/, '')}/${item.file}`, ...item.urls] };
}

export const unpackOptions = (entry: CatalogueEntry, options: ObtainOptions) => ({
  limit: entry.unpackLimit,
  remedy: `get it again with "lif data get ${entry.name}"`,
  signal: options.signal,
  ...(options.onProgress && { onProgress: options.onProgress }),
});

/** One process at a time changes the files of a data set. */
export function locked(entry: CatalogueEntry, options: ObtainOptions, action: () => Promise<void>): Promise<void> {
  return withLock(join(dataFolder(), `${entry.uses ?? entry.name}.lock`), action, {
    signal: options.signal,
    onWait: (holder) => options.onNote?.(`waiting for ${holder}, which is getting ${entry.name} too`),
  });
}
