/**
 * Reads one-dimensional datasets of HDF5 files in the layout that HDF5 1.x writes by default: superblock 0 or 1,
 * groups as symbol tables, version 1 object headers, contiguous or chunked data, variable-length elements in global
 * heaps. Every address, length and count is checked, and every walk is bounded, so that a damaged file is refused
 * with the byte at which it is damaged. (The HDF5 library may take minutes and gigabytes over a damaged file.)
 *
 * Fill values never come in: data that were never written are refused, wherever they should be.
 */

import { TELLING_BYTES } from '../file-kind.ts';
import { StructuredFile, UNALLOCATED } from './bytes.ts';
import { parseFilters, undoFilters } from './filters.ts';
import { GlobalHeaps } from './heaps.ts';
import { parseNumberType } from './numbers.ts';
import { type Dataset, type Hdf5Reader, MAX_DATASETS, MAX_DEPTH, NewerLayout, notHdf5 } from './reader.ts';
import { SIGNATURE } from './superblock.ts';
import { findMember, leavesOf, membersOf } from './trees.ts';

const MAX_CHUNK = 1 << 26;
/** A contiguous dataset is read in blocks of about this many bytes. */
const BLOCK_BYTES = 1 << 16;
/** Messages of object headers. */
const SPACE = 1;
const TYPE = 3;
const EXTERNAL = 7;
const LAYOUT = 8;
const FILTERS = 0x0b;
const CONTINUATION = 0x10;
const SYMBOL_TABLE = 0x11;
const VARIABLE_LENGTH = 9;

interface ClassicDataset extends Dataset {
  elementBytes: number;
  storage:
    | { kind: 'compact'; data: Buffer }
    | { kind: 'contiguous'; start: number }
    | { kind: 'chunked'; rows: number; chunks: Map<number, { address: number; bytes: number }>; filters: number[] };
  /** The chunk that was read last. */
  last?: { index: number; data: Buffer };
}

interface Message {
  type: number;
  data: Buffer;
  offset: number;
}

export class Hdf5File implements Hdf5Reader {
  private readonly source: StructuredFile;
  private readonly heaps: GlobalHeaps;
  private readonly root: number;

  /** Opens the file. Throws a UserError. */
  constructor(file: string, remedy: string) {
    this.source = new StructuredFile(file, remedy);
    this.heaps = new GlobalHeaps(this.source);
    try {
      const { source } = this;
      const head = source.read(0, Math.min(source.size, TELLING_BYTES), 'the superblock');
      if (!head.subarray(0, 8).equals(SIGNATURE)) throw notHdf5(file, head, remedy);
      const version = head[8] ?? 0;
      if (version > 1) throw new NewerLayout(`${file}: has superblock version ${version}.`);
      if (head.length < 104) throw source.bad('the file ends within the superblock', source.size);
      if (head[13] !== 8 || head[14] !== 8) throw source.bad('addresses are not of 8 bytes', 13);
      // Version 1 has four bytes more before the addresses; the root group's entry follows those.
      this.root = source.address(head, version === 1 ? 68 : 64, 'the root group', 0);
    } catch (error) {
      this.source.close();
      throw error;
    }
  }

  close(): void {
    this.source.close();
  }

  paths(): string[] {
    const found: string[] = [];
    // A damaged group may be its own member.
    const seen = new Set<number>();
    const visit = (header: number, above: string, depth: number): void => {
      if (seen.has(header)) return;
      seen.add(header);
      const table = this.messages(header).find(({ type }) => type === SYMBOL_TABLE);
      if (table === undefined) found.push(above.slice(0, -1));
      else if (depth <= MAX_DEPTH && table.data.length >= 16)
        for (const { name, address } of membersOf(this.source, table)) {
          if (seen.size >= MAX_DATASETS) return;
          visit(address, `${above}${name}/`, depth + 1);
        }
    };
    visit(this.root, '', 0);
    return found.filter((path) => path !== '').sort();
  }

  dataset(path: string): ClassicDataset | undefined {
    let address: number | undefined = this.root;
    for (const name of path.split('/')) {
      const table = this.message(this.messages(address), SYMBOL_TABLE, 16, 'the symbol table of a group', address);
      address = findMember(this.source, table, name);
      if (address === undefined) return undefined;
    }
    return this.readDataset(path, address);
  }

