/**
 * Writes the same content as hdf5-writer in the newer layout: superblock 2, version 2 object headers with checksums,
 * links as messages. The global heap, where the spikes lie, is as before and has no checksum.
 */
import { Bytes, FLOAT16, heapOf, type Recording, UINT16, UNDEFINED, vlenOf } from './hdf5-writer.ts';

/** Where a checksum lies: over the bytes from `from` up to `to`. */
interface Checksum {
  from: number;
  to: number;
}

export interface NewerFile {
  bytes: Buffer;
  /** Of the superblock and of every object header. */
  checksums: Checksum[];
}

/** A file with /spikes/times, /spikes/units and /labels in the newer layout. */
export function newerSpeechFile(recordings: Recording[]): NewerFile {
  const file = new Bytes();
  const checksums: Checksum[] = [{ from: 0, to: 44 }];
  file.padTo(48);
  const { times, units } = heapOf(file, recordings);

  const message = (type: number, data: Bytes): Bytes =>
    new Bytes().uint(1, type).uint(2, data.length).uint(1, 0).raw(data.bytes());
  const header = (messages: Bytes[]): number => {
    file.align();
    const address = file.length;
    const body = Buffer.concat(messages.map((m) => m.bytes()));
    file.text('OHDR').uint(1, 2, 2).uint(4, body.length).raw(body);
    checksums.push({ from: address, to: file.length });
    file.uint(4, 0);
    return address;
  };
  const dataset = (type: Bytes, count: number, data: Uint8Array): number => {
    file.align();
    const address = file.length;
    file.raw(data);
    return header([
      message(1, new Bytes().uint(1, 2, 1, 0, 1).uint(8, count)),
      message(3, type),
      message(8, new Bytes().uint(1, 3, 1).uint(8, address, data.length)),
    ]);
  };
  const group = (members: Record<string, number>): number =>
    header([
      message(2, new Bytes().uint(1, 0, 0).uint(8, UNDEFINED, UNDEFINED)),
      message(10, new Bytes().uint(1, 0, 0)),
      ...Object.entries(members).map(([name, address]) =>
        message(6, new Bytes().uint(1, 1, 0, name.length).text(name).uint(8, address)),
      ),
    ]);

  const n = recordings.length;
  const spikes = group({ times: dataset(vlenOf(FLOAT16), n, times), units: dataset(vlenOf(UINT16), n, units) });
  const labels = dataset(UINT16, n, new Bytes().uint(2, ...recordings.map((r) => r.label)).bytes());
  const root = group({ spikes, labels });
  const bytes = file.bytes();
  new Bytes()
    .raw(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'))
    .uint(1, 2, 8, 8, 0)
    .uint(8, 0, UNDEFINED, bytes.length, root)
    .bytes()
    .copy(bytes);
  return { bytes: withChecksums(bytes, checksums), checksums };
}

/** Makes the checksums right again, so that changes reach what the library does with the content. */
export function withChecksums(bytes: Buffer, checksums: Checksum[]): Buffer {
  for (const { from, to } of checksums)
    if (to + 4 <= bytes.length) bytes.writeUInt32LE(lookup3(bytes.subarray(from, to)), to);
  return bytes;
}

const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;

/** Bob Jenkins' lookup3 hash, little-endian, from 0: the checksum of HDF5 metadata. */
function lookup3(key: Uint8Array): number {
  let a = (0xdeadbeef + key.length) >>> 0;
  let b = a;
  let c = a;
  const word = (offset: number): number =>
    ((key[offset] ?? 0) |
      ((key[offset + 1] ?? 0) << 8) |
      ((key[offset + 2] ?? 0) << 16) |
      ((key[offset + 3] ?? 0) << 24)) >>>
    0;
  let offset = 0;
  for (; key.length - offset > 12; offset += 12) {
    a = (a + word(offset)) >>> 0;
    b = (b + word(offset + 4)) >>> 0;
    c = (c + word(offset + 8)) >>> 0;
    a = (((a - c) >>> 0) ^ rotate(c, 4)) >>> 0;
    c = (c + b) >>> 0;
    b = (((b - a) >>> 0) ^ rotate(a, 6)) >>> 0;
    a = (a + c) >>> 0;
    c = (((c - b) >>> 0) ^ rotate(b, 8)) >>> 0;
    b = (b + a) >>> 0;
    a = (((a - c) >>> 0) ^ rotate(c, 16)) >>> 0;
    c = (c + b) >>> 0;
    b = (((b - a) >>> 0) ^ rotate(a, 19)) >>> 0;
    a = (a + c) >>> 0;
    c = (((c - b) >>> 0) ^ rotate(b, 4)) >>> 0;
    b = (b + a) >>> 0;
  }
  if (offset === key.length) return c;
  a = (a + word(offset)) >>> 0;
  b = (b + word(offset + 4)) >>> 0;
  c = (c + word(offset + 8)) >>> 0;
  c = ((c ^ b) - rotate(b, 14)) >>> 0;
  a = ((a ^ c) - rotate(c, 11)) >>> 0;
  b = ((b ^ a) - rotate(a, 25)) >>> 0;
  c = ((c ^ b) - rotate(b, 16)) >>> 0;
  a = ((a ^ c) - rotate(c, 4)) >>> 0;
  b = ((b ^ a) - rotate(a, 14)) >>> 0;
  return ((c ^ b) - rotate(b, 24)) >>> 0;
}
