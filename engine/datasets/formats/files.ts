/** Reading files that somebody else wrote: every failure is one sentence with the file and the byte. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { gunzipSync, constants as zlib } from 'node:zlib';
import { UserError } from '../../base/errors.ts';

/** `file: what at byte offset; remedy.` */
export function badFile(file: string, what: string, offset: number | undefined, remedy: string): UserError {
  return new UserError(`${file}: ${what}${offset === undefined ? '' : ` at byte ${offset}`}; ${remedy}.`);
}

/** What to do about a damaged file of a data set that can be downloaded. */
export const getAgain = (name: string): string => `get the data set again with "lif data get ${name}"`;

/** The system's reason in words, for the codes that users meet. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  const known: Record<string, string> = {
    ENOENT: 'there is no such file',
    EACCES: 'it may not be read (permission denied)',
    EPERM: 'the operation is not permitted',
    EISDIR: 'it is a folder, not a file',
    ENOTDIR: 'a part of its path is not a folder',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
    EMFILE: 'too many files are open',
  };
  return (code && known[code]) || (error instanceof Error ? error.message : String(error));
}

/** The whole file. Throws a UserError with `remedy` when it cannot be read. */
export function readWhole(file: string, remedy: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw badFile(file, reason(error), undefined, remedy);
  }
}

/** The first `length` bytes of a file, fewer when it is shorter. Throws a UserError. */
export const readHead = (file: string, length: number, remedy: string): Buffer => readPart(file, 0, length, remedy);

/** The last `length` bytes of a file of at least so many. Throws a UserError. */
export function readTail(file: string, length: number, remedy: string): Buffer {
  const from = statSync(file).size - length;
  if (from < 0) throw badFile(file, 'the file is too short', 0, remedy);
  return readPart(file, from, length, remedy);
}

function readPart(file: string, from: number, length: number, remedy: string): Buffer {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    const part = Buffer.alloc(length);
    return part.subarray(0, readSync(fd, part, 0, length, from));
  } catch (error) {
    throw badFile(file, reason(error), undefined, remedy);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

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

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A copy that worker threads can share. */
export function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
