/** What a reader of HDF5 files offers, and what all of them know. */
import { UserError } from '../../../base/errors.ts';
import { whatIs } from '../file-kind.ts';
import { badFile, readHead } from '../files.ts';
import type { NumberType } from './numbers.ts';
import { MAX_USER_BLOCK, SIGNATURE, userBlock } from './superblock.ts';

export interface Dataset {
  path: string;
  length: number;
  type: NumberType;
  /** Elements are arrays of `type`. */
  variable: boolean;
}

/** Groups within groups, and datasets altogether, that are looked through for what is in a file. */
export const MAX_DEPTH = 6;
export const MAX_DATASETS = 2000;

export interface Hdf5Reader {
  /** Paths of the datasets in the root and the groups below it, sorted; of a file with very many, the first. */
  paths(): string[];
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

/** The file is of another format, or begins with a block of its user's. */
export function notHdf5(file: string, head: Buffer, remedy: string): UserError {
  const block = userBlock(readHead(file, MAX_USER_BLOCK + SIGNATURE.length, remedy));
  if (block === undefined) return badFile(file, `this is not an HDF5 file but ${whatIs(head)}`, undefined, remedy);
  return new UserError(
    `${file}: is an HDF5 file behind a user block of ${block} bytes, which is not read; take the block off with "h5unjam -i FILE -o NEW", a tool of HDF5.`,
  );
}
