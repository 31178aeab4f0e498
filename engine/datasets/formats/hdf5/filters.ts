/** What was done to chunks before they were written, and how it is undone: deflate, shuffle, Fletcher-32. */
import { inflateSync } from 'node:zlib';
import type { StructuredFile } from './bytes.ts';

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;
const NAMES: Record<number, string> = {
  4: 'SZIP',
  5: 'N-bit',
  6: 'scale-offset',
  32000: 'LZF',
  32001: 'Blosc',
  32015: 'Zstandard',
};

/** Filters of a dataset in the order in which they were applied, from its filter message. Throws a UserError. */
export function parseFilters(file: StructuredFile, path: string, data: Buffer, offset: number): number[] {
  const version = data[0];
  if (version !== 1 && version !== 2)
    throw file.bad(`filters of ${path} in version ${version} are not supported`, offset);
  const filters: number[] = [];
  let p = version === 1 ? 8 : 2;
  for (let n = data[1] ?? 0; n > 0; n--) {
    if (p + 8 > data.length) throw file.bad(`the filters of ${path} break off`, offset);
    const id = data.readUInt16LE(p);
    // Version 2 leaves out the name of the library's own filters.
    const named = version === 1 || id >= 256;
    const nameBytes = named ? data.readUInt16LE(p + 2) : 0;
    const values = data.readUInt16LE(p + (named ? 6 : 4));
    if (![DEFLATE, SHUFFLE, FLETCHER32].includes(id))
      throw file.bad(`filter ${NAMES[id] ?? id} of ${path} is not supported`, offset + p);
    filters.push(id);
    p +=
      (named ? 8 : 6) +
      (version === 1 ? Math.ceil(nameBytes / 8) * 8 + 4 * (values + (values % 2)) : nameBytes + 4 * values);
  }
  return filters;
}

/** The chunk at `offset` as it was before the filters: `full` bytes. Throws a UserError. */
export function undoFilters(
  file: StructuredFile,
  filters: number[],
  packed: Buffer,
  what: { path: string; offset: number; full: number; elementBytes: number },
): Buffer {
  let data = packed;
  for (const id of [...filters].reverse())
    if (id === FLETCHER32) {
      const end = data.length - 4;
      if (end < 0 || !matches(fletcher32(data.subarray(0, end)), data.readUInt32LE(end)))
        throw file.bad(`a chunk of ${what.path} does not match its checksum`, what.offset);
      data = data.subarray(0, end);
    } else if (id === SHUFFLE) data = unshuffle(data, what.elementBytes);
    else
      try {
        data = inflateSync(data, { maxOutputLength: what.full + 4 });
      } catch {
        throw file.bad(`a chunk of ${what.path} cannot be unpacked`, what.offset);
      }
  if (data.length !== what.full)
    throw file.bad(`a chunk of ${what.path} has ${data.length} bytes instead of ${what.full}`, what.offset);
  return data;
}

/** Undoes the shuffle filter: first all first bytes, then all second bytes, and so on. */
function unshuffle(data: Buffer, elementBytes: number): Buffer {
  const count = Math.floor(data.length / elementBytes);
  const result = Buffer.from(data);
  for (let b = 0; b < elementBytes; b++)
    for (let i = 0; i < count; i++) result[i * elementBytes + b] = data[b * count + i]!;
  return result;
}

/** Fletcher's checksum over big-endian words of 16 bits, modulo 65535, as HDF5 computes it. */
export function fletcher32(data: Buffer): number {
  const words = data.length >> 1;
  let low = 0;
  let high = 0;
  for (let i = 0; i < words; ) {
    // So many sums do not overflow 32 bits.
    for (const end = Math.min(words, i + 360); i < end; i++) {
      low += (data[2 * i]! << 8) | data[2 * i + 1]!;
      high += low;
    }
    low = fold(low);
    high = fold(high);
  }
  if (data.length % 2) {
    low = fold(low + (data[data.length - 1]! << 8));
    high = fold(high + low);
  }
  return ((fold(high) << 16) | fold(low)) >>> 0;
}

const fold = (sum: number): number => (sum & 0xffff) + (sum >>> 16);

/** Old versions of the library wrote the bytes of each half in the other order. */
function matches(computed: number, stored: number): boolean {
  const swapped = (((stored & 0x00ff00ff) << 8) | ((stored >>> 8) & 0x00ff00ff)) >>> 0;
  return computed === stored || computed === swapped;
}
