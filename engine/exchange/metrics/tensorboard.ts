/**
 * Event files of TensorBoard, one folder for each run. A file is a row of records (TFRecord): length u64, masked CRC-32C of
 * it u32, data, masked CRC-32C of those u32, little-endian. The data are `Event` messages of Protocol Buffers, of which
 * four fields are written: wall_time (1, double), step (2, varint), file_version (3, text), and summary (5) with one value
 * (1) that has a tag (1) and a simple_value (2, float32).
 */
import { join } from 'node:path';
import { type Output, refuseExisting, writeParts } from '../output.ts';
import { clockOf } from './clock.ts';
import { type LoggedRun, type MetricRow, metricRows } from './rows.ts';

/** Bytes that are handed on together. */
const BLOCK = 1 << 20;

/** Writes `<folder>/<variant>-seed-<seed>-<id>/events.out.tfevents.…` for each run. Throws a UserError. @returns the files */
export function writeTensorboard(runs: readonly LoggedRun[], output: Output): string[] {
  const files = runs.map(({ summary }) => {
    const { id, variant, seed, createdAt } = summary;
    const seconds = String(Math.max(0, Math.floor(createdAt / 1000))).padStart(10, '0');
    return join(output.path, `${slug(variant)}-seed-${seed}-${id}`, `events.out.tfevents.${seconds}.lif-lab`);
  });
  refuseExisting(files, output);
  for (const [i, run] of runs.entries()) writeParts(files[i]!, eventParts(run));
  return files;
}

/** `loss/train`, `spike_rate/layer_1`; the training score of whole epochs apart from the points in between. */
export function tagOf({ kind, quantity, split, layer }: MetricRow): string {
  if (layer !== undefined) return `${quantity}/layer_${layer}`;
  if (split === '') return `run/${quantity}`;
  return `${quantity}/${split}${kind === 'epoch' && split === 'train' ? '_epoch' : ''}`;
}

function* eventParts({ summary, history }: LoggedRun): Generator<Uint8Array> {
  const clock = clockOf(history, summary.createdAt);
  let parts = [record(concat([double(1, summary.createdAt / 1000), bytes(3, Buffer.from('brain.Event:2'))]))];
  let length = 0;
  for (const row of metricRows(history)) {
    // TensorBoard draws NaN as a gap with a mark.
    const value = concat([bytes(1, Buffer.from(tagOf(row))), float(2, row.value ?? Number.NaN)]);
    const event = [double(1, clock(row.epoch) / 1000), varintField(2, row.step), bytes(5, bytes(1, value))];
    const part = record(concat(event));
    parts.push(part);
    length += part.length;
    if (length < BLOCK) continue;
    yield concat(parts);
    parts = [];
    length = 0;
  }
  yield concat(parts);
}

function record(data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(16 + data.length);
  out.writeBigUInt64LE(BigInt(data.length), 0);
  out.writeUInt32LE(masked(crc32c(out.subarray(0, 8))), 8);
  out.set(data, 12);
  out.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return out;
}

/** As TensorFlow stores them: a checksum of data that hold checksums would be weak. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** Castagnoli, reflected: x^32 + x^28 + x^27 + … as 0x82f63b78. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32C (RFC 3720). */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

const concat = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** A field's number and how its value is stored: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
const head = (field: number, wire: 0 | 1 | 2 | 5): number => (field << 3) | wire;

function varint(value: number): number[] {
  const out: number[] = [];
  let rest = Math.max(0, Math.floor(value));
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return [...out, rest];
}

const varintField = (field: number, value: number): Uint8Array => Uint8Array.from([head(field, 0), ...varint(value)]);

const bytes = (field: number, data: Uint8Array): Uint8Array =>
  concat([Uint8Array.from([head(field, 2), ...varint(data.length)]), data]);

function double(field: number, value: number): Uint8Array {
  const out = Buffer.alloc(9, head(field, 1));
  out.writeDoubleLE(value, 1);
  return out;
}

function float(field: number, value: number): Uint8Array {
  const out = Buffer.alloc(5, head(field, 5));
  out.writeFloatLE(value, 1);
  return out;
}

/** A name of a folder out of the name of a variant. */
const slug = (name: string): string =>
  name
    .replace(/[^\p{L}\p{N}.]+/gu, '-')
    .replace(/^[-.]+|-+$/g, '')
    .slice(0, 80) || 'variant';
