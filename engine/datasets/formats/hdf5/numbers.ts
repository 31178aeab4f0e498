/** Numbers as HDF5 stores them, in little-endian order. */

/** Element type: numbers in little-endian order. */
export interface NumberType {
  kind: 'integer' | 'float';
  size: number;
  signed: boolean;
}

/** Exponent and fraction of the IEEE formats: where and how long they are, and the bias. */
const IEEE: Record<number, { exponentAt: number; exponentBits: number; fractionBits: number; bias: number }> = {
  2: { exponentAt: 10, exponentBits: 5, fractionBits: 10, bias: 15 },
  4: { exponentAt: 23, exponentBits: 8, fractionBits: 23, bias: 127 },
  8: { exponentAt: 52, exponentBits: 11, fractionBits: 52, bias: 1023 },
};

/** The type in a datatype message; undefined for everything that is not a whole or an IEEE number, little-endian. */
export function parseNumberType(data: Buffer): NumberType | undefined {
  if (data.length < 12) return undefined;
  const kind = data[0]! & 15;
  const size = data.readUInt32LE(4);
  // Every bit of the element belongs to the number, in order.
  if (data[1]! & 1 || data.readUInt16LE(8) !== 0 || data.readUInt16LE(10) !== 8 * size) return undefined;
  const signed = (data[1]! & 8) !== 0;
  if (kind === 0) return [1, 2, 4, 8].includes(size) ? { kind: 'integer', size, signed } : undefined;
  const ieee = IEEE[size];
  if (kind !== 1 || !ieee || data.length < 20 || data[1]! & 0x40) return undefined;
  const same =
    data[2] === 8 * size - 1 &&
    data[12] === ieee.exponentAt &&
    data[13] === ieee.exponentBits &&
    data[14] === 0 &&
    data[15] === ieee.fractionBits &&
    data.readUInt32LE(16) === ieee.bias;
  return same ? { kind: 'float', size, signed } : undefined;
}

/** All numbers in bytes. */
export function decode(type: NumberType, bytes: Buffer): number[] {
  const numberAt = decoderOf(type);
  return Array.from({ length: Math.floor(bytes.length / type.size) }, (_, i) =>
    numberAt(bytes, i * type.size, type.size),
  );
}

/** How to read a number at a byte of a buffer. */
export function decoderOf(type: NumberType): (data: Buffer, offset: number, size: number) => number {
  const { kind, size, signed } = type;
  if (kind === 'float') {
    if (size === 2) return (data, offset) => FLOAT16[data[offset]! | (data[offset + 1]! << 8)]!;
    return size === 4 ? (data, offset) => data.readFloatLE(offset) : (data, offset) => data.readDoubleLE(offset);
  }
  if (size === 8)
    return signed
      ? (data, offset) => Number(data.readBigInt64LE(offset))
      : (data, offset) => Number(data.readBigUInt64LE(offset));
  return signed ? (data, offset) => data.readIntLE(offset, size) : (data, offset) => data.readUIntLE(offset, size);
}

/** Value of each of the 65,536 float16 numbers. */
export const FLOAT16 = Float64Array.from({ length: 65536 }, (_, bits) => {
  const sign = bits >>> 15 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
});
