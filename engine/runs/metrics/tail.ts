/** Follows a growing file of lines: each call hands over the whole lines that are new. */
import { closeSync, constants, fstatSync, readSync } from 'node:fs';
import { errorCode, misfit, openUnlinked, reason } from '../../base/files.ts';

const CHUNK = 1 << 20;
/** Longer lines are garbage; they are passed over without being kept. */
const MAX_LINE = 1 << 16;
/** What is read of one file at most; a log of numbers is never this long. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Bytes before the place already read that must still be the same. */
const ANCHOR = 64;

export interface TailEvents {
  /** A whole line without its end; null for one too long to be a line. */
  line(text: string | null): void;
  /** The file was truncated or replaced: forget all lines, they come again. */
  reset(): void;
}

export class LineTail {
  private offset = 0;
  private inode: number | bigint = -1;
  private anchor = Buffer.alloc(0);
  private skipping = false;
  /** Whether the last look left some of the file for the next. */
  behind = false;

  constructor(readonly file: string) {}

  /** Bytes read so far. */
  get bytes(): number {
    return this.offset;
  }

  /**
   * Reads on, about `limit` bytes at a time. Returns what is wrong with the file, or an empty string; a missing file is an
   * empty one.
   */
  read(events: TailEvents, limit = Number.POSITIVE_INFINITY): string {
    this.behind = false;
    let fd: number;
    try {
      const problem = misfit(this.file);
      if (problem) return problem;
      fd = openUnlinked(this.file, constants.O_RDONLY);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') return `cannot be opened (${errorCode(error) ?? reason(error)})`;
      this.restart(events);
      return '';
    }
    try {
      const info = fstatSync(fd);
      if (info.ino !== this.inode || info.size < this.offset || !this.anchorHolds(fd)) this.restart(events);
      this.inode = info.ino;
      this.readLines(fd, Math.min(info.size, MAX_BYTES), limit, events);
      return info.size > MAX_BYTES ? `is longer than ${MAX_BYTES / 1024 / 1024} MB; the rest is not read` : '';
    } catch (error) {
      return `cannot be read (${errorCode(error) ?? error})`;
    } finally {
      closeSync(fd);
    }
  }

  private restart(events: TailEvents): void {
    if (this.offset > 0) events.reset();
    this.offset = 0;
    this.anchor = Buffer.alloc(0);
    this.skipping = false;
  }

  private anchorHolds(fd: number): boolean {
    const bytes = Buffer.alloc(this.anchor.length);
    readSync(fd, bytes, 0, bytes.length, this.offset - bytes.length);
    return bytes.equals(this.anchor);
  }

  private readLines(fd: number, size: number, limit: number, events: TailEvents): void {
    const pause = this.offset + limit;
    const chunk = Buffer.alloc(Math.min(CHUNK, Math.max(0, size - this.offset)));
    while (this.offset < size) {
      if (this.offset >= pause) {
        this.behind = true;
        break;
      }
      const count = readSync(fd, chunk, 0, Math.min(chunk.length, size - this.offset), this.offset);
      if (count === 0) break;
      const used = this.splitLines(chunk.subarray(0, count), events);
      if (used > 0) {
        const seen = Buffer.concat([this.anchor, chunk.subarray(0, used)]);
        this.anchor = Buffer.from(seen.subarray(Math.max(0, seen.length - ANCHOR)));
        this.offset += used;
      } else break; // Only the beginning of a line: wait for the rest.
    }
  }

  /** Hands over the whole lines in `bytes`; returns how many bytes are done with. */
  private splitLines(bytes: Buffer, events: TailEvents): number {
    let from = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
      if (!this.skipping) events.line(end - from > MAX_LINE ? null : bytes.toString('utf8', from, end));
      this.skipping = false;
      from = end + 1;
    }
    if (bytes.length - from > MAX_LINE) {
      if (!this.skipping) events.line(null);
      this.skipping = true;
      return bytes.length;
    }
    // A remainder of an overlong line is as good as read.
    return this.skipping ? bytes.length : from;
  }
}
