/** Unpacking archives that may be hostile: nothing leaves the folder, nothing grows without bound. */

import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import { makeFolder } from '../../base/folders.ts';
import { TELLING_BYTES, whatIs } from '../formats/file-kind.ts';
import { badFile, isGzip, readHead, reason, streamOf } from '../formats/files.ts';
import { closeZip, crc32, entryStart, openZip, shown, type ZipEntry, type ZipFile } from '../formats/zip.ts';

export interface UnpackOptions {
  /** Most bytes that all files together may have. */
  limit: number;
  /** Which files of a zip are wanted, by their names in it; default all. */
  only?: (name: string) => boolean;
  onProgress?: (progress: { what: string; done: number; total: number }) => void;
  signal?: AbortSignal | undefined;
  remedy: string;
}

/**
 * The path within the folder that a name in an archive stands for. Throws a UserError for names that lead out of it
 * or mean something to the system: absolute paths, `..`, drive letters, backslashes, control characters.
 */
export function safeName(archive: string, name: string, remedy: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const bad =
    name.startsWith('/') ||
    parts.length === 0 ||
    parts.includes('..') ||
    /[\\:\p{C}]/u.test(name) ||
    parts.some((part) => /[. ]$/.test(part) || part.length > 255);
  if (bad) throw badFile(archive, `the name "${shown({ name })}" leads out of its folder`, undefined, remedy);
  return parts.join('/');
}

/**
 * Unpacks `archive` (.zip, or .whl, which is one, or .tar.gz) into `folder`: aside first, and into place when all of it was good. Resolves to
 * the names. Rejects with a UserError and leaves nothing behind.
 */
export async function unpack(archive: string, folder: string, options: UnpackOptions): Promise<string[]> {
  const aside = join(folder, `.unpacking-${randomUUID()}`);
  makeFolder(aside);
  try {
    const room = roomFor(folder, options.limit);
    const names = /\.(zip|whl)$/.test(archive)
      ? await unzip(archive, aside, room, options)
      : await untar(archive, aside, room, options);
    for (const name of names) {
      const target = join(folder, name);
      mkdirSync(dirname(target), { recursive: true });
      if (existsSync(target)) rmSync(target, { recursive: true });
      renameSync(join(aside, name), target);
    }
    return names;
  } catch (error) {
    if (error instanceof UserError) throw error;
    options.signal?.throwIfAborted();
    throw badFile(archive, `cannot be unpacked because ${reason(error)}`, undefined, options.remedy);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** How many bytes may be written to `folder`, and why not more. */
export interface Room {
  bytes: number;
  /** Continues "more than". */
  what: string;
}

/** At most `limit`, and at most what the disk has left. */
export function roomFor(folder: string, limit: number): Room {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  return free < limit
    ? { bytes: free, what: `the ${free} that the disk has left` }
    : { bytes: limit, what: `the ${limit} that it may` };
}

async function unzip(archive: string, folder: string, room: Room, options: UnpackOptions): Promise<string[]> {
  const zip = openZip(archive, options.remedy);
  try {
    const files = zip.entries.filter(({ name }) => !name.endsWith('/') && (options.only?.(name) ?? true));
    const names = files.map((entry) => safeName(archive, entry.name, options.remedy));
    const total = files.reduce((sum, entry) => sum + entry.size, 0);
    if (total > room.bytes)
      throw badFile(archive, `it unpacks to ${total} bytes, more than ${room.what}`, undefined, options.remedy);
    let done = 0;
    for (const [i, entry] of files.entries()) {
      const target = join(folder, names[i]!);
      mkdirSync(dirname(target), { recursive: true });
      await unzipEntry(zip, entry, target, options, (bytes) => {
        done += bytes;
        options.onProgress?.({ what: `unpacking ${shown(entry)}`, done, total });
      });
    }
    return names;
  } finally {
    closeZip(zip);
  }
}

async function unzipEntry(
  zip: ZipFile,
  entry: ZipEntry,
  target: string,
  options: UnpackOptions,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const damaged = () =>
    badFile(zip.file, `${shown(entry)} does not match its size or checksum`, entry.offset, options.remedy);
  let size = 0;
  let crc = 0;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      size += chunk.length;
      crc = crc32(chunk, crc);
      onBytes(chunk.length);
      next(size > entry.size ? damaged() : null, chunk);
    },
  });
  const signal = options.signal ? { signal: options.signal } : {};
  if (entry.packed === 0) await (await open(target, 'wx')).close();
  else {
    const start = entryStart(zip, entry);
    const packed = createReadStream(zip.file, { fd: zip.fd, autoClose: false, start, end: start + entry.packed - 1 });
    const out = createWriteStream(target, { flags: 'wx' });
    try {
      if (entry.stored) await pipeline(packed, check, out, signal);
      else await pipeline(packed, createInflateRaw(), check, out, signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (/^Z_/.test((error as NodeJS.ErrnoException).code ?? '')) throw damaged();
      throw error;
    }
  }
  if (size !== entry.size || crc !== entry.crc) throw damaged();
}

