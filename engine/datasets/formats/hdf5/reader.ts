/** What a reader of HDF5 files offers, and what all of them know. */
import { UserError } from '../../../base/errors.ts';
import type { NumberType } from './numbers.ts';

export const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** Bytes from the start that `promisedLength` looks at. */
export const SUPERBLOCK_BYTES = 64;

export interface Dataset {
  path: string;
  length: number;
  type: NumberType;
  /** Elements are arrays of `type`. */
  variable: boolean;
}

export interface Hdf5Reader {
  /** The dataset at `path`, or undefined when there is none of this name. Throws a UserError when it is damaged. */
  dataset(path: string): Dataset | undefined;
  /** The bytes of a dataset of numbers. */
  bytes(dataset: Dataset): Buffer;
  /** The bytes of a variable-length element. */
  variable(dataset: Dataset, index: number): Buffer;
  close(): void;
}

/** The file is of a newer layout than this reader knows. */
export class NewerLayout extends UserError {}

/** Bytes that the whole file has, as its superblock says; undefined where it does not say. */
export function promisedLength(head: Buffer): number | undefined {
  if (head.length < SUPERBLOCK_BYTES || !head.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const version = head[8]!;
  const [offsetBytes, endAt] = version < 2 ? [head[13], version === 1 ? 44 : 40] : [head[9], 28];
  if (version > 3 || offsetBytes !== 8) return undefined;
  const end = head.readBigUInt64LE(endAt);
  return end < BigInt(Number.MAX_SAFE_INTEGER) ? Number(end) : undefined;
}
