/** What an entry of the kernel table is: calls of one kernel on small memories, and what the reference says comes out. */
import type { Rng } from '../../../../base/random.ts';
import type { Kernels } from '../kernels.ts';
import { toPanels } from '../panels.ts';

const TYPES = {
  f32: Float32Array,
  f64: Float64Array,
  u32: Uint32Array,
  i32: Int32Array,
  u16: Uint16Array,
  u8: Uint8Array,
  i8: Int8Array,
} as const;

/** An array in the memory of the kernels. What it holds is what is stored: matrices are in panels. */
export interface Region {
  type: keyof typeof TYPES;
  data: ArrayLike<number>;
  /** Rows and columns, when it is a matrix in panels. */
  shape?: [rows: number, columns: number];
  /**
   * What the reference says is there after the call. Left out: an input, of which no byte may change. Shorter than
   * `data`: the rest is room in which the kernel may do what it likes.
   */
  expected?: ArrayLike<number>;
}

export interface KernelCase {
  regions: Record<string, Region>;
  /** Calls the kernel; `address` gives the byte address of a region. What it returns is compared with `returns`. */
  call(kernels: Kernels, address: (region: string) => number): unknown;
  returns?: number;
  /**
   * Smallest distance of a computed value to a decision that depends on it (a threshold, the edge of a window, the
   * runner-up of an argmax). Infinity where all decisions are about inputs, which are exact.
   */
  margin?: number;
  /** All numbers are small multiples of a power of two, so that float32 is exact: outputs must be equal. */
  exact?: true;
}

/** What a call cannot avoid: additions of four float32 with one operand from memory, and bytes read or written once. */
export interface KernelWork {
  adds: number;
  bytes: number;
}

export interface Shape {
  label: string;
  make(rng: Rng): KernelCase;
}

export interface KernelEntry {
  kernel: keyof Kernels;
  /** Which of the kernel's ways of working, in words. */
  variant: string;
  /** Where the float64 reference is. */
  reference: string;
  /** Largest allowed error, relative to the largest expected value of the same array, and why that much. */
  tolerance: number;
  because: string;
  shapes: Shape[];
  /** A size as in the benchmark networks. */
  bench: Shape & { work: KernelWork | ((c: KernelCase) => KernelWork) };
}

/** Elements that are followed by nothing but room: the kernel's scratch, or the space that a list may grow into. */
export function room(type: Region['type'], count: number): Region {
  // What a kernel must not read before it writes is not a number.
  return { type, data: new Array(count).fill(type === 'f32' || type === 'f64' ? Number.NaN : 0xbeef), expected: [] };
}

/** A float32 matrix, given row by row, in panels. */
export function matrix(values: ArrayLike<number>, rows: number, columns: number, expected?: ArrayLike<number>): Region {
  return {
    type: 'f32',
    data: toPanels(values, rows, columns),
    shape: [rows, columns],
    ...(expected && { expected: toPanels(expected, rows, columns) }),
  };
}

export function array(type: Region['type'], data: ArrayLike<number>, expected?: ArrayLike<number>): Region {
  return { type, data, ...(expected && { expected }) };
}

type View = InstanceType<(typeof TYPES)[keyof typeof TYPES]>;

/** A view of a region that lies at byte address `offset`. */
export function viewOf(buffer: ArrayBufferLike, { type, data }: Region, offset: number): View {
  const Type: new (buffer: ArrayBufferLike, offset: number, length: number) => View = TYPES[type];
  return new Type(buffer, offset, data.length);
}

/** Bytes on either side of a region that belong to nobody. */
export const GUARD = 64;

/** Where each region goes, from byte `first` on: cache lines of their own, with a guard before and after. */
export function placeRegions(
  regions: Record<string, Region>,
  first: number,
): { addresses: Map<string, number>; end: number } {
  let end = first + GUARD;
  const addresses = new Map<string, number>();
  for (const [name, { type, data }] of Object.entries(regions)) {
    addresses.set(name, end);
    end += Math.ceil((data.length * TYPES[type].BYTES_PER_ELEMENT) / 64) * 64 + GUARD;
  }
  return { addresses, end };
}

/** Bytes that a region takes. */
export function bytesOf({ type, data }: Region): number {
  return data.length * TYPES[type].BYTES_PER_ELEMENT;
}
