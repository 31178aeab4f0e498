/**
 * AEDAT 3.1, the format of DVS128 Gesture: text lines that start with #, then packets, little-endian. A packet has a
 * 28-byte header (u16 type, u16 source, u32 event size, u32 timestamp offset, u32 timestamp overflow, u32 capacity,
 * u32 number, u32 valid) and its events; a polarity event (type 1) is u32 data and i32 µs.
 */

import { whatIs } from '../file-kind.ts';
import { badFile } from '../files.ts';

const FIRST_LINE = '#!AER-DAT3.1';
const LAST_LINE = '#!END-HEADER';
const PACKET_HEADER = 28;
const POLARITY = 1;
const POLARITY_BYTES = 8;
const MAX_HEADER = 1 << 16;

/** The valid polarity events of one file. */
export interface PolarityEvents {
  length: number;
  /** Microseconds, never falling. */
  times: Float64Array;
  x: Uint16Array;
  y: Uint16Array;
  /** 1 for ON. */
  p: Uint8Array;
}

/** Byte at which the packets start. Throws a UserError unless this is AEDAT 3.1. */
export function aedatHeader(file: string, bytes: Buffer, remedy: string): number {
  let offset = 0;
  for (let first = true; bytes[offset] === 0x23 && offset < MAX_HEADER; first = false) {
    const end = bytes.indexOf('\n', offset);
    if (end < 0) break;
    const line = bytes.toString('latin1', offset, end).trimEnd();
    if (first && line !== FIRST_LINE) throw other(file, bytes, remedy);
    offset = end + 1;
    if (line === LAST_LINE) return offset;
  }
  if (offset === 0) throw other(file, bytes, remedy);
  throw badFile(file, `the header has no ${LAST_LINE}`, offset, remedy);
}

const other = (file: string, bytes: Buffer, remedy: string): Error =>
  badFile(
    file,
    `this is not an AEDAT 3.1 file but ${whatIs(bytes)}: the first line is not ${FIRST_LINE}`,
    undefined,
    remedy,
  );

/** All valid polarity events on a sensor of `side` × `side` pixels. Throws a UserError with the byte. */
export function parseAedat(file: string, bytes: Buffer, side: number, remedy: string): PolarityEvents {
  const start = aedatHeader(file, bytes, remedy);
  const capacity = Math.floor((bytes.length - start) / POLARITY_BYTES);
  const events: PolarityEvents = {
    length: 0,
    times: new Float64Array(capacity),
    x: new Uint16Array(capacity),
    y: new Uint16Array(capacity),
    p: new Uint8Array(capacity),
  };
  for (let offset = start; offset < bytes.length; ) {
    if (offset + PACKET_HEADER > bytes.length) throw badFile(file, 'a packet header breaks off', offset, remedy);
    const type = bytes.readUInt16LE(offset);
    const eventBytes = bytes.readUInt32LE(offset + 4);
    const overflow = bytes.readUInt32LE(offset + 12);
    const capacity = bytes.readUInt32LE(offset + 16);
    const count = bytes.readUInt32LE(offset + 20);
    if (count !== capacity)
      throw badFile(file, `a packet has room for ${capacity} events but says it has ${count},`, offset + 16, remedy);
    const end = offset + PACKET_HEADER + count * eventBytes;
    if (end > bytes.length) throw badFile(file, `a packet of ${count} events breaks off`, offset, remedy);
    if (type === POLARITY) {
      if (eventBytes !== POLARITY_BYTES)
        throw badFile(file, `polarity events of ${eventBytes} bytes instead of ${POLARITY_BYTES}`, offset + 4, remedy);
      // Some writers leave the mark of validity unset; the packet header says whether any event is invalid.
      const allValid = bytes.readUInt32LE(offset + 24) === count;
      appendPolarity(file, bytes, offset + PACKET_HEADER, end, overflow, allValid, side, remedy, events);
    }
    offset = end;
  }
  return events;
}

function appendPolarity(
  file: string,
  bytes: Buffer,
  from: number,
  to: number,
  overflow: number,
  allValid: boolean,
  side: number,
  remedy: string,
  events: PolarityEvents,
): void {
  for (let p = from; p < to; p += POLARITY_BYTES) {
    const data = bytes.readUInt32LE(p);
    if (!allValid && !(data & 1)) continue;
    const x = data >>> 17;
    const y = (data >>> 2) & 0x7fff;
    if (x >= side || y >= side)
      throw badFile(file, `an event at pixel (${x}, ${y}), outside ${side}x${side},`, p, remedy);
    const low = bytes.readInt32LE(p + 4);
    if (low < 0) throw badFile(file, `a negative timestamp ${low}`, p + 4, remedy);
    const time = overflow * 2 ** 31 + low;
    const last = events.length > 0 ? events.times[events.length - 1]! : 0;
    if (time < last) throw badFile(file, `time falls from ${last} to ${time} µs`, p + 4, remedy);
    events.times[events.length] = time;
    events.x[events.length] = x;
    events.y[events.length] = y;
    events.p[events.length++] = (data >>> 1) & 1;
  }
}
