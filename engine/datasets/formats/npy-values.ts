/** The elements of NumPy arrays as numbers or texts, of both byte orders. */
import { UserError } from '../../base/errors.ts';
import { FLOAT16 } from './hdf5/numbers.ts';
import type { ElementType, NpyArray } from './npy.ts';
import type { Values } from './table.ts';

/** One field of all elements: numbers, or texts. Throws a UserError for whole numbers that float64 cannot hold. */
export function valuesOf(array: NpyArray, field = array.fields[0]!): Values {
  const bytes = array.bytes();
  const count = bytes.length / array.stride;
  const { kind, size } = field.type;
  if (kind === 'U' || kind === 'S')
    return Array.from({ length: count }, (_, i) => textAt(bytes, i * array.stride + field.offset, field.type));
  // Plain arrays in this machine's order are used as they lie.
  const plain = array.stride === size ? typed(bytes, field.type) : undefined;
  if (plain) return plain;
  const numberAt = numberReader(field.type);
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = numberAt(bytes, i * array.stride + field.offset);
  if (size === 8 && kind !== 'f' && values.some((value) => !Number.isSafeInteger(value)))
    throw new UserError(
      `${array.name || 'the array'} holds whole numbers beyond 2^53, which are not exact here; subtract the smallest first.`,
    );
  return values;
}

/** Elements `from` to `to` of a plain array as numbers, for arrays too large to be converted whole. */
export function numbersOf(type: ElementType, bytes: Buffer, from: number, to: number): ArrayLike<number> {
  const part = bytes.subarray(from * type.size, to * type.size);
  const plain = typed(part, type);
  if (plain) return plain;
  const numberAt = numberReader(type);
  return Float64Array.from({ length: to - from }, (_, i) => numberAt(part, i * type.size));
}

const TYPED = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const;

function typed(bytes: Buffer, { kind, size, bigEndian }: ElementType): ArrayLike<number> | undefined {
  const Kind = TYPED[`${kind}${size}` as keyof typeof TYPED];
  if (!Kind || (bigEndian && size > 1)) return undefined;
  // Elements of a file need not lie at multiples of their size.
  const aligned = bytes.byteOffset % size === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  return new Kind(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.length / size);
}

function numberReader({ kind, size, bigEndian }: ElementType): (bytes: Buffer, offset: number) => number {
  if (kind === 'f') {
    if (size === 2) return (b, offset) => FLOAT16[bigEndian ? b.readUInt16BE(offset) : b.readUInt16LE(offset)]!;
    if (size === 4) return bigEndian ? (b, offset) => b.readFloatBE(offset) : (b, offset) => b.readFloatLE(offset);
    return bigEndian ? (b, offset) => b.readDoubleBE(offset) : (b, offset) => b.readDoubleLE(offset);
  }
  if (size === 8) {
    if (kind === 'i')
      return bigEndian
        ? (b, offset) => Number(b.readBigInt64BE(offset))
        : (b, offset) => Number(b.readBigInt64LE(offset));
    return bigEndian
      ? (b, offset) => Number(b.readBigUInt64BE(offset))
      : (b, offset) => Number(b.readBigUInt64LE(offset));
  }
  if (kind === 'i')
    return bigEndian ? (b, offset) => b.readIntBE(offset, size) : (b, offset) => b.readIntLE(offset, size);
  return bigEndian ? (b, offset) => b.readUIntBE(offset, size) : (b, offset) => b.readUIntLE(offset, size);
}

/** Texts are filled up with zeros. */
function textAt(bytes: Buffer, offset: number, { kind, size, bigEndian }: ElementType): string {
  if (kind === 'S') return bytes.toString('utf8', offset, offset + size).replace(/\0+$/, '');
  let text = '';
  for (let i = offset; i < offset + size; i += 4) {
    const code = bigEndian ? bytes.readUInt32BE(i) : bytes.readUInt32LE(i);
    if (code === 0) break;
    text += code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  }
  return text;
}
