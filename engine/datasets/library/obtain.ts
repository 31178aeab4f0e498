/** Getting, importing and checking data sets in the data folder. */
import { createHash, randomUUID } from 'node:crypto';
import {
  constants,
  copyFileSync,
  cpSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import { badFile, hashOf, reason, streamOf } from '../formats/files.ts';
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

const GET_AGAIN = 'get the file again';

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

const unpackOptions = (entry: CatalogueEntry, options: ObtainOptions) => ({
  limit: entry.unpackLimit,
  remedy: `get it again with "lif data get ${entry.name}"`,
  signal: options.signal,
  ...(options.onProgress && { onProgress: options.onProgress }),
});

/**
 * Takes over an archive, a file or a folder that the user has. Resolves to a sentence on what is still missing, if
 * anything. Rejects with a UserError.
 */
export async function importDataset(
  entry: CatalogueEntry,
  path: string,
  options: ObtainOptions = {},
): Promise<string | undefined> {
  if (entry.generated || entry.uses)
    throw new UserError(
      entry.uses
        ? `${entry.name} is made from ${entry.uses}; import that.`
        : `${entry.name} is generated; there is nothing to import.`,
    );
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) throw new UserError(`${path}: there is no such file or folder to import.`);
  const folder = folderOf(entry);
  await locked(entry, options, async () => {
    mkdirSync(folder, { recursive: true });
    if (stats.isDirectory()) importFolder(entry, path, folder);
    else await importFile(entry, path, folder, options);
  });
  return missing(entry, folder);
}

function importFolder(entry: CatalogueEntry, path: string, folder: string): void {
  const names = readdirSync(path).filter((name) => entry.imports.test(name));
  if (names.length === 0) throw new UserError(`${path}: there are no files of ${entry.title} in it; name its folder.`);
  const aside = join(folder, `.importing-${randomUUID()}`);
  try {
    for (const name of names)
      cpSync(join(path, name), join(aside, name), {
        recursive: true,
        dereference: true,
        mode: constants.COPYFILE_FICLONE,
      });
    for (const name of names) {
      rmSync(join(folder, name), { recursive: true, force: true });
      renameSync(join(aside, name), join(folder, name));
    }
  } catch (error) {
    throw new UserError(`${path}: cannot be copied to ${folder} because ${reason(error)}; make room or set LIF_DATA.`);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function importFile(entry: CatalogueEntry, path: string, folder: string, options: ObtainOptions): Promise<void> {
  const name = basename(path);
  // Archives are taken as published or not at all; single files may be somebody's own, and `check` tells.
  const published = entry.files.find((item) => item.file === name)?.md5 ?? entry.contents[name];
  if (published !== undefined && /\.(zip|tar\.gz)$/.test(name)) {
    options.onProgress?.({ what: `checking ${name}`, done: 0, total: 1 });
    const md5 = await hashOf(path, 'md5', GET_AGAIN, options.signal);
    if (md5 !== published)
      throw badFile(path, `its MD5 is ${md5}, not the published ${published}`, undefined, GET_AGAIN);
  }
  if (entry.imports.test(name)) {
    const partial = join(folder, `${name}.${randomUUID()}.partial`);
    copyFileSync(path, partial, constants.COPYFILE_FICLONE);
    renameSync(partial, join(folder, name));
  } else if (/\.(zip|tar\.gz|tgz)$/.test(name)) await unpack(path, folder, unpackOptions(entry, options));
  else if (name.endsWith('.gz') && entry.imports.test(name.slice(0, -3))) {
    const partial = join(folder, `${name}.${randomUUID()}.partial`);
    try {
      await pipeline(streamOf(path, GET_AGAIN), createGunzip(), createWriteStream(partial, { flags: 'wx' }));
      renameSync(partial, join(folder, name.slice(0, -3)));
    } catch (error) {
      rmSync(partial, { force: true });
      throw badFile(path, `cannot be unpacked because ${reason(error)}`, undefined, GET_AGAIN);
    }
  } else throw new UserError(`${path}: is not a file of ${entry.title}; its files match ${entry.imports.source}.`);
}

function locked(entry: CatalogueEntry, options: ObtainOptions, action: () => Promise<void>): Promise<void> {
  return withLock(join(dataFolder(), `${entry.uses ?? entry.name}.lock`), action, {
    signal: options.signal,
    onWait: (holder) => options.onNote?.(`waiting for ${holder}, which is getting ${entry.name} too`),
  });
}

export interface CheckedFile {
  file: string;
  md5: string;
  /** Undefined when no checksum was published. */
  published: string | undefined;
}

/** Compares the files in the folder with the published checksums. */
export async function checkFiles(
  entry: CatalogueEntry,
  folder: string,
  onProgress?: ObtainOptions['onProgress'],
): Promise<CheckedFile[]> {
  const places = [folder, ...(entry.archiveFolder === undefined ? [] : [join(folder, entry.archiveFolder)])].filter(
    (place) => existsSync(place) && statSync(place).isDirectory(),
  );
  const found = places.flatMap((place) =>
    readdirSync(place, { withFileTypes: true })
      .filter((item) => item.isFile() && entry.imports.test(item.name))
      .map((item) => join(place, item.name)),
  );
  const checked: CheckedFile[] = [];
  for (const [done, file] of found.entries()) {
    onProgress?.({ what: `checking ${basename(file)}`, done, total: found.length });
    const name = basename(file);
    const { key, packed } = entry.contentOf?.(name) ?? { key: name, packed: false };
    const md5 = packed ? await md5OfContent(file) : await hashOf(file, 'md5', GET_AGAIN);
    checked.push({ file, md5, published: entry.contents[key] });
  }
  return checked;
}

/** MD5 of what a gzip file unpacks to: compressing it anew changes the file but not this. */
async function md5OfContent(file: string): Promise<string> {
  const hash = createHash('md5');
  try {
    await pipeline(streamOf(file, GET_AGAIN), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk);
    });
  } catch (error) {
    throw badFile(file, `cannot be unpacked because ${reason(error)}`, undefined, GET_AGAIN);
  }
  return hash.digest('hex');
}
