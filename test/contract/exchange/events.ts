/** Event files of TensorBoard, decoded by their description and not by the code that writes them. */
import { expect } from 'vitest';

export interface Event {
  seconds: number;
  step: number;
  version?: string;
  tag?: string;
  value?: number;
}

/** Every record of a file, its checksums checked. */
export function readEvents(file: Buffer): Event[] {
  const events: Event[] = [];
  let offset = 0;
  while (offset < file.length) {
    const length = Number(file.readBigUInt64LE(offset));
    const data = file.subarray(offset + 12, offset + 12 + length);
    expect(file.readUInt32LE(offset + 8)).toBe(masked(file.subarray(offset, offset + 8)));
    expect(file.readUInt32LE(offset + 12 + length)).toBe(masked(data));
    events.push(eventOf(data));
    offset += 16 + length;
  }
  return events;
}

/** Castagnoli's polynomial bit by bit, most significant first, over reflected bytes. */
function crc32c(data: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of data)
    for (let bit = 0n; bit < 8n; bit++) {
      const top = ((crc >> 31n) & 1n) ^ ((BigInt(byte) >> bit) & 1n);
      crc = ((crc << 1n) & 0xffffffffn) ^ (top ? 0x1edc6f41n : 0n);
    }
  const reflected = crc.toString(2).padStart(32, '0').split('').reverse().join('');
  return Number(BigInt(`0b${reflected}`) ^ 0xffffffffn);
}

function masked(data: Uint8Array): number {
  const crc = BigInt(crc32c(data));
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** The fields of a message: number → what is stored. */
function fieldsOf(data: Buffer): Map<number, Buffer | number> {
  const fields = new Map<number, Buffer | number>();
  let offset = 0;
  const varint = () => {
    let [value, factor] = [0, 1];
    for (; ; factor *= 128) {
      const byte = data[offset++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (offset < data.length) {
    const key = varint();
    const [field, wire] = [key >> 3, key & 7];
    if (wire === 0) fields.set(field, varint());
    else {
      const length = wire === 1 ? 8 : wire === 5 ? 4 : varint();
      fields.set(field, data.subarray(offset, offset + length));
      offset += length;
    }
  }
  return fields;
}

function eventOf(data: Buffer): Event {
  const fields = fieldsOf(data);
  const [time, step, version, summary] = [1, 2, 3, 5].map((n) => fields.get(n));
  const value = summary && fieldsOf(fieldsOf(summary as Buffer).get(1) as Buffer);
  return {
    seconds: (time as Buffer).readDoubleLE(),
    step: (step as number | undefined) ?? 0,
    ...(version !== undefined && { version: version.toString() }),
    ...(value && { tag: value.get(1)!.toString(), value: (value.get(2) as Buffer).readFloatLE() }),
  };
}
