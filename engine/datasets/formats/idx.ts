/**
 * IDX, the format of MNIST: big-endian u32 magic (third byte 8 = unsigned bytes, fourth byte = rank), one u32 per
 * dimension, then the bytes, row by row.
 */

import { whatIs } from './file-kind.ts';
import { badFile } from './files.ts';

export interface Idx {
  dimensions: number[];
  /** A view into the file's bytes. */
  data: Buffer;
}

/** Checks the header against `rank` and returns the dimensions. Throws a UserError. */
export function idxHeader(file: string, bytes: Buffer, rank: number, remedy: string): number[] {
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes && (bytes.length === 0 || bytes[0] === 0))
    throw badFile(file, `the file ends within its ${headerBytes}-byte header`, bytes.length, remedy);
  if (bytes.length < headerBytes || bytes.readUInt32BE(0) !== 0x0800 + rank)
    throw badFile(
      file,
      `this is not an IDX file with ${rank} dimension${rank === 1 ? '' : 's'} but ${whatIs(bytes)}`,
      undefined,
      remedy,
    );
  return Array.from({ length: rank }, (_, i) => bytes.readUInt32BE(4 + 4 * i));
}

/** Parses a whole IDX file of unsigned bytes with `rank` dimensions. Throws a UserError. */
export function parseIdx(file: string, bytes: Buffer, rank: number, remedy: string): Idx {
  const dimensions = idxHeader(file, bytes, rank, remedy);
  const start = 4 + 4 * rank;
  const length = dimensions.reduce((product, n) => product * n, 1);
  if (bytes.length < start + length)
    throw badFile(
      file,
      `the data break off: ${dimensions.join('x')} bytes were promised, ${bytes.length - start} are there`,
      bytes.length,
      remedy,
    );
  if (bytes.length > start + length)
    throw badFile(file, `${bytes.length - start - length} bytes too many`, start + length, remedy);
  return { dimensions, data: bytes.subarray(start) };
}
