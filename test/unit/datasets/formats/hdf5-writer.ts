/**
 * Writes the HDF5 layout of SHD: superblock 0, groups as symbol tables, contiguous datasets, variable-length arrays in
 * one global heap. After the HDF5 file format specification, version 3.
 */

export const UNDEFINED = 0xffffffffffffffffn;

/** The bits of a float16, rounded towards zero: test values are exact. */
export function float16Bits(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 ? 0x8000 : 0;
  const x = Math.abs(value);
  if (x === 0) return sign;
  if (x >= 65536) return sign | 0x7c00;
  const exponent = Math.max(-14, Math.floor(Math.log2(x)));
  const fraction = Math.floor((x / 2 ** exponent) * 1024);
  return sign | (fraction < 1024 ? fraction : ((exponent + 15) << 10) | (fraction - 1024));
}

export interface Recording {
  /** Seconds. */
  times: number[];
  units: number[];
  label: number;
  speaker?: number;
}

/** A growing file of little-endian numbers. */
export class Bytes {
  private parts: Buffer[] = [];
  length = 0;

  raw(bytes: Uint8Array): this {
    this.parts.push(Buffer.from(bytes));
    this.length += bytes.length;
    return this;
  }
  uint(size: 1 | 2 | 4 | 8, ...values: (number | bigint)[]): this {
    for (const value of values) {
      const b = Buffer.alloc(size);
      if (size === 8) b.writeBigUInt64LE(BigInt(value));
      else b.writeUIntLE(Number(value), 0, size);
      this.raw(b);
    }
    return this;
  }
  text(s: string): this {
    return this.raw(Buffer.from(s, 'latin1'));
  }
  padTo(length: number): this {
    return this.raw(Buffer.alloc(length - this.length));
  }
  align(): this {
    return this.padTo(Math.ceil(this.length / 8) * 8);
  }
  bytes(): Buffer {
    return Buffer.concat(this.parts);
  }
}

export const FLOAT16 = new Bytes()
  .uint(1, 0x11, 0x20, 0x0f, 0)
  .uint(4, 2)
  .uint(2, 0, 16)
  .uint(1, 10, 5, 0, 10)
  .uint(4, 15);
export const UINT16 = new Bytes().uint(1, 0x10, 0, 0, 0).uint(4, 2).uint(2, 0, 16);
export const vlenOf = (base: Bytes): Bytes => new Bytes().uint(1, 0x19, 0, 0, 0).uint(4, 16).raw(base.bytes());

export interface WriteOptions {
  /** Leave a dataset out. */
  without?: 'times' | 'units' | 'labels';
  /** Labels of this many recordings only. */
  labelCount?: number;
}

/** Appends a global heap with the spikes of all recordings; the references to them, 16 bytes each, come back. */
export function heapOf(file: Bytes, recordings: Recording[]): { times: Buffer; units: Buffer } {
  const heap = new Bytes();
  const heapAt = file.length;
  let object = 0;
  const reference = (values: number[]): Bytes => {
    if (values.length === 0) return new Bytes().uint(4, 0).uint(8, 0).uint(4, 0);
    heap
      .uint(2, ++object, 1)
      .uint(4, 0)
      .uint(8, values.length * 2)
      .uint(2, ...values)
      .align();
    return new Bytes().uint(4, values.length).uint(8, heapAt).uint(4, object);
  };
  const table = (rows: number[][]): Buffer => Buffer.concat(rows.map((row) => reference(row).bytes()));
  const times = table(recordings.map((r) => r.times.map(float16Bits)));
  const units = table(recordings.map((r) => r.units));
  const heapSize = Math.max(4096, Math.ceil((heap.length + 32) / 8) * 8);
  file.text('GCOL').uint(1, 1, 0, 0, 0).uint(8, heapSize).raw(heap.bytes());
  const free = heapSize - 16 - heap.length;
  file
    .uint(2, 0, 0)
    .uint(4, 0)
    .uint(8, free)
    .padTo(heapAt + heapSize);
  return { times, units };
}

