/**
 * Taking over an archive, a file or a folder that the user has: copied aside, checked together with what is there, and
 * put into place only when the data set is no worse for it.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import { badFile, hashOf, openData, reason, streamOf } from '../formats/files.ts';
import type { CatalogueEntry } from './catalogue.ts';
import { isLitter } from './litter.ts';
import { makeDataFolder } from './locations.ts';
import { folderOf, locked, missing, type ObtainOptions, unpackOptions } from './obtain.ts';
import { type Room, roomFor, unpack } from './unpack.ts';
import { checkFiles } from './verify.ts';

const GET_AGAIN = 'get the file again';
/** Folders within folders: Train/7, and a few more for good measure; a link may lead in a circle. */
const MAX_LEVELS = 6;

/**
 * Takes over what is at `path`. Resolves to a sentence on what is still missing, if anything. Rejects with a UserError,
 * and what was there before stays.
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
    makeDataFolder(folder);
    const aside = join(folder, `.importing-${randomUUID()}`);
    mkdirSync(aside);
    try {
      if (stats.isDirectory()) await stageFolder(entry, path, aside, options);
      else await stageFile(entry, path, aside, options);
      await refuseWorse(entry, path, folder, aside, options);
      putInPlace(aside, folder);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  });
  return missing(entry, folder);
}

/** Each name goes with one rename; what it replaces is removed after all of them. */
function putInPlace(aside: string, folder: string): void {
  const names = readdirSync(aside);
  const old = join(aside, '.old');
  mkdirSync(old);
  for (const name of names) {
    if (existsSync(join(folder, name))) renameSync(join(folder, name), join(old, name));
    renameSync(join(aside, name), join(folder, name));
  }
}

async function stageFolder(entry: CatalogueEntry, path: string, aside: string, options: ObtainOptions): Promise<void> {
  const names = readdirSync(path).filter((name) => entry.imports.test(name));
  if (names.length === 0) throw new UserError(`${path}: there are no files of ${entry.title} in it; name its folder.`);
  try {
    const copier = { room: roomFor(aside, Number.MAX_SAFE_INTEGER), done: 0, options };
    for (const name of names) await copy(join(path, name), join(aside, name), copier);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    throw new UserError(`${path}: cannot be copied to ${aside} because ${reason(error)}; make room or set LIF_DATA.`);
  }
}

interface Copier {
  room: Room;
  /** Bytes. */
  done: number;
  options: ObtainOptions;
}

/** Regular files only, through links; never more than there is room for. */
async function copy(from: string, to: string, copier: Copier, level = 0): Promise<void> {
  const { options, room } = copier;
  if (statSync(from).isDirectory()) {
    if (level === MAX_LEVELS) throw badFile(from, 'it is too many folders deep', undefined, 'import another folder');
    mkdirSync(to);
    for (const name of readdirSync(from))
      if (!isLitter(name)) await copy(join(from, name), join(to, name), copier, level + 1);
    return;
  }
  const { fd, size } = openData(from, GET_AGAIN);
  closeSync(fd);
  copier.done += size;
  if (copier.done > room.bytes) throw badFile(from, `there is more to copy than ${room.what}`, undefined, 'make room');
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  options.onProgress?.({ what: `copying ${basename(from)}`, done: copier.done, total: Number.NaN });
  await setImmediate();
  options.signal?.throwIfAborted();
}

async function stageFile(entry: CatalogueEntry, path: string, aside: string, options: ObtainOptions): Promise<void> {
  const name = basename(path);
  // Archives are taken as published or not at all; single files may be somebody's own, and `check` tells.
  const published = entry.files.find((item) => item.file === name)?.md5 ?? entry.contents[name];
  if (published !== undefined && /\.(zip|tar\.gz)$/.test(name)) {
    options.onProgress?.({ what: `checking ${name}`, done: 0, total: 1 });
    const md5 = await hashOf(path, 'md5', GET_AGAIN, options.signal);
    if (md5 !== published)
      throw badFile(path, `its MD5 is ${md5}, not the published ${published}`, undefined, GET_AGAIN);
  }
  if (entry.imports.test(name))
    await copy(path, join(aside, name), { room: roomFor(aside, Number.MAX_SAFE_INTEGER), done: 0, options });
  else if (/\.(zip|tar\.gz|tgz)$/.test(name)) await unpack(path, aside, unpackOptions(entry, options));
  else if (name.endsWith('.gz') && entry.imports.test(name.slice(0, -3)))
    await unzipTo(path, join(aside, name.slice(0, -3)), roomFor(aside, entry.unpackLimit), options);
  else throw new UserError(`${path}: is not a file of ${entry.title}; its files match ${entry.imports.source}.`);
}

/** One gzip file; it does not say how much it unpacks to. */
async function unzipTo(path: string, target: string, room: Room, { signal }: ObtainOptions): Promise<void> {
  let size = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      size += chunk.length;
      if (size > room.bytes) next(badFile(path, `it unpacks to more than ${room.what} bytes`, undefined, GET_AGAIN));
      else next(null, chunk);
    },
  });
  try {
    const out = createWriteStream(target, { flags: 'wx' });
    await pipeline(streamOf(path, GET_AGAIN), createGunzip(), bounded, out, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    throw badFile(path, `cannot be unpacked because ${reason(error)}`, undefined, GET_AGAIN);
  }
}

/**
 * Refuses what is damaged, and what would make a good data set worse: the new files are looked at together with those
 * that they would leave.
 */
async function refuseWorse(
  entry: CatalogueEntry,
  path: string,
  folder: string,
  aside: string,
  options: ObtainOptions,
): Promise<void> {
  const fresh = readdirSync(aside);
  const view = `${aside}-view`;
  mkdirSync(view);
  try {
    for (const name of readdirSync(folder))
      if (!name.startsWith('.') && !fresh.includes(name)) show(join(folder, name), join(view, name));
    for (const name of fresh) show(join(aside, name), join(view, name));
    const problem = await missing(entry, view);
    const named = (text: string) => text.replaceAll(view, statSync(path).isDirectory() ? path : dirname(path));
    // A file that is not there may still come; one that is there and cannot be read is damaged.
    const damaged = fresh.some((name) => problem?.startsWith(join(view, name))) && existsSync(problem!.split(': ')[0]!);
    if (problem && (damaged || !(await missing(entry, folder))))
      throw new UserError(`${named(problem).replace(/\.$/, '')} (nothing was imported).`);
    const before = new Map((await checkFiles(entry, folder, options)).map((file) => [basename(file.file), file]));
    for (const { file, md5, published } of await checkFiles(entry, view, options)) {
      const old = before.get(basename(file));
      if (old && published && old.md5 === published && md5 !== published)
        throw new UserError(
          `${named(file)}: is not the published file, and the one in ${folder} is; remove that one if you want this (nothing was imported).`,
        );
    }
  } finally {
    rmSync(view, { recursive: true, force: true });
  }
}

/** Another name for a file or a folder, without copying it. */
function show(path: string, name: string): void {
  if (statSync(path).isDirectory()) symlinkSync(path, name, 'junction');
  else linkSync(path, name);
}
