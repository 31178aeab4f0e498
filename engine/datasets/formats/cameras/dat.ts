/**
 * Prophesee DAT: lines of text that start with %, then one byte for the type of the events and one for their size, then
 * events of 8 bytes, little-endian: u32 µs, and x, y and polarity in 32 bits, of which version 2 has 14 for each side and
 * version 1 has nine and eight.
 */
import { badFile } from '../files.ts';
import type { Camera, TextHeader } from './header.ts';

const EVENT_BYTES = 8;
const WRAP = 2 ** 32;

export function dat(file: string, head: Buffer, { lines, start }: TextHeader, remedy: string): Camera {
  const field = (name: string): number | undefined => {
    const found = lines.map((line) => new RegExp(`^% ${name}\\s+(\\d{1,5})$`, 'i').exec(line)?.[1]).find(Boolean);
    return found === undefined ? undefined : Number(found);
  };
  const [version, width, height] = [field('version') ?? 1, field('width'), field('height')];
  if (head.length < start + 2) throw badFile(file, 'the header breaks off', head.length, remedy);
  if (head[start + 1] !== EVENT_BYTES)
    throw badFile(file, `events of ${head[start + 1]} bytes instead of ${EVENT_BYTES}`, start + 1, remedy);
  const [xBits, yBits] = version >= 2 ? [14, 14] : [9, 8];
  return {
    format: `Prophesee DAT ${version}`,
    sensor: width && height ? { width, height } : undefined,
    decode(bytes, emit) {
      const from = start + 2;
      if ((bytes.length - from) % EVENT_BYTES !== 0) throw badFile(file, 'an event breaks off', bytes.length, remedy);
      let turns = 0;
      let last = 0;
      for (let offset = from; offset < bytes.length; offset += EVENT_BYTES) {
        const time = bytes.readUInt32LE(offset);
        // The clock starts anew after 72 minutes.
        if (time < last - WRAP / 2) turns++;
        last = time;
        const data = bytes.readUInt32LE(offset + 4);
        emit(
          turns * WRAP + time,
          data & ((1 << xBits) - 1),
          (data >>> xBits) & ((1 << yBits) - 1),
          (data >>> (xBits + yBits)) & 1,
        );
      }
    },
  };
}
