/** Reading structures of a file that may be damaged: every address and length is checked against its size. */
import { closeSync } from 'node:fs';
import { readUpTo } from '../../../base/files.ts';
import { badFile, openData } from '../files.ts';

/** Most bytes of structure (trees, headers, names) that one look-up reads: real ones have a few thousand. */
const MAX_STRUCTURE = 1 << 26;

/** Address of storage that was never allocated. */
export const UNALLOCATED = 0xffffffffffffffffn;

export class StructuredFile {
  readonly size: number;
  private readonly fd: number;

  /** Opens the file. Throws a UserError. */
  constructor(
    readonly file: string,
    private readonly remedy: string,
  ) {
    const { fd, size } = openData(file, remedy);
    this.fd = fd;
    this.size = size;
  }

  close(): void {
    closeSync(this.fd);
  }

  bad(what: string, offset: number): Error {
    return badFile(this.file, what, offset, this.remedy);
  }

  read(offset: number, length: number, what: string): Buffer {
    if (offset + length > this.size) throw this.bad(`the file ends within ${what}`, this.size);
    const buffer = readUpTo(this.fd, offset, length);
    if (buffer.length < length) throw this.bad(`${what} cannot be read`, offset);
    return buffer;
  }

  /** An address in the file, stored at byte `offset` of `buffer`, which lies at `base`. */
  address(buffer: Buffer, offset: number, what: string, base: number): number {
    const value = buffer.readBigUInt64LE(offset);
    if (value >= BigInt(this.size)) throw this.bad(`the address of ${what} lies beyond the end`, base + offset);
    return Number(value);
  }

  expect(buffer: Buffer, signature: string, version: number, offset: number): void {
    if (buffer.toString('latin1', 0, 4) !== signature || buffer[4] !== version)
      throw this.bad(`there is no ${signature} where one should be`, offset);
  }

  /**
   * Reads as `read` does, but no more in total than the file has bytes: in a sound file every part of a structure is read
   * once, in a damaged one a part may lead to itself.
   */
  walk(): (offset: number, length: number, what: string) => Buffer {
    let left = Math.min(this.size, MAX_STRUCTURE);
    return (offset, length, what) => {
      left -= length;
      if (left < 0) throw this.bad(`${what} has no end`, offset);
      return this.read(offset, length, what);
    };
  }
}
