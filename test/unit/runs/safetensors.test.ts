/** The safetensors format: what Python's library expects, byte by byte, and what damaged files give. */
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type TensorFile } from '../../../engine/runs/safetensors.ts';

const VALUES = [1.5, -0, Number.NaN, 1e-45, 3.4028234663852886e38, Number.NEGATIVE_INFINITY];

function small(): TensorFile {
  const tensor = (name: string, shape: number[], values: number[]) => ({
    name,
    shape,
    data: Float32Array.from(values),
  });
  const tensors = [
    tensor('model.layers.0.weight', [2, 3], VALUES),
    tensor('ä "quoted"', [1], [7]),
    tensor('empty', [0, 4], []),
    tensor('adam.m.layers.0.weight', [3, 1], [0.25, 0.5, 0.75]),
  ];
  return { tensors: new Map(tensors.map((t) => [t.name, t])), metadata: { format: 'x', 'für wen': 'Grüße\n"' } };
}

/** A file with this header and that many bytes of data. */
function file(header: unknown, dataBytes = 16): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

const bitsOf = (data: Float32Array): number[] => [...new Uint32Array(data.buffer, data.byteOffset, data.length)];

describe('a round trip', () => {
  test('keeps names, shapes, metadata and every bit', () => {
    const before = small();
    const after = decodeSafetensors(encodeSafetensors(before));
    expect(after.metadata).toEqual(before.metadata);
    expect([...after.tensors.keys()]).toEqual([...before.tensors.keys()]);
    for (const [name, { shape, data }] of before.tensors) {
      expect(after.tensors.get(name)!.shape, name).toEqual(shape);
      expect(bitsOf(after.tensors.get(name)!.data), name).toEqual(bitsOf(data));
    }
  });

  test('works on a view into a larger buffer at an odd address, and leaves it alone', () => {
    const bytes = encodeSafetensors(small());
    const larger = Buffer.alloc(bytes.length + 16, 0xff);
    larger.set(bytes, 3);
    const { tensors } = decodeSafetensors(larger.subarray(3, 3 + bytes.length));
    expect([...tensors.get('adam.m.layers.0.weight')!.data]).toEqual([0.25, 0.5, 0.75]);
    tensors.get('ä "quoted"')!.data[0] = 0;
    expect(larger.subarray(3, 3 + bytes.length).equals(bytes)).toBe(true);
  });

  test('tensors that are views into something larger are written alone', () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const { tensors } = decodeSafetensors(
      encodeSafetensors({ tensors: new Map([['a', { name: 'a', shape: [2], data }]]), metadata: {} }),
    );
    expect([...tensors.get('a')!.data]).toEqual([2, 3]);
  });
});

test("the bytes are what Python's library reads", () => {
  const { tensors, metadata } = small();
  const bytes = encodeSafetensors({ tensors, metadata });
  const view = new DataView(bytes.buffer);
  // An unsigned 64-bit length, little-endian: low word first.
  const length = view.getUint32(0, true);
  expect(view.getUint32(4, true)).toBe(0);
  const start = 8 + length;
  expect(start % 8, 'data begin at a multiple of 8').toBe(0);
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start));
  expect(text[0], 'the header begins with a brace').toBe('{');
  expect(text.trimEnd(), 'the padding is spaces').toBe(text.replace(/ *$/, ''));
  const { __metadata__, ...header } = JSON.parse(text);
  expect(Object.values(__metadata__).every((value) => typeof value === 'string')).toBe(true);
  // Offsets count from the end of the header; the tensors follow each other without a gap, to the end of the file.
  let offset = 0;
  for (const [name, { dtype, shape, data_offsets: span }] of Object.entries<Record<string, number[]>>(header)) {
    const { data } = tensors.get(name)!;
    expect({ dtype, shape, span }, name).toEqual({
      dtype: 'F32',
      shape: tensors.get(name)!.shape,
      span: [offset, offset + 4 * data.length],
    });
    const seen = Array.from(data, (_, i) => view.getUint32(start + offset + 4 * i, true));
    expect(seen, name).toEqual(bitsOf(data));
    offset += 4 * data.length;
  }
  expect(bytes.length).toBe(start + offset);
  // 1.5 is 0x3fc00000 in IEEE 754.
  expect([...bytes.subarray(start, start + 4)]).toEqual([0, 0, 0xc0, 0x3f]);
});

test('a file cut off at any length is refused with a sentence', () => {
  const bytes = encodeSafetensors(small());
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeSafetensors(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toThrow(
      /^The checkpoint (is empty or cut off|is cut off within its header|is cut off: the data of .* is not complete)\.$/,
    );
});

const tensor = { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] };

describe('hostile headers are refused with a sentence', () => {
  const hostile: Record<string, Uint8Array> = {
    'a length of 2^64 − 1': Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('{}')]),
    'a length above what is allowed': Buffer.concat([Buffer.from([0, 0, 0, 0x7f, 0, 0, 0, 0]), Buffer.alloc(64)]),
    'no JSON': file('{"a": '),
    'not UTF-8': Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([0x22, 0xff, 0xfe, 0x22])]),
    null: file('null'),
    'a list': file('[]'),
    'a number': file('5'),
    'a string': file('"abc"'),
    'a tensor that is null': file({ a: null }),
    'a tensor that is a number': file({ a: 5 }),
    'another type': file({ a: { ...tensor, dtype: 'F64' } }),
    'no shape': file({ a: { dtype: 'F32', data_offsets: [0, 16] } }),
    'a negative size': file({ a: { ...tensor, shape: [-2, -2] } }),
    'a fraction': file({ a: { ...tensor, shape: [0.5, 8] } }),
    'a size beyond all numbers': file({ a: { ...tensor, shape: [2 ** 53, 2] } }),
    'a product that overflows': file({ a: { ...tensor, shape: [2 ** 52, 2 ** 52, 2 ** 52] } }),
    'offsets that do not fit the shape': file({ a: { ...tensor, data_offsets: [0, 12] } }),
    'offsets beyond the end': file({ a: { ...tensor, data_offsets: [4, 20] } }),
    'offsets backwards': file({ a: { ...tensor, data_offsets: [16, 0] } }),
    'offsets in between floats': file({ a: { ...tensor, shape: [3], data_offsets: [1, 13] } }),
    'three offsets': file({ a: { ...tensor, data_offsets: [0, 16, 32] } }),
    'metadata that is no object': file({ __metadata__: 5 }),
    'metadata that is null': file({ __metadata__: null }),
    'metadata with a number': file({ __metadata__: { position: 5 } }),
  };
  test.each(Object.entries(hostile))('%s', (_, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow(/^(The checkpoint|The header of the checkpoint)[^\n]*\.$/);
  });

  test('names that mean something to JavaScript are names', () => {
    const { tensors } = decodeSafetensors(
      file(`{"__proto__": ${JSON.stringify(tensor)}, "constructor": ${JSON.stringify(tensor)}}`),
    );
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor']);
  });

  test('no metadata is none', () => {
    expect(decodeSafetensors(file({ a: tensor })).metadata).toEqual({});
  });
});
