/**
 * What the numbers of a layout count. The three are numbers to the machine and three types to the compiler: what is meant
 * as an element of the parameter vector cannot be taken for an address. Something that is not there is undefined.
 */

declare const unit: unique symbol;

/** A place in the shared memory, or the length of something in it. */
export type Bytes = number & { readonly [unit]: 'bytes' };

/** A place in a vector of float32, or a number of them. */
export type Elements = number & { readonly [unit]: 'elements' };

/** A row of a matrix with a row for each sample and step of a block, or a number of them. */
export type Rows = number & { readonly [unit]: 'rows' };

export const bytes = (n: number): Bytes => n as Bytes;
export const elements = (n: number): Elements => n as Elements;
export const rows = (n: number): Rows => n as Rows;

/** A plain number, or one that is known to count this; never one that is known to count something else. */
type Count<U extends Bytes | Elements | Rows> = number & { readonly [unit]?: U[typeof unit] };

/** Bytes of a float32. */
const F32 = 4;

/** Where element `offset` of the vector at `base` lies. */
export const addressOf = (base: Bytes, offset: Count<Elements>): Bytes => (base + offset * F32) as Bytes;

/** Where the columns from `column` on (a multiple of 16) of a matrix in panels with `matrixRows` rows lie. */
export const panelAddress = (matrix: Bytes, matrixRows: Count<Rows>, column: Count<Elements>): Bytes =>
  (matrix + matrixRows * column * F32) as Bytes;

/** Bytes of `count` float32 numbers. */
export const sizeOf = (count: Count<Elements>): Bytes => (count * F32) as Bytes;
