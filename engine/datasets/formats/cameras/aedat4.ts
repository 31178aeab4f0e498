/**
 * AEDAT 4.0: a line of text, a header and packets, both FlatBuffers (google.github.io/flatbuffers) behind their length;
 * packets are packed with LZ4 or Zstandard. A packet of events has the mark EVTS and events of 16 bytes: i64 µs, i16 x,
 * i16 y, u8 polarity. Published at docs.inivation.com.
 */
import { badFile } from '../files.ts';
import { unpackLz4 } from '../lz4.ts';
import { unpackZstd, ZSTD_NEEDS } from '../zstd.ts';
import type { Camera } from './header.ts';

const FIRST_LINE = '#!AER-DAT4.0\r\n';
const EVENT_BYTES = 16;
/** A packet unpacks to at most this many bytes: those of cameras have a few milliseconds. */
const MAX_PACKET = 1 << 28;

export function aedat4(file: string, head: Buffer, remedy: string): Camera {
  const bad = (what: string, offset: number) => badFile(file, what, offset, remedy);
  const from = FIRST_LINE.length;
  if (head.toString('latin1', 0, from) !== FIRST_LINE) throw bad('the first line is not that of AEDAT 4.0', 0);
  const length = head.length >= from + 4 ? head.readUInt32LE(from) : Number.POSITIVE_INFINITY;
  const start = from + 4 + length;
  if (start > head.length) throw bad('the header breaks off', head.length);
  const header = tableIn(head.subarray(from + 4, start), (what) => bad(`the header ${what}`, from));
  const packing = header.int32(0);
  if (packing > 2 && ZSTD_NEEDS) throw badFile(file, `it is ${ZSTD_NEEDS}`, undefined, 'take one, or record with LZ4');
  const end = header.int64(1, -1);
  const about = header.text(2);
  const [width, height] = ['sizeX', 'sizeY'].map((key) =>
    Number(new RegExp(`key="${key}"[^>]*>(\\d{1,5})<`).exec(about)?.[1] ?? 0),
  );
  return {
    format: 'AEDAT 4',
    sensor: width && height ? { width, height } : undefined,
    decode(bytes, emit) {
      let streamOfEvents: number | undefined;
      const last = end > start && end < bytes.length ? end : bytes.length;
      for (let offset = start; offset < last; ) {
        if (offset + 8 > last) throw bad('the head of a packet breaks off', offset);
        const [stream, size] = [bytes.readInt32LE(offset), bytes.readUInt32LE(offset + 4)];
        if (offset + 8 + size > last) throw bad(`a packet of ${size} bytes breaks off`, offset);
        const packet = unpacked(packing, bytes.subarray(offset + 8, offset + 8 + size), (what) =>
          bad(what, offset + 8),
        );
        if (packet.toString('latin1', 8, 12) === 'EVTS') {
          if (streamOfEvents !== undefined && streamOfEvents !== stream)
            throw bad('there are events of two cameras', offset);
          streamOfEvents = stream;
          const events = tableIn(packet.subarray(4), (what) => bad(`a packet ${what}`, offset)).structs(0, EVENT_BYTES);
          for (let p = 0; p < events.length; p += EVENT_BYTES) {
            const time = Number(events.readBigInt64LE(p));
            const [x, y] = [events.readInt16LE(p + 8), events.readInt16LE(p + 10)];
            if (!(Number.isSafeInteger(time) && x >= 0 && y >= 0))
              throw bad(`an event at pixel (${x}, ${y}) and ${time} µs`, offset);
            emit(time, x, y, events[p + 12]! === 0 ? 0 : 1);
          }
        }
        offset += 8 + size;
      }
    },
  };
}

function unpacked(packing: number, packed: Buffer, bad: (what: string) => Error): Buffer {
  if (packing === 0) return packed;
  const bytes = packing > 2 ? unpackZstd(packed, MAX_PACKET) : unpackLz4(packed, MAX_PACKET);
  if (!bytes) throw bad('a packet cannot be unpacked');
  return bytes;
}

/** The root table of a FlatBuffer; fields by their number. Throws what `bad` makes where it is not sound. */
function tableIn(bytes: Buffer, bad: (what: string) => Error) {
  const inside = (offset: number, length: number): number => {
    if (offset >= 0 && offset + length <= bytes.length) return offset;
    throw bad('is damaged');
  };
  const u32 = (offset: number): number => bytes.readUInt32LE(inside(offset, 4));
  const root = u32(0);
  const fields = root - bytes.readInt32LE(inside(root, 4));
  const count = (bytes.readUInt16LE(inside(fields, 4)) - 4) / 2;
  /** Byte of a field, or 0 when it has its default. */
  const field = (number: number): number => {
    const offset = number < count ? bytes.readUInt16LE(inside(fields + 4 + 2 * number, 2)) : 0;
    return offset === 0 ? 0 : root + offset;
  };
  /** What a field points to: its length in elements, then these. */
  const vector = (number: number, size: number): Buffer => {
    const offset = field(number);
    if (offset === 0) return Buffer.alloc(0);
    const start = offset + u32(offset);
    const length = u32(start) * size;
    return bytes.subarray(inside(start + 4, length), start + 4 + length);
  };
  return {
    int32(number: number): number {
      const offset = field(number);
      return offset === 0 ? 0 : bytes.readInt32LE(inside(offset, 4));
    },
    int64(number: number, normally: number): number {
      const offset = field(number);
      return offset === 0 ? normally : Number(bytes.readBigInt64LE(inside(offset, 8)));
    },
    text: (number: number): string => vector(number, 1).toString('utf8'),
    structs: vector,
  };
}
