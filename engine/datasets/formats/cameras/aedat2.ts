/**
 * AEDAT 2.0 of jAER: lines of text that start with #, then events of 8 bytes, big-endian: u32 address, u32 µs. What an
 * address means depends on the chip, which a line of the header names. Rows are counted from the bottom. Published at
 * docs.inivation.com.
 */
import { badFile } from '../files.ts';
import { type Camera, textHeader } from './header.ts';

const EVENT_BYTES = 8;
const WRAP = 2 ** 32;

/** Size, and where x and y lie in an address and polarity; addresses with a bit of `other` are no events of pixels. */
interface Chip {
  width: number;
  height: number;
  x: [shift: number, bits: number];
  y: [shift: number, bits: number];
  polarity: number;
  other: number;
}

const davis = (width: number, height: number): Chip => ({
  width,
  height,
  x: [12, 10],
  y: [22, 9],
  polarity: 11,
  // Frames and inertia; triggers.
  other: 0x80000400,
});

const CHIPS: [RegExp, Chip][] = [
  [/DVS128/i, { width: 128, height: 128, x: [1, 7], y: [8, 7], polarity: 0, other: 0x8000 }],
  [/Davis240/i, davis(240, 180)],
  [/Davis346/i, davis(346, 260)],
  [/Davis640/i, davis(640, 480)],
];

export function aedat2(file: string, head: Buffer, remedy: string): Camera {
  const { lines, start } = textHeader(head, '#', '#End Of ASCII Header');
  const named = lines.map((line) => /^#\s*AEChip:\s*(\S.*)$/i.exec(line)?.[1]).find(Boolean);
  // Older files do not name it; the format was made for this one.
  const chip = CHIPS.find(([pattern]) => pattern.test(named ?? 'DVS128'))?.[1];
  if (!chip)
    throw badFile(
      file,
      `addresses of the chip ${named!.slice(0, 60)} cannot be read`,
      undefined,
      'write it again as AEDAT 4, or as a table of events',
    );
  const { width, height, x, y, polarity, other } = chip;
  return {
    format: 'AEDAT 2',
    sensor: { width, height },
    decode(bytes, emit) {
      if ((bytes.length - start) % EVENT_BYTES !== 0) throw badFile(file, 'an event breaks off', bytes.length, remedy);
      let [turns, last] = [0, 0];
      for (let offset = start; offset < bytes.length; offset += EVENT_BYTES) {
        const address = bytes.readUInt32BE(offset);
        const time = bytes.readUInt32BE(offset + 4);
        if (time < last - WRAP / 2) turns++;
        last = time;
        if (address & other) continue;
        const column = bitsOf(address, x);
        const row = bitsOf(address, y);
        if (column >= width || row >= height)
          throw badFile(file, `an event at pixel (${column}, ${row}), outside ${width}x${height},`, offset, remedy);
        emit(turns * WRAP + time, column, height - 1 - row, (address >>> polarity) & 1);
      }
    },
  };
}

const bitsOf = (address: number, [shift, bits]: [number, number]): number => (address >>> shift) & ((1 << bits) - 1);
