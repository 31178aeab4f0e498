/**
 * The safetensors format: u64 header length, JSON header (name → dtype, shape, data_offsets; `__metadata__` strings),
 * then the raw little-endian data. Python opens these files with the library of that name. Ours carry a checksum of all
 * the rest in their metadata, so that damage anywhere is noticed before anything is trained on it.
 */
import { createHash } from 'node:crypto';

export interface TensorFile {
  tensors: Map<string, { name: string; shape: number[]; data: Float32Array }>;
  metadata: Record<string, string>;
}

/** That of a network of a hundred layers has a hundredth of this. */
export const MAX_HEADER = 2 ** 20;

export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Header = {};
  let offset = 0;
  for (const { name, shape, data } of tensors.values()) {
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const checksum = checksumOf(
    header,
    metadata,
    [...tensors.values()].map(({ data }) => bytesOf(data)),
  );
  let json = JSON.stringify({ __metadata__: { ...metadata, checksum }, ...header });
  // Data must start at a multiple of 8 bytes.
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8);
  const text = Buffer.from(json);
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  offset = 8 + text.length;
  for (const { data } of tensors.values()) {
    bytes.set(bytesOf(data), offset);
    offset += data.byteLength;
  }
  return bytes;
}

type Header = Record<string, unknown>;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function checksumOf(header: Header, metadata: Record<string, string>, parts: Uint8Array[]): string {
  const hash = createHash('sha256').update(JSON.stringify([metadata, header]));
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
}

/** The header of the file that begins with these bytes, and where its data begin. Throws as `decodeSafetensors` does. */
function readHeader(bytes: Uint8Array): { header: Header; dataFrom: number } {
  if (bytes.length < 8) throw new Error('The checkpoint is empty or cut off.');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > MAX_HEADER || 8 + headerLength > bytes.length)
    throw new Error('The checkpoint is cut off within its header.');
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerLength)).toString());
  } catch {
    throw new Error('The header of the checkpoint is not JSON.');
  }
  if (!isMapping(header)) throw new Error('The header of the checkpoint is not a list of tensors.');
  return { header, dataFrom: 8 + headerLength };
}

/** Bytes of the whole file that begins with these, by its header. Throws as `decodeSafetensors` does. */
export function lengthBySafetensors(beginning: Uint8Array): number {
  const { header, dataFrom } = readHeader(beginning);
  let end = 0;
  for (const entry of Object.values(header)) {
    const span = isMapping(entry) ? entry.data_offsets : undefined;
    if (isCounts(span)) end = Math.max(end, span[1] ?? 0);
  }
  return dataFrom + end;
}

/**
 * Throws an Error with one sentence when the bytes are not a complete file of float32 tensors, or not those that were
 * written.
 */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  const { header, dataFrom } = readHeader(bytes);
  // In place where the data lie as numbers must, or else a copy. (The slice of a Buffer would share memory.)
  const aligned = (bytes.byteOffset + dataFrom) % 4 === 0;
  const data = aligned ? bytes.subarray(dataFrom) : Uint8Array.prototype.slice.call(bytes, dataFrom);
  const tensors: TensorFile['tensors'] = new Map();
  const { __metadata__: texts = {}, ...entries } = header;
  let end = 0;
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: span } = isMapping(entry) ? entry : {};
    if (dtype !== 'F32' || !isCounts(shape) || !isCounts(span) || span.length !== 2)
      throw new Error(`The checkpoint's tensor ${name} is not a float32 tensor with a shape.`);
    const [from, to] = span as [number, number];
    if (from % 4 !== 0 || to - from !== 4 * shape.reduce((a, b) => a * b, 1) || to > data.length)
      throw new Error(`The checkpoint is cut off: the data of ${name} is not complete.`);
    end = Math.max(end, to);
    tensors.set(name, { name, shape, data: new Float32Array(data.buffer, data.byteOffset + from, (to - from) / 4) });
  }
  if (end !== data.length) throw new Error('The checkpoint has bytes that belong to no tensor.');
  if (!isTexts(texts)) throw new Error("The checkpoint's metadata are not texts.");
  const { checksum, ...metadata } = texts;
  // One under a damaged name, of a file that is damaged elsewhere, too, perhaps.
  if (checksum === undefined && Object.keys(metadata).some((name) => !PLAIN.has(name)))
    throw new Error('The checkpoint is damaged: it has metadata that are none of ours.');
  if (checksum !== undefined && checksum !== checksumOf(entries, metadata, [data]))
    throw new Error('The checkpoint is damaged: its checksum does not fit.');
  return { tensors, metadata };
}

/** What files without a checksum may say about themselves. */
const PLAIN: ReadonlySet<string> = new Set(['format', 'position']);

function isTexts(value: unknown): value is Record<string, string> {
  return isMapping(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
