/** Global heaps: where the variable-length elements lie. */
import type { StructuredFile } from './bytes.ts';

interface Heap {
  data: Buffer;
  /** By index: where an object starts and ends. */
  objects: Map<number, [from: number, to: number]>;
}

/** Bytes of heaps kept for the next elements; also the most that one heap may have. */
const CACHE_BYTES = 1 << 26;
/** Recordings in any order read a heap more than once, but not without end. */
const MAX_READS = 64;

export class GlobalHeaps {
  private readonly cached = new Map<number, Heap>();
  private cachedBytes = 0;
  private left: number;

  constructor(private readonly file: StructuredFile) {
    this.left = MAX_READS * (file.size + CACHE_BYTES);
  }

  /** Object `index` of the heap at a byte; `what` names the element that refers to it. Throws a UserError. */
  object(address: number, index: number, what: () => string): Buffer {
    const heap = this.cached.get(address) ?? this.load(address);
    const object = heap.objects.get(index);
    if (!object) throw this.file.bad(`${what()} is not in its heap`, address);
    return heap.data.subarray(...object);
  }

  private load(address: number): Heap {
    const heap = this.read(address);
    this.cached.set(address, heap);
    this.cachedBytes += heap.data.length;
    for (const [oldest, { data }] of this.cached) {
      if (this.cachedBytes <= CACHE_BYTES || oldest === address) break;
      this.cached.delete(oldest);
      this.cachedBytes -= data.length;
    }
    return heap;
  }

  private read(address: number): Heap {
    const { file } = this;
    const head = file.read(address, 16, 'a global heap');
    file.expect(head, 'GCOL', 1, address);
    const size = Number(head.readBigUInt64LE(8));
    if (size < 16 || address + size > file.size) throw file.bad('a global heap leaves the file', address);
    if (size > CACHE_BYTES) throw file.bad(`a global heap of ${size} bytes is too large`, address);
    this.left -= size;
    if (this.left < 0) throw file.bad('the recordings jump between heaps without end', address);
    const data = file.read(address, size, 'a global heap');
    const objects: Heap['objects'] = new Map();
    for (let p = 16; p + 16 <= size; ) {
      const index = data.readUInt16LE(p);
      // Index 0 is the free space at the end.
      if (index === 0) break;
      const bytes = Number(data.readBigUInt64LE(p + 8));
      if (p + 16 + bytes > size) throw file.bad('an object leaves its global heap', address + p);
      objects.set(index, [p + 16, p + 16 + bytes]);
      p += 16 + Math.ceil(bytes / 8) * 8;
    }
    return { data, objects };
  }
}
