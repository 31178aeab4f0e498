/**
 * Prophesee RAW: lines of text that start with %, then words. EVT 2: 32 bits, of which four are the type; an event has the
 * low six bits of its time, x and y. EVT 2.1: such a word, and one with a bit for each of 32 neighbours in the row from x on;
 * which of the two comes first hangs on the camera. EVT 3: 16 bits, of which four are the type; time, y and x are sent when they change,
 * and neighbours in a row together. Published at docs.prophesee.ai.
 */
import { badFile } from '../files.ts';
import type { Camera, Emit, Sensor, TextHeader } from './header.ts';

export function evt(file: string, { lines, start }: TextHeader, remedy: string): Camera {
  const text = lines.join('\n');
  const version = /^% (?:evt |format EVT)([\d.]+)/im.exec(text)?.[1]?.replace(/\.0$/, '').replace(/^21$/, '2.1');
  const decode = { '2': decodeEvt2, '2.1': decodeEvt21(endiannessIn(text)), '3': decodeEvt3 }[version ?? ''];
  if (!decode)
    throw badFile(
      file,
      `events in the encoding EVT ${version ?? '?'} cannot be read`,
      undefined,
      'write it again as EVT 2, EVT 2.1 or EVT 3, or as a table of events',
    );
  if (endiannessIn(text) === 'big') throw badFile(file, 'the words are big-endian', undefined, remedy);
  return {
    format: `Prophesee RAW (EVT ${version})`,
    sensor: sensorIn(text),
    decode: (bytes, emit) => decode(file, bytes, start, emit, remedy),
  };
}

function sensorIn(text: string): Sensor | undefined {
  const geometry = /^% geometry (\d{1,5})x(\d{1,5})/im.exec(text);
  if (geometry) return { width: Number(geometry[1]), height: Number(geometry[2]) };
  const [width, height] = ['width', 'height'].map((side) => new RegExp(`;${side}=(\\d{1,5})`, 'i').exec(text)?.[1]);
  return width && height ? { width: Number(width), height: Number(height) } : undefined;
}

const endiannessIn = (text: string): string | undefined => /(?:^% endianness |;endianness=)(\w+)/im.exec(text)?.[1];

type Decode = (file: string, bytes: Buffer, start: number, emit: Emit, remedy: string) => void;

const decodeEvt2: Decode = (file, bytes, start, emit, remedy) => {
  if ((bytes.length - start) % 4 !== 0) throw badFile(file, 'a word breaks off', bytes.length, remedy);
  const [OFF, ON, TIME_HIGH] = [0, 1, 8];
  // 28 bits, in units of 64 µs; nothing is known before the first.
  const high = clock(28);
  for (let offset = start; offset < bytes.length; offset += 4) {
    const word = bytes.readUInt32LE(offset);
    const type = word >>> 28;
    if (type === TIME_HIGH) high.set(word & 0xfffffff);
    else if ((type === OFF || type === ON) && high.known)
      emit(high.time * 64 + ((word >>> 22) & 63), (word >>> 11) & 0x7ff, word & 0x7ff, type);
  }
};

/** @param endianness `legacy`, as of an IMX636: the word with the bits comes second */
const decodeEvt21 =
  (endianness: string | undefined): Decode =>
  (file, bytes, start, emit, remedy) => {
    if ((bytes.length - start) % 8 !== 0) throw badFile(file, 'a word breaks off', bytes.length, remedy);
    const [OFF, ON, TIME_HIGH] = [0, 1, 8];
    const [head, bits] = endianness === 'legacy' ? [0, 4] : [4, 0];
    const high = clock(28);
    for (let offset = start; offset < bytes.length; offset += 8) {
      const word = bytes.readUInt32LE(offset + head);
      const type = word >>> 28;
      if (type === TIME_HIGH) high.set(word & 0xfffffff);
      else if ((type === OFF || type === ON) && high.known) {
        const time = high.time * 64 + ((word >>> 22) & 63);
        const [x, y] = [(word >>> 11) & 0x7ff, word & 0x7ff];
        const valid = bytes.readUInt32LE(offset + bits);
        for (let i = 0; i < 32; i++) if ((valid >>> i) & 1) emit(time, x + i, y, type);
      }
    }
  };

const decodeEvt3: Decode = (file, bytes, start, emit, remedy) => {
  if ((bytes.length - start) % 2 !== 0) throw badFile(file, 'a word breaks off', bytes.length, remedy);
  const [ADDR_Y, ADDR_X, BASE_X, VECT_12, VECT_8, TIME_LOW, TIME_HIGH] = [0, 2, 3, 4, 5, 6, 8];
  const high = clock(12);
  let [low, x, y, polarity] = [0, 0, 0, 0];
  for (let offset = start; offset < bytes.length; offset += 2) {
    const word = bytes.readUInt16LE(offset);
    const type = word >>> 12;
    if (type === TIME_HIGH) {
      // The same is sent again and again; after a new one the low bits begin at 0.
      if (high.set(word & 0xfff)) low = 0;
    } else if (type === TIME_LOW) low = word & 0xfff;
    else if (type === ADDR_Y) y = word & 0x7ff;
    else if (!high.known) continue;
    else if (type === ADDR_X) emit(high.time * 4096 + low, word & 0x7ff, y, (word >>> 11) & 1);
    else if (type === BASE_X) {
      x = word & 0x7ff;
      polarity = (word >>> 11) & 1;
    } else if (type === VECT_12 || type === VECT_8) {
      const length = type === VECT_12 ? 12 : 8;
      const time = high.time * 4096 + low;
      for (let i = 0; i < length; i++) if ((word >>> i) & 1) emit(time, x + i, y, polarity);
      x += length;
    }
  }
};

/** The high bits of a time, which start anew after the largest number that these bits hold. */
function clock(bits: number) {
  const turn = 2 ** bits;
  let [turns, last] = [0, -1];
  return {
    get known(): boolean {
      return last >= 0;
    },
    get time(): number {
      return turns * turn + last;
    },
    /** Whether it is another one. */
    set(value: number): boolean {
      if (value === last) return false;
      if (value < last - turn / 2) turns++;
      last = value;
      return true;
    },
  };
}
