/** File operations that leave either the old content or the new, and reads that nothing in a store can derail. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';

export function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Makes a file that is not there yet, not even as a link, and waits until it is on the disk. */
export function writeDurably(file: string, data: string | Uint8Array): void {
  const fd = openSync(file, 'wx');
  try {
    writeFileSync(fd, data);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes a rename or creation in `folder` durable; a no-op where folders cannot be opened (Windows). */
export function syncFolder(folder: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(folder, 'r');
    fsyncSync(fd);
  } catch {
    // Some file systems refuse; the rename itself is still atomic.
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Replaces a file: whoever reads sees the old content or the new, also after a crash. A link is replaced, not followed. */
export function writeAtomic(file: string, data: string | Uint8Array): void {
  // Nobody could have put a link there before.
  const aside = `${file}.${randomUUID().slice(0, 8)}.${process.pid}.tmp`;
  try {
    writeDurably(aside, data);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/** A regular file open for reading, and its size when it was opened: read no more than that. */
export interface OpenFile {
  fd: number;
  size: number;
}

const LINK = 'it is a link, which is not followed here';

/** What a path leads to, if not a regular file; undefined for one. */
function kindOf(info: Stats): string | undefined {
  if (info.isFile()) return undefined;
  if (info.isSymbolicLink()) return LINK;
  if (info.isDirectory()) return 'it is a folder, not a file';
  if (info.isFIFO()) return 'it is a pipe, not a file';
  if (info.isSocket()) return 'it is a socket, not a file';
  return 'it is a device, not a file';
}

/**
 * Opens a regular file of at most `limit` bytes for reading, through links, without waiting for anybody. Close `fd`.
 * Throws an error that `reason` puts into words: for a folder, a pipe, a device, a socket, and for a larger file.
 */
export function openRegular(file: string, { limit }: { limit: number }): OpenFile {
  // Asked before it is opened, since opening a device may already do something; and again, since it may be another one.
  const kind = kindOf(statSync(file));
  if (kind) throw new Error(kind);
  const fd = openForReading(file);
  try {
    const info = fstatSync(fd);
    const other = kindOf(info);
    if (other) throw new Error(other);
    if (info.size > limit)
      throw new Error(`it has ${info.size} bytes, more than the ${limit} that such a file may have`);
    return { fd, size: info.size };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * The whole content of a regular file of at most `limit` bytes; no more than it had when it was opened, however it grows.
 * Throws as `openRegular` does.
 */
export function readRegular(file: string, { limit }: { limit: number }): Buffer {
  const { fd, size } = openRegular(file, { limit });
  try {
    return readUpTo(fd, 0, size);
  } finally {
    closeSync(fd);
  }
}

/** The bytes from `from` to `from + length` of an open file, fewer where it ends before. */
export function readUpTo(fd: number, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, from + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

/**
 * Opens a regular file for writing or reading on, never through a link, without waiting, or makes it where `flags` say so.
 * Throws an error that `reason` puts into words, also for a file that is to be written and has a second name elsewhere.
 */
export function openUnlinked(file: string, flags: number): number {
  const found = lstatSync(file, { throwIfNoEntry: false });
  const kind = found && kindOf(found);
  if (kind) throw new Error(kind);
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_WRONLY, O_RDWR } = constants;
  const fd = openSync(file, flags | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    const info = fstatSync(fd);
    const other = kindOf(info);
    if (other) throw new Error(other);
    if (flags & (O_WRONLY | O_RDWR) && info.nlink > 1) throw new Error('it is the same file as another one elsewhere');
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

export type Content = { text: string } | { missing: true } | { problem: string };

/** Opens for reading without ever waiting for the other end of a pipe. */
export function openForReading(file: string): number {
  return openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
}

/** What stands here in place of a file, as the end of a sentence; undefined for a file. Throws when nothing does. */
export function misfit(file: string): string | undefined {
  const info = lstatSync(file);
  if (info.isSymbolicLink()) return 'is a link, which is not followed';
  return info.isFile() ? undefined : 'is not a file';
}

/** Reads a small text file, never through a link; anything that is not one becomes a problem in words. */
export function readSmall(file: string, maxBytes: number): Content {
  let fd: number | undefined;
  try {
    const problem = misfit(file);
    if (problem) return { problem };
    fd = openUnlinked(file, constants.O_RDONLY);
    const { size } = fstatSync(fd);
    if (size > maxBytes) return { problem: `is too large (${size} bytes)` };
    return { text: readUpTo(fd, 0, size).toString('utf8') };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true };
    return { problem: `cannot be ${fd === undefined ? 'opened' : 'read'} (${code ?? error})` };
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Why an operation on a file or folder failed, as the second half of a sentence. */
export function reason(error: unknown): string {
  switch (errorCode(error)) {
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
      return 'the disk quota is used up';
    case 'ENOENT':
      return 'it does not exist';
    case 'ELOOP':
      return LINK;
    case 'ENOTDIR':
      return 'a file stands where a folder should be';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The last bytes of a text file, none before byte `first`, from the beginning of a line. Throws when it is a link or no
 * file.
 */
export function readTail(file: string, maxBytes: number, first = 0): string {
  const fd = openUnlinked(file, constants.O_RDONLY);
  try {
    const { size } = fstatSync(fd);
    const from = Math.max(Math.min(first, size), size - maxBytes);
    const bytes = readUpTo(fd, from, size - from);
    return bytes.toString('utf8', from <= first ? 0 : bytes.indexOf(10) + 1);
  } finally {
    closeSync(fd);
  }
}