/** A file with /spikes/times, /spikes/units, /labels and, when every recording has a speaker, /extra/speaker. */
export function speechFile(recordings: Recording[], options: WriteOptions = {}): Buffer {
  const file = new Bytes();
  file.padTo(96);

  const { times, units } = heapOf(file, recordings);

  const message = (type: number, data: Bytes): Bytes => {
    data.align();
    return new Bytes().uint(2, type, data.length).uint(1, 0, 0, 0, 0).raw(data.bytes());
  };
  const header = (messages: Bytes[]): number => {
    file.align();
    const address = file.length;
    const body = Buffer.concat(messages.map((m) => m.bytes()));
    file.uint(1, 1, 0).uint(2, messages.length).uint(4, 1, body.length, 0).raw(body);
    return address;
  };
  const dataset = (type: Bytes, count: number, data: Uint8Array): number => {
    file.align();
    const address = file.length;
    file.raw(data);
    return header([
      message(1, new Bytes().uint(1, 1, 1, 0, 0).uint(4, 0).uint(8, count)),
      message(3, new Bytes().raw(type.bytes())),
      message(8, new Bytes().uint(1, 3, 1).uint(8, address, data.length)),
    ]);
  };
  const group = (members: Record<string, number>): number => {
    const names = Object.keys(members).sort();
    const strings = new Bytes().uint(8, 0);
    const offsets = names.map((name) => {
      const offset = strings.length;
      strings.text(`${name}\0`).align();
      return offset;
    });
    file.align();
    const stringsAt = file.length;
    file.raw(strings.bytes());
    const localHeapAt = file.length;
    file.text('HEAP').uint(1, 0, 0, 0, 0).uint(8, strings.length, 1, stringsAt);
    const nodeAt = file.length;
    file.text('SNOD').uint(1, 1, 0).uint(2, names.length);
    for (const [i, name] of names.entries()) file.uint(8, offsets[i]!, members[name]!).uint(4, 0, 0).uint(8, 0, 0);
    file.padTo(nodeAt + 8 + 8 * 40);
    const treeAt = file.length;
    file
      .text('TREE')
      .uint(1, 0, 0)
      .uint(2, 1)
      .uint(8, UNDEFINED, UNDEFINED, 0, nodeAt, offsets.at(-1) ?? 0);
    file.padTo(treeAt + 544);
    return header([message(0x11, new Bytes().uint(8, treeAt, localHeapAt))]);
  };

  const n = recordings.length;
  const labels = recordings.slice(0, options.labelCount ?? n).map((r) => r.label);
  const u16 = (values: number[]): Buffer => new Bytes().uint(2, ...values).bytes();
  const spikes: Record<string, number> = {};
  if (options.without !== 'times') spikes.times = dataset(vlenOf(FLOAT16), n, times);
  if (options.without !== 'units') spikes.units = dataset(vlenOf(UINT16), n, units);
  const root: Record<string, number> = { spikes: group(spikes) };
  if (options.without !== 'labels') root.labels = dataset(UINT16, labels.length, u16(labels));
  if (recordings.every((r) => r.speaker !== undefined))
    root.extra = group({ speaker: dataset(UINT16, n, u16(recordings.map((r) => r.speaker!))) });
  const rootAt = group(root);
  const bytes = file.bytes();
  new Bytes()
    .raw(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'))
    .uint(1, 0, 0, 0, 0, 0, 8, 8, 0)
    .uint(2, 4, 16)
    .uint(4, 0)
    .uint(8, 0, UNDEFINED, bytes.length, UNDEFINED, 0, rootAt)
    .uint(4, 0, 0)
    .uint(8, 0, 0)
    .bytes()
    .copy(bytes);
  return bytes;
}

/** Recordings whose times are multiples of 2^-10 s, exact in float16. */
export function someRecordings(count: number, classes = 20): Recording[] {
  return Array.from({ length: count }, (_, i) => {
    const n = 5 + (i % 7);
    return {
      times: Array.from({ length: n }, (_, k) => (k * 100 + i) / 1024),
      units: Array.from({ length: n }, (_, k) => (i * 50 + k * 13) % 700),
      label: i % classes,
      speaker: i % 4,
    };
  });
}
