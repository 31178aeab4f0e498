/**
 * Reads one-dimensional datasets of HDF5 files in the layout that HDF5 1.x writes by default: superblock 0 or 1,
 * groups as symbol tables, version 1 object headers, contiguous or chunked data, variable-length elements in global
 * heaps. Every address, length and count is checked, and every walk is bounded, so that a damaged file is refused
 * with the byte at which it is damaged. (The HDF5 library may take minutes and gigabytes over a damaged file.)
 */
import { closeSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { UserError } from '../../base/errors.ts';
import { readUpTo } from '../../base/files.ts';
import { badFile, openData } from './files.ts';

export const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const MAX_NODES = 1_000_000;
const MAX_LEVELS = 32;
const MAX_CHUNK = 1 << 28;
/** Bytes of global heaps kept for the next elements. */
const HEAP_CACHE_BYTES = 1 << 26;

/** Element type: numbers in little-endian order. */
export interface NumberType {
  kind: 'integer' | 'float';
  size: number;
  signed: boolean;
}

interface Filter {
  id: number;
}

export interface Dataset {
  path: string;
  length: number;
  type: NumberType;
  /** Elements are arrays of `type`. */
  variable: boolean;
  elementBytes: number;
  storage:
    | { kind: 'compact'; data: Buffer }
    | { kind: 'contiguous'; at: number }
    | { kind: 'chunked'; rows: number; chunks: Map<number, { at: number; bytes: number }>; filters: Filter[] };
  /** The chunk that was read last. */
  last?: { index: number; data: Buffer };
}

interface Message {
  type: number;
  data: Buffer;
  at: number;
}

/** What a reader of HDF5 files can do. */
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

export class Hdf5File implements Hdf5Reader {
  readonly file: string;
  private readonly fd: number;
  private readonly size: number;
  private readonly remedy: string;
  private readonly root: number;
  private readonly heaps = new Map<number, { data: Buffer; objects: Map<number, [from: number, to: number]> }>();
  private heapBytes = 0;

  /** Opens the file. Throws a UserError. */
  constructor(file: string, remedy: string) {
    this.file = file;
    this.remedy = remedy;
    const { fd, size } = openData(file, remedy);
    this.fd = fd;
    this.size = size;
    try {
      if (this.size < 8 || !this.at(0, 8, 'the signature').equals(SIGNATURE))
        throw this.bad('this is not an HDF5 file: wrong signature', 0);
      const head = this.at(0, 96, 'the superblock');
      const version = head[8]!;
      if (version > 1) throw new NewerLayout(`${file}: has superblock version ${version}.`);
      if (head[13] !== 8 || head[14] !== 8) throw this.bad('addresses are not of 8 bytes', 13);
      // Version 1 has four bytes more before the addresses; the root group's entry follows those.
      this.root = this.address(this.at(0, 104, 'the superblock'), version === 1 ? 68 : 64, 'the root group', 0);
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  bad(what: string, at: number): Error {
    return badFile(this.file, what, at, this.remedy);
  }

  dataset(path: string): Dataset | undefined {
    let at: number | undefined = this.root;
    for (const name of path.split('/')) {
      at = this.member(at, name);
      if (at === undefined) return undefined;
    }
    return this.readDataset(path, at);
  }

  bytes(dataset: Dataset): Buffer {
    const { elementBytes, length } = dataset;
    const all = Buffer.alloc(length * elementBytes);
    for (let i = 0; i < length; i++) {
      const { data, at } = this.element(dataset, i);
      data.copy(all, i * elementBytes, at, at + elementBytes);
    }
    return all;
  }

  variable(dataset: Dataset, index: number): Buffer {
    const { data, at } = this.element(dataset, index);
    const length = data.readUInt32LE(at);
    if (length === 0) return Buffer.alloc(0);
    const heapAt = this.address(data, at + 4, `element ${index} of ${dataset.path}`, 0);
    const [from, to, heap] = this.heapObject(heapAt, data.readUInt32LE(at + 12), dataset.path, index);
    const wanted = length * dataset.type.size;
    if (wanted > to - from)
      throw this.bad(`element ${index} of ${dataset.path} says it has ${length} values, more than are stored`, heapAt);
    return heap.subarray(from, from + wanted);
  }

  private at(at: number, length: number, what: string): Buffer {
    if (at + length > this.size) throw this.bad(`the file ends within ${what}`, this.size);
    const buffer = readUpTo(this.fd, at, length);
    if (buffer.length < length) throw this.bad(`${what} cannot be read`, at);
    return buffer;
  }

  /** An address in the file. */
  private address(buffer: Buffer, at: number, what: string, base: number): number {
    const value = buffer.readBigUInt64LE(at);
    if (value >= BigInt(this.size)) throw this.bad(`the address of ${what} lies beyond the end`, base + at);
    return Number(value);
  }

  private expect(buffer: Buffer, signature: string, version: number, at: number): void {
    if (buffer.toString('latin1', 0, 4) !== signature || buffer[4] !== version)
      throw this.bad(`there is no ${signature} where one should be`, at);
  }

  /** Messages of a version 1 object header and its continuations. */
  private messages(header: number): Message[] {
    const prefix = this.at(header, 16, 'an object header');
    if (prefix.toString('latin1', 0, 4) === 'OHDR') throw new NewerLayout(`${this.file}: has newer object headers.`);
    if (prefix[0] !== 1) throw this.bad(`object header version ${prefix[0]} is not 1`, header);
    let count = prefix.readUInt16LE(2);
    const blocks = [{ at: header + 16, length: prefix.readUInt32LE(8) }];
    const messages: Message[] = [];
    for (const { at, length } of blocks) {
      if (blocks.length > 1000) throw this.bad('an object header goes on without end', header);
      const block = this.at(at, length, 'an object header');
      for (let p = 0; count > 0 && p + 8 <= length; count--) {
        const type = block.readUInt16LE(p);
        const size = block.readUInt16LE(p + 2);
        if (p + 8 + size > length) throw this.bad('a message leaves its object header', at + p);
        const data = block.subarray(p + 8, p + 8 + size);
        if (type === 0x10 && size >= 16) {
          const next = this.address(data, 0, 'a continuation', at + p + 8);
          const bytes = Number(data.readBigUInt64LE(8));
          if (next + bytes > this.size) throw this.bad('a continuation leaves the file', at + p);
          blocks.push({ at: next, length: bytes });
        } else {
          if (block[p + 4]! & 2) throw this.bad('a shared message is not supported', at + p);
          messages.push({ type, data, at: at + p + 8 });
        }
        p += 8 + size;
      }
    }
    return messages;
  }

  private message(messages: Message[], type: number, bytes: number, what: string, header: number): Message {
    const found = messages.find((m) => m.type === type);
    if (!found || found.data.length < bytes) throw this.bad(`${what} is missing or too short`, found?.at ?? header);
    return found;
  }

  /** Address of the object header of a member of a group. */
  private member(group: number, name: string): number | undefined {
    const { data, at } = this.message(this.messages(group), 0x11, 16, 'the symbol table of a group', group);
    const tree = this.address(data, 0, 'a group', at);
    const heapAt = this.address(data, 8, 'the names of a group', at);
    const heap = this.at(heapAt, 32, 'a local heap');
    this.expect(heap, 'HEAP', 0, heapAt);
    const namesAt = this.address(heap, 24, 'the names of a group', heapAt);
    const names = this.at(namesAt, Math.min(1 << 24, Number(heap.readBigUInt64LE(8))), 'the names of a group');
    for (const leaf of this.leaves(tree, 0, 8)) {
      const head = this.at(leaf.child, 8, 'a group');
      this.expect(head, 'SNOD', 1, leaf.child);
      const entries = this.at(leaf.child + 8, 40 * head.readUInt16LE(6), 'a group');
      for (let p = 0; p < entries.length; p += 40) {
        const from = Number(entries.readBigUInt64LE(p));
        const end = from < names.length ? names.indexOf(0, from) : -1;
        if (end < 0) throw this.bad('a name lies outside its heap', leaf.child + 8 + p);
        if (names.toString('utf8', from, end) === name) return this.address(entries, p + 8, name, leaf.child + 8);
      }
    }
    return undefined;
  }

  /** Children of the leaves of a version 1 B-tree, with the key before each. */
  private leaves(root: number, type: 0 | 1, keyBytes: number): { key: Buffer; child: number }[] {
    const leaves: { key: Buffer; child: number }[] = [];
    let visited = 0;
    const visit = (at: number, depth: number, parentLevel: number): void => {
      if (++visited > MAX_NODES || depth > MAX_LEVELS) throw this.bad('a B-tree has no end', at);
      const head = this.at(at, 24, 'a B-tree');
      this.expect(head, 'TREE', type, at);
      const level = head[5]!;
      // Levels fall by one, so a node can never lead back to itself.
      if (parentLevel >= 0 && level !== parentLevel - 1) throw this.bad('a B-tree has the wrong level', at + 5);
      const used = head.readUInt16LE(6);
      const body = this.at(at + 24, used * (keyBytes + 8), 'a B-tree');
      for (let i = 0; i < used; i++) {
        const p = i * (keyBytes + 8);
        const child = this.address(body, p + keyBytes, 'a B-tree node', at + 24);
        if (level > 0) visit(child, depth + 1, level);
        else leaves.push({ key: body.subarray(p, p + keyBytes), child });
        if (leaves.length > MAX_NODES) throw this.bad('a B-tree has no end', at);
      }
    };
    visit(root, 0, -1);
    return leaves;
  }

  private readDataset(path: string, header: number): Dataset {
    const messages = this.messages(header);
    const space = this.message(messages, 1, 4, `the size of ${path}`, header);
    const rank = space.data[1]!;
    const dimsAt = space.data[0] === 1 ? 8 : 4;
    if (rank !== 1 || space.data.length < dimsAt + 8) throw this.bad(`${path} has not one dimension`, space.at);
    const length = Number(space.data.readBigUInt64LE(dimsAt));
    const typeMessage = this.message(messages, 3, 8, `the type of ${path}`, header);
    const variable = (typeMessage.data[0]! & 15) === 9;
    const elementBytes = typeMessage.data.readUInt32LE(4);
    if (variable && (elementBytes !== 16 || (typeMessage.data[1]! & 15) !== 0))
      throw this.bad(`${path} has a variable-length type that is not supported`, typeMessage.at);
    const type = this.numberType(variable ? typeMessage.data.subarray(8) : typeMessage.data, path, typeMessage.at);
    // Even one byte for each of more elements than the file has bytes cannot be.
    if (length > this.size) throw this.bad(`${path} cannot have ${length} elements`, space.at);
    const storage = this.storage(path, messages, header, length, elementBytes);
    return { path, length, type, variable, elementBytes, storage };
  }

  private numberType(data: Buffer, path: string, at: number): NumberType {
    const kind = data.length >= 8 ? data[0]! & 15 : -1;
    const size = kind < 0 ? 0 : data.readUInt32LE(4);
    const sizes = kind === 0 ? [1, 2, 4, 8] : kind === 1 ? [2, 4, 8] : [];
    if (!sizes.includes(size) || data[1]! & 1)
      throw this.bad(`${path} does not hold little-endian integers or floats`, at);
    return { kind: kind === 0 ? 'integer' : 'float', size, signed: (data[1]! & 8) !== 0 };
  }

  private storage(
    path: string,
    messages: Message[],
    header: number,
    length: number,
    elementBytes: number,
  ): Dataset['storage'] {
    const { data, at } = this.message(messages, 8, 4, `the layout of ${path}`, header);
    if (data[0] !== 3) throw this.bad(`layout version ${data[0]} of ${path} is not 3`, at);
    const needs = (bytes: number) => {
      if (data.length < bytes) throw this.bad(`the layout of ${path} is too short`, at);
    };
    if (data[1] === 0) {
      const size = data.readUInt16LE(2);
      needs(4 + size);
      if (size < length * elementBytes) throw this.bad(`${path} has fewer than ${length} elements`, at);
      return { kind: 'compact', data: data.subarray(4, 4 + size) };
    }
    if (data[1] === 1) {
      needs(18);
      if (length === 0) return { kind: 'compact', data: Buffer.alloc(0) };
      const start = this.address(data, 2, path, at);
      if (start + length * elementBytes > this.size) throw this.bad(`${path} breaks off`, this.size);
      return { kind: 'contiguous', at: start };
    }
    needs(19);
    const rows = data.readUInt32LE(11);
    if (data[1] !== 2 || data[2] !== 2 || rows === 0 || rows * elementBytes > MAX_CHUNK)
      throw this.bad(`the layout of ${path} is not supported`, at);
    const chunks = new Map<number, { at: number; bytes: number }>();
    // An unallocated tree: no element was ever written.
    if (data.readBigUInt64LE(3) !== 0xffffffffffffffffn)
      for (const { key, child } of this.leaves(this.address(data, 3, path, at), 1, 24)) {
        const bytes = key.readUInt32LE(0);
        if (key.readUInt32LE(4) !== 0)
          throw this.bad(`a chunk of ${path} skips a filter, which is not supported`, child);
        if (bytes > MAX_CHUNK || child + bytes > this.size) throw this.bad(`a chunk of ${path} breaks off`, child);
        chunks.set(Number(key.readBigUInt64LE(8)) / rows, { at: child, bytes });
      }
    return { kind: 'chunked', rows, chunks, filters: this.filters(path, messages) };
  }

  private filters(path: string, messages: Message[]): Filter[] {
    const found = messages.find((m) => m.type === 0x0b);
    if (!found) return [];
    const { data, at } = found;
    const version = data[0];
    const filters: Filter[] = [];
    let p = version === 1 ? 8 : 2;
    for (let n = data[1] ?? 0; n > 0; n--) {
      if (p + 8 > data.length) throw this.bad(`the filters of ${path} break off`, at);
      const id = data.readUInt16LE(p);
      // Version 2 leaves out the name of the library's own filters.
      const named = version === 1 || id >= 256;
      const nameBytes = named ? data.readUInt16LE(p + 2) : 0;
      const values = data.readUInt16LE(p + (named ? 6 : 4));
      if (![1, 2, 3].includes(id)) throw this.bad(`filter ${id} of ${path} is not supported`, at + p);
      filters.push({ id });
      p +=
        (named ? 8 : 6) +
        (version === 1 ? Math.ceil(nameBytes / 8) * 8 + 4 * (values + (values % 2)) : nameBytes + 4 * values);
    }
    return filters;
  }

  /** Where an element lies. */
  private element(dataset: Dataset, index: number): { data: Buffer; at: number } {
    const { storage, elementBytes } = dataset;
    if (storage.kind === 'compact') return { data: storage.data, at: index * elementBytes };
    // A contiguous dataset is read in blocks, as if it were chunked.
    const rows = storage.kind === 'chunked' ? storage.rows : Math.max(1, Math.floor(65_536 / elementBytes));
    const chunk = Math.floor(index / rows);
    if (dataset.last?.index !== chunk) dataset.last = { index: chunk, data: this.chunk(dataset, chunk, rows) };
    return { data: dataset.last.data, at: (index - chunk * rows) * elementBytes };
  }

  private chunk({ path, storage, elementBytes, length }: Dataset, index: number, rows: number): Buffer {
    const full = rows * elementBytes;
    if (storage.kind === 'contiguous') {
      const bytes = Math.min(full, length * elementBytes - index * full);
      return this.at(storage.at + index * full, bytes, path);
    }
    if (storage.kind !== 'chunked') throw new Error('not chunked');
    const found = storage.chunks.get(index);
    if (!found) return Buffer.alloc(full);
    let data = this.at(found.at, found.bytes, path);
    for (const { id } of [...storage.filters].reverse()) {
      if (id === 3) data = data.subarray(0, Math.max(0, data.length - 4));
      else if (id === 2) data = unshuffle(data, elementBytes);
      else
        try {
          data = inflateSync(data, { maxOutputLength: full + 4 });
        } catch {
          throw this.bad(`a chunk of ${path} cannot be unpacked`, found.at);
        }
    }
    if (data.length < full) throw this.bad(`a chunk of ${path} is too short`, found.at);
    return data;
  }

  /** Where an object lies in its global heap. */
  private heapObject(at: number, index: number, path: string, element: number): [number, number, Buffer] {
    let heap = this.heaps.get(at);
    if (!heap) {
      heap = this.readHeap(at);
      this.heaps.set(at, heap);
      this.heapBytes += heap.data.length;
      for (const [oldest, { data }] of this.heaps) {
        if (this.heapBytes <= HEAP_CACHE_BYTES || oldest === at) break;
        this.heaps.delete(oldest);
        this.heapBytes -= data.length;
      }
    }
    const object = heap.objects.get(index);
    if (!object) throw this.bad(`element ${element} of ${path} is not in its heap`, at);
    return [object[0], object[1], heap.data];
  }

  private readHeap(at: number): { data: Buffer; objects: Map<number, [number, number]> } {
    const head = this.at(at, 16, 'a global heap');
    this.expect(head, 'GCOL', 1, at);
    const size = Number(head.readBigUInt64LE(8));
    if (size < 16 || at + size > this.size) throw this.bad('a global heap leaves the file', at);
    const data = this.at(at, size, 'a global heap');
    const objects = new Map<number, [number, number]>();
    for (let p = 16; p + 16 <= size; ) {
      const index = data.readUInt16LE(p);
      // Index 0 is the free space at the end.
      if (index === 0) break;
      const bytes = Number(data.readBigUInt64LE(p + 8));
      if (p + 16 + bytes > size) throw this.bad('an object leaves its global heap', at + p);
      objects.set(index, [p + 16, p + 16 + bytes]);
      p += 16 + Math.ceil(bytes / 8) * 8;
    }
    return { data, objects };
  }
}

/** Undoes the shuffle filter: first all first bytes, then all second bytes, and so on. */
function unshuffle(data: Buffer, elementBytes: number): Buffer {
  const count = Math.floor(data.length / elementBytes);
  const result = Buffer.from(data);
  for (let b = 0; b < elementBytes; b++)
    for (let i = 0; i < count; i++) result[i * elementBytes + b] = data[b * count + i]!;
  return result;
}

/** All numbers in bytes. */
export function decode(type: NumberType, bytes: Buffer): number[] {
  const numberAt = decoderOf(type);
  return Array.from({ length: Math.floor(bytes.length / type.size) }, (_, i) =>
    numberAt(bytes, i * type.size, type.size),
  );
}

/** How to read a number at a byte of a buffer. */
export function decoderOf(type: NumberType): (data: Buffer, at: number, size: number) => number {
  const { kind, size, signed } = type;
  if (kind === 'float') {
    if (size === 2) return (data, at) => FLOAT16[data[at]! | (data[at + 1]! << 8)]!;
    return size === 4 ? (data, at) => data.readFloatLE(at) : (data, at) => data.readDoubleLE(at);
  }
  if (size === 8)
    return signed ? (data, at) => Number(data.readBigInt64LE(at)) : (data, at) => Number(data.readBigUInt64LE(at));
  return signed ? (data, at) => data.readIntLE(at, size) : (data, at) => data.readUIntLE(at, size);
}

/** Value of each of the 65,536 float16 numbers. */
const FLOAT16 = Float64Array.from({ length: 65536 }, (_, bits) => {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
});
