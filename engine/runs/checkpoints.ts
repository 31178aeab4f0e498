/** Checkpoints of a run: `checkpoints/<step>.safetensors`, the last few. */
import { closeSync, fstatSync, readdirSync, readFileSync, readSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openForReading, syncFolder, writeDurably } from './files.ts';

const KEPT = 3;
const NAME = /^(\d{12})\.safetensors$/;
const MAX_HEADER = 16 * 1024 * 1024;

export interface StoredCheckpoint {
  step: number;
  file: string;
}

/** All that look like checkpoints, newest first. */
export function listCheckpoints(folder: string): StoredCheckpoint[] {
  let names: string[];
  try {
    names = readdirSync(join(folder, 'checkpoints'));
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const match = NAME.exec(name);
      return match ? [{ step: Number(match[1]), file: join(folder, 'checkpoints', name) }] : [];
    })
    .sort((a, b) => b.step - a.step);
}

/** Writes aside, waits for the disk, renames; then forgets all but the last few. */
export function saveCheckpoint(folder: string, step: number, bytes: Uint8Array): void {
  const parent = join(folder, 'checkpoints');
  const file = join(parent, `${String(step).padStart(12, '0')}.safetensors`);
  const aside = `${file}.tmp`;
  try {
    writeDurably(aside, bytes);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
  syncFolder(parent);
  for (const old of listCheckpoints(folder).slice(KEPT)) rmSync(old.file, { force: true });
}

/** The newest checkpoint that is whole; those that are not are named in `skipped`. */
export function newestCheckpoint(folder: string): {
  found?: StoredCheckpoint & { bytes: Uint8Array };
  skipped: string[];
} {
  const skipped: string[] = [];
  for (const candidate of listCheckpoints(folder)) {
    // Not a Buffer, whose slice() is a view: who reads tensors out of it must be able to rely on a Uint8Array.
    if (isWhole(candidate.file))
      return { found: { ...candidate, bytes: new Uint8Array(readFileSync(candidate.file)) }, skipped };
    skipped.push(candidate.file);
  }
  return { skipped };
}

/**
 * Whether a safetensors file is complete: eight bytes with the length of the header (little-endian), the header in
 * JSON, then the tensors without a gap, up to the last byte of the file.
 */
export function isWhole(file: string): boolean {
  let fd: number | undefined;
  try {
    fd = openForReading(file);
    const info = fstatSync(fd);
    const prefix = Buffer.alloc(8);
    if (!info.isFile() || readSync(fd, prefix, 0, 8, 0) < 8) return false;
    const length = Number(prefix.readBigUInt64LE());
    if (length > MAX_HEADER || 8 + length > info.size) return false;
    const text = Buffer.alloc(length);
    if (readSync(fd, text, 0, length, 8) < length) return false;
    const header = JSON.parse(text.toString('utf8')) as Record<string, { data_offsets?: unknown }>;
    return endOfTensors(header) === info.size - 8 - length;
  } catch {
    return false;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Where the last tensor ends, in bytes after the header; NaN when the header makes no sense. */
function endOfTensors(header: Record<string, { data_offsets?: unknown }>): number {
  const spans: [number, number][] = [];
  for (const [name, tensor] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const offsets = tensor?.data_offsets;
    if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isInteger)) return Number.NaN;
    spans.push([offsets[0], offsets[1]]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  let end = 0;
  for (const [from, to] of spans) {
    if (from !== end || to < from) return Number.NaN;
    end = to;
  }
  return end;
}