const BLOCK = 512;
/** Three times as many as the largest published archive has. */
const MAX_FILES = 200_000;

/** Regular files of a gzipped tar (ustar, with GNU or pax headers skipped); links and devices are refused. */
async function untar(archive: string, folder: string, room: Room, options: UnpackOptions): Promise<string[]> {
  const { remedy } = options;
  const names: string[] = [];
  let total = 0;
  let header = Buffer.alloc(0);
  let file: Awaited<ReturnType<typeof open>> | undefined;
  /** Bytes of the current file still to come, and of the padding behind it. */
  let left = 0;
  let padding = 0;
  let zeros = 0;
  let offset = 0;
  const input = streamOf(archive, remedy);
  const gunzip = createGunzip();
  input.on('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of input.pipe(gunzip) as AsyncIterable<Buffer>) {
      options.signal?.throwIfAborted();
      for (let p = 0; p < chunk.length; ) {
        if (left > 0) {
          const part = chunk.subarray(p, p + left);
          await file?.write(part);
          left -= part.length;
          p += part.length;
          options.onProgress?.({ what: `unpacking ${names.at(-1) ?? archive}`, done: total - left, total: Number.NaN });
        } else if (padding > 0) {
          const skip = Math.min(padding, chunk.length - p);
          padding -= skip;
          p += skip;
        } else {
          await file?.close();
          file = undefined;
          const part = chunk.subarray(p, p + BLOCK - header.length);
          header = Buffer.concat([header, part]);
          p += part.length;
          if (header.length < BLOCK) continue;
          const entry = tarHeader(archive, header, offset, remedy);
          header = Buffer.alloc(0);
          offset += BLOCK;
          if (!entry) {
            zeros++;
            continue;
          }
          left = entry.size;
          padding = (BLOCK - (entry.size % BLOCK)) % BLOCK;
          offset += left + padding;
          // What is skipped counts, too: somebody waits for it.
          total += left;
          if (total > room.bytes)
            throw badFile(archive, `it unpacks to more than ${room.what} bytes`, undefined, remedy);
          if (entry.type === 'file') {
            if (names.length === MAX_FILES)
              throw badFile(archive, `it has more than ${MAX_FILES} files`, undefined, remedy);
            const name = safeName(archive, entry.name, remedy);
            const target = join(folder, name);
            mkdirSync(dirname(target), { recursive: true });
            file = await open(target, 'wx');
            names.push(name);
          }
        }
      }
    }
  } catch (error) {
    if (/^(Z_|ERR_STREAM)/.test((error as NodeJS.ErrnoException).code ?? ''))
      throw badFile(archive, damage(archive, remedy), undefined, remedy);
    throw error;
  } finally {
    input.destroy();
    await file?.close();
  }
  if (left > 0 || header.length > 0 || zeros === 0)
    throw badFile(archive, 'the tar archive breaks off', offset, remedy);
  return names;
}

/** A damaged gzip file, or none. */
function damage(archive: string, remedy: string): string {
  const head = readHead(archive, TELLING_BYTES, remedy);
  return isGzip(head) ? 'the gzip data are damaged or break off' : `this is not a gzip file but ${whatIs(head)}`;
}

/** Undefined for a block of zeros. */
function tarHeader(
  archive: string,
  header: Buffer,
  offset: number,
  remedy: string,
): { name: string; size: number; type: 'file' | 'other' } | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  const octal = (from: number, length: number): number => {
    const text = header
      .toString('latin1', from, from + length)
      .replace(/[\0 ]+$/, '')
      .trim();
    return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
  };
  let sum = 8 * 0x20;
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i]!;
  const size = octal(124, 12);
  if (octal(148, 8) !== sum || !(size >= 0)) throw badFile(archive, 'a tar header is damaged', offset, remedy);
  const text = (from: number, length: number): string => {
    const bytes = header.subarray(from, from + length);
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? length : end);
  };
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? text(345, 155) : '';
  const name = prefix && header[263] !== 0x20 ? `${prefix}/${text(0, 100)}` : text(0, 100);
  const flag = String.fromCharCode(header[156]!);
  if (flag === '0' || flag === '\0') {
    return { name, size, type: name.endsWith('/') ? 'other' : 'file' };
  }
  // Folders are made as needed; extended headers carry owners and times. A link could point anywhere.
  if (!'5xg'.includes(flag)) throw badFile(archive, `${shown({ name })} is a link or a device`, offset, remedy);
  return { name, size, type: 'other' };
}
