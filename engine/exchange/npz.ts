/** Arrays as NumPy reads them (.npz): a zip of .npy files, packed with deflate. */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../datasets/formats/zip.ts';

export type Numbers = Float32Array | Int32Array | Uint32Array | Uint16Array | Float64Array;

export interface NamedArray {
  name: string;
  shape: readonly number[];
  data: Numbers;
}

/** The file in parts; zip files of this form end at 4 GiB, which the caller stays far below. */
export function* npzParts(arrays: readonly NamedArray[]): Generator<Uint8Array> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const array of arrays) {
    const content = npy(array);
    const packed = deflateRawSync(content, { level: 4 });
    const name = Buffer.from(`${array.name}.npy`);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0); // version needed
    fields.writeUInt16LE(8, 4); // deflate
    fields.writeUInt16LE(0x21, 8); // 1 January 1980: the same content has the same bytes
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, place, name);
    yield local;
    yield packed;
    offset += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(arrays.length, 4);
  end.writeUInt16LE(arrays.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  yield Buffer.concat([central, Buffer.from('PK\x05\x06'), end]);
}

function npy({ shape, data }: NamedArray): Buffer {
  const kind =
    data instanceof Float32Array || data instanceof Float64Array ? 'f' : data instanceof Int32Array ? 'i' : 'u';
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '<${kind}${data.BYTES_PER_ELEMENT}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // Numbers begin at a multiple of 64 bytes.
  const text = `${header.padEnd(63 - ((10 + header.length) % 64) + header.length)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}
