/** Writers of the true formats, for small files. */
import { zipSync } from 'fflate';

/** An N-MNIST event: column, row, polarity, µs. */
export type Event = [x: number, y: number, p: number, t: number];

/** 5-byte events. */
export const nmnistBytes = (events: Event[]): Buffer =>
  Buffer.from(events.flatMap(([x, y, p, t]) => [x, y, (p << 7) | (t >>> 16), (t >>> 8) & 255, t & 255]));

/** A recording of `count` events whose places and times depend on `seed`. */
export const someEvents = (seed: number, count = 50): Event[] =>
  Array.from({ length: count }, (_, i) => [(seed * 3 + i) % 34, (seed + 5 * i) % 34, (seed + i) % 2, 1000 + i * 6000]);

/** Files of a small N-MNIST: `count` recordings in each part, labels counting up modulo 10. */
export function nmnistFiles(part: 'Train' | 'Test', count: number): Record<string, Buffer> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `${part}/${i % 10}/${String(i + 1).padStart(5, '0')}.bin`,
      nmnistBytes(someEvents(i)),
    ]),
  );
}

export const zipOf = (files: Record<string, Uint8Array>): Buffer => Buffer.from(zipSync(files));

export interface Packet {
  events: Event[];
  /** Event type of the packet; 1 is polarity. */
  type?: number;
  overflow?: number;
  /** Indices of events marked invalid. */
  invalid?: number[];
  /** Number of events that the header gives, when it lies. */
  count?: number;
}

/** An AEDAT 3.1 file. */
export function aedat(packets: Packet[], lines = ['#!AER-DAT3.1', '#Format: RAW', '#!END-HEADER']): Buffer {
  const parts: Buffer[] = [Buffer.from(lines.map((line) => `${line}\r\n`).join(''))];
  for (const { events, type = 1, overflow = 0, invalid = [], count = events.length } of packets) {
    const header = Buffer.alloc(28);
    header.writeUInt16LE(type, 0);
    header.writeUInt16LE(1, 2);
    [8, 4, overflow, events.length, count, events.length - invalid.length].forEach((value, i) => {
      header.writeUInt32LE(value, 4 + 4 * i);
    });
    parts.push(header);
    for (const [i, [x, y, p, t]] of events.entries()) {
      const event = Buffer.alloc(8);
      event.writeUInt32LE(((x << 17) | (y << 2) | (p << 1) | (invalid.includes(i) ? 0 : 1)) >>> 0, 0);
      event.writeInt32LE(t, 4);
      parts.push(event);
    }
  }
  return Buffer.concat(parts);
}

/** Rows of class, start and end. */
export const labelsCsv = (rows: number[][]): string =>
  `class,startTime_usec,endTime_usec\r\n${rows.map((row) => `${row.join(',')}\r\n`).join('')}`;