  bytes(dataset: Dataset): Buffer {
    const { elementBytes, length } = dataset as ClassicDataset;
    const all = Buffer.alloc(length * elementBytes);
    for (let i = 0; i < length; i++) {
      const { data, offset } = this.element(dataset as ClassicDataset, i);
      data.copy(all, i * elementBytes, offset, offset + elementBytes);
    }
    return all;
  }

  variable(dataset: Dataset, index: number): Buffer {
    const { data, offset } = this.element(dataset as ClassicDataset, index);
    const length = data.readUInt32LE(offset);
    if (length === 0) return Buffer.alloc(0);
    const what = () => `element ${index} of ${dataset.path}`;
    const heapAt = this.source.address(data, offset + 4, what(), 0);
    const object = this.heaps.object(heapAt, data.readUInt32LE(offset + 12), what);
    const wanted = length * dataset.type.size;
    if (wanted > object.length)
      throw this.source.bad(`${what()} says it has ${length} values, more than are stored`, heapAt);
    return object.subarray(0, wanted);
  }

  /** Messages of a version 1 object header and its continuations. */
  private messages(header: number): Message[] {
    const { source } = this;
    const read = source.walk();
    const prefix = read(header, 16, 'an object header');
    if (prefix.toString('latin1', 0, 4) === 'OHDR') throw new NewerLayout(`${source.file}: has newer object headers.`);
    if (prefix[0] !== 1) throw source.bad(`object header version ${prefix[0]} is not 1`, header);
    let count = prefix.readUInt16LE(2);
    const blocks = [{ address: header + 16, length: prefix.readUInt32LE(8) }];
    const messages: Message[] = [];
    for (const { address, length } of blocks) {
      const block = read(address, length, 'an object header');
      for (let p = 0; count > 0 && p + 8 <= length; count--) {
        const type = block.readUInt16LE(p);
        const size = block.readUInt16LE(p + 2);
        if (p + 8 + size > length) throw source.bad('a message leaves its object header', address + p);
        const data = block.subarray(p + 8, p + 8 + size);
        if (type === CONTINUATION && size >= 16) {
          const next = source.address(data, 0, 'a continuation', address + p + 8);
          blocks.push({ address: next, length: Number(data.readBigUInt64LE(8)) });
        } else {
          if (block[p + 4]! & 2) throw source.bad('a shared message is not supported', address + p);
          messages.push({ type, data, offset: address + p + 8 });
        }
        p += 8 + size;
      }
    }
    return messages;
  }

  private message(messages: Message[], type: number, bytes: number, what: string, header: number): Message {
    const found = messages.find((m) => m.type === type);
    if (!found || found.data.length < bytes)
      throw this.source.bad(`${what} is missing or too short`, found?.offset ?? header);
    return found;
  }

  private readDataset(path: string, header: number): ClassicDataset {
    const { source } = this;
    const messages = this.messages(header);
    const space = this.message(messages, SPACE, 4, `the size of ${path}`, header);
    const rank = space.data[1]!;
    const dimsAt = space.data[0] === 1 ? 8 : 4;
    if (rank !== 1 || space.data.length < dimsAt + 8) throw source.bad(`${path} has not one dimension`, space.offset);
    const length = Number(space.data.readBigUInt64LE(dimsAt));
    const type = this.message(messages, TYPE, 8, `the type of ${path}`, header);
    const variable = (type.data[0]! & 15) === VARIABLE_LENGTH;
    const elementBytes = type.data.readUInt32LE(4);
    if (variable && (elementBytes !== 16 || (type.data[1]! & 15) !== 0))
      throw source.bad(`${path} has a variable-length type that is not supported`, type.offset);
    const numbers = parseNumberType(variable ? type.data.subarray(8) : type.data);
    if (!numbers) throw source.bad(`${path} does not hold little-endian integers or floats`, type.offset);
    // Even one byte for each of more elements than the file has bytes cannot be.
    if (length > source.size) throw source.bad(`${path} cannot have ${length} elements`, space.offset);
    if (messages.some((m) => m.type === EXTERNAL)) throw source.bad(`${path} lies in another file`, header);
    const storage = this.storage(path, messages, header, length, elementBytes);
    return { path, length, type: numbers, variable, elementBytes, storage };
  }

