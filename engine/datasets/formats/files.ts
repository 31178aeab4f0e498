/**
 * The one way to files that somebody else wrote: regular files only, opened without waiting, of a bounded size, and
 * every failure is one sentence with the file and the byte.
 */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, type Stats, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import {
  errorCode,
  type OpenFile,
  openRegular,
  readRegular,
  readUpTo,
  reason as systemReason,
} from '../../base/files.ts';

/** No file of a data set is near this. */
export const MAX_BYTES = 64 * 2 ** 30;
/** Lists and labels: text that a person could read. */
export const MAX_TEXT = 1 << 22;

/** `file: what at byte offset; remedy.` */
export function badFile(file: string, what: string, offset: number | undefined, remedy: string): UserError {
  return new UserError(`${file}: ${what}${offset === undefined ? '' : ` at byte ${offset}`}; ${remedy}.`);
}

/** What to do about a damaged file of a data set that can be downloaded. */
export const getAgain = (name: string): string => `get the data set again with "lif data get ${name}"`;

/** Why a file cannot be read, in words that fit a data set. */
export function reason(error: unknown): string {
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'it may not be read (permission denied)',
    EPERM: 'the operation is not permitted',
    EISDIR: 'it is a folder, not a file',
    ENOTDIR: 'a part of its path is not a folder',
    EEXIST: 'a file of this name is in the way',
    ELOOP: 'its links lead in a circle',
    ENXIO: 'it is a device or a socket, not a file',
  };
  return known[errorCode(error) ?? ''] ?? systemReason(error);
}

function guarded<T>(file: string, remedy: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw badFile(file, reason(error), undefined, remedy);
  }
}

/** Opens a regular file of at most `limit` bytes; close `fd`. Throws a UserError with `remedy`. */
export const openData = (file: string, remedy: string, limit = MAX_BYTES): OpenFile =>
  guarded(file, remedy, () => openRegular(file, { limit }));

/** The whole of a file of at most `limit` bytes. Throws a UserError with `remedy` when it cannot be read. */
export const readWhole = (file: string, remedy: string, limit: number): Buffer =>
  guarded(file, remedy, () => readRegular(file, { limit }));

/** The size of a regular file in bytes. Throws a UserError. */
export function sizeOf(file: string, remedy: string): number {
  const { fd, size } = openData(file, remedy);
  closeSync(fd);
  return size;
}

/**
 * A text file, without the mark of its encoding that some editors put first: UTF-8, or UTF-16 where the mark says so.
 * Throws a UserError.
 */
export function readText(file: string, remedy: string): string {
  const bytes = readWhole(file, remedy, MAX_TEXT);
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe) return bytes.toString('utf16le', 2);
  if (mark === 0xfeff)
    return bytes
      .subarray(2, bytes.length & ~1)
      .swap16()
      .toString('utf16le');
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}

/** The first `length` bytes of a file, fewer when it is shorter. Throws a UserError. */
export const readHead = (file: string, length: number, remedy: string): Buffer =>
  readPart(file, () => 0, length, remedy);

/** The last `length` bytes of a file of at least that length. Throws a UserError. */
export const readEnd = (file: string, length: number, remedy: string): Buffer =>
  readPart(file, (size) => size - length, length, remedy);

function readPart(file: string, from: (size: number) => number, length: number, remedy: string): Buffer {
  const { fd, size } = openData(file, remedy);
  try {
    const start = from(size);
    if (start < 0) throw badFile(file, 'the file is too short', 0, remedy);
    return guarded(file, remedy, () => readUpTo(fd, start, length));
  } finally {
    closeSync(fd);
  }
}

/** The bytes of a regular file as they come, as many as it had when it was opened. Throws a UserError. */
export function streamOf(file: string, remedy: string, limit = MAX_BYTES): Readable {
  const { fd, size } = openData(file, remedy, limit);
  // A stream over no bytes at all cannot be expressed as first and last byte.
  return createReadStream(file, { fd, start: 0, end: Math.max(0, size - 1), highWaterMark: 1 << 20 });
}

/** Hash of a file of any size. Rejects with a UserError, or with the reason of the signal. */
export async function hashOf(
  file: string,
  algorithm: 'md5' | 'sha256',
  remedy: string,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of streamOf(file, remedy)) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/**
 * What tells a file from the one that was there before: size, times and place on the disk. A file that is overwritten in
 * place keeps its name, perhaps its size, and some tools set its time back; the time of the change itself nobody sets.
 */
export const stampOf = ({ size, mtimeMs, ctimeMs, ino }: Stats): string => `${size} ${mtimeMs} ${ctimeMs} ${ino}`;

/** Lets timers, signals and other work through; throws when asked to stop meanwhile. */
export async function breathe(signal?: AbortSignal): Promise<void> {
  await setImmediate();
  signal?.throwIfAborted();
}

/** One stamp for many files, in the given order; gives way to other work, since there may be 60,000. */
export async function stampOfAll(files: Iterable<string>, remedy: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let breath = performance.now();
  for (const file of files) {
    hash.update(`${file} ${stamp(file, remedy)}\n`);
    if (performance.now() - breath < 50) continue;
    await breathe(signal);
    breath = performance.now();
  }
  return hash.digest('hex');
}

/** The stamp of a file by its name. Throws a UserError. */
export const stamp = (file: string, remedy: string): string => guarded(file, remedy, () => stampOf(statSync(file)));

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Unpacks gzip (passes other bytes through), to at most `limit` bytes. */
export function gunzip(file: string, bytes: Buffer, limit: number, remedy: string): Buffer {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: limit });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const what =
      code === 'Z_BUF_ERROR'
        ? 'the gzip data break off'
        : code === 'ERR_BUFFER_TOO_LARGE'
          ? `the gzip data unpack to more than ${limit} bytes, somewhere`
          : 'the gzip data are damaged, somewhere';
    throw badFile(file, what, code === 'Z_BUF_ERROR' ? bytes.length : undefined, remedy);
  }
}

/** The first bytes of what a gzip file unpacks to, from the first bytes of the file. */
export function gunzipHead(file: string, head: Buffer, remedy: string): Buffer {
  if (!isGzip(head)) return head;
  try {
    return gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 1 << 26 });
  } catch {
    throw badFile(file, 'the gzip data are damaged', 0, remedy);
  }
}

/** A copy that worker threads can share. */
export function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