  private storage(
    path: string,
    messages: Message[],
    header: number,
    length: number,
    elementBytes: number,
  ): ClassicDataset['storage'] {
    const { source } = this;
    const { data, offset } = this.message(messages, LAYOUT, 4, `the layout of ${path}`, header);
    if (data[0] !== 3) throw source.bad(`layout version ${data[0]} of ${path} is not 3`, offset);
    const needs = (bytes: number) => {
      if (data.length < bytes) throw source.bad(`the layout of ${path} is too short`, offset);
    };
    if (data[1] === 0) {
      const size = data.readUInt16LE(2);
      needs(4 + size);
      if (size < length * elementBytes) throw source.bad(`${path} has fewer than ${length} elements`, offset);
      return { kind: 'compact', data: data.subarray(4, 4 + size) };
    }
    if (length === 0) return { kind: 'compact', data: Buffer.alloc(0) };
    needs(11);
    const startAt = data[1] === 1 ? 2 : 3;
    if (data.readBigUInt64LE(startAt) === UNALLOCATED) throw source.bad(`${path} was never written`, offset);
    const start = source.address(data, startAt, path, offset);
    if (data[1] === 1) {
      if (start + length * elementBytes > source.size) throw source.bad(`${path} breaks off`, source.size);
      return { kind: 'contiguous', start };
    }
    needs(19);
    const rows = data.readUInt32LE(11);
    const stored = data.readUInt32LE(15);
    if (data[1] !== 2 || data[2] !== 2 || rows === 0 || rows * elementBytes > MAX_CHUNK || stored !== elementBytes)
      throw source.bad(`the layout of ${path} is not supported`, offset);
    const filters = messages.find((m) => m.type === FILTERS);
    return {
      kind: 'chunked',
      rows,
      chunks: this.chunksOf(path, start, rows, length),
      filters: filters ? parseFilters(source, path, filters.data, filters.offset) : [],
    };
  }

  private chunksOf(
    path: string,
    tree: number,
    rows: number,
    length: number,
  ): Map<number, { address: number; bytes: number }> {
    const { source } = this;
    const chunks = new Map<number, { address: number; bytes: number }>();
    for (const { key, child } of leavesOf(source, tree, 1, 24)) {
      const bytes = key.readUInt32LE(0);
      const first = Number(key.readBigUInt64LE(8));
      if (key.readUInt32LE(4) !== 0)
        throw source.bad(`a chunk of ${path} skips a filter, which is not supported`, child);
      if (bytes > MAX_CHUNK || child + bytes > source.size) throw source.bad(`a chunk of ${path} breaks off`, child);
      // Chunks beyond the end are left over from a longer dataset.
      if (first % rows !== 0 || chunks.has(first / rows))
        throw source.bad(`a chunk of ${path} starts at element ${first}, where none can`, child);
      if (first < length) chunks.set(first / rows, { address: child, bytes });
    }
    return chunks;
  }

  /** Where an element lies. */
  private element(dataset: ClassicDataset, index: number): { data: Buffer; offset: number } {
    const { storage, elementBytes } = dataset;
    if (storage.kind === 'compact') return { data: storage.data, offset: index * elementBytes };
    // A contiguous dataset is read in blocks, as if it were chunked.
    const rows = storage.kind === 'chunked' ? storage.rows : Math.max(1, Math.floor(BLOCK_BYTES / elementBytes));
    const chunk = Math.floor(index / rows);
    if (dataset.last?.index !== chunk) dataset.last = { index: chunk, data: this.chunk(dataset, chunk, rows) };
    return { data: dataset.last.data, offset: (index - chunk * rows) * elementBytes };
  }

  private chunk({ path, storage, elementBytes, length }: ClassicDataset, index: number, rows: number): Buffer {
    const full = rows * elementBytes;
    if (storage.kind === 'contiguous') {
      const bytes = Math.min(full, length * elementBytes - index * full);
      return this.source.read(storage.start + index * full, bytes, path);
    }
    if (storage.kind !== 'chunked') throw new Error('not chunked');
    const found = storage.chunks.get(index);
    if (!found) {
      const last = Math.min(length, (index + 1) * rows) - 1;
      throw this.source.bad(`elements ${index * rows} to ${last} of ${path} were never written`, 0);
    }
    const packed = this.source.read(found.address, found.bytes, path);
    return undoFilters(this.source, storage.filters, packed, { path, offset: found.address, full, elementBytes });
  }
}
