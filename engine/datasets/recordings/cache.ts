/**
 * Decoded recordings, cut into steps, in one compact file per (data set, binning). Layout, little-endian:
 *
 *   0     magic `LIFEVT1\n`, u32 length of the JSON, SHA-256 of JSON and index
 *   44    JSON header, then zeros up to HEADER_BYTES
 *   4096  recordings: u32 offsets[steps + 1], u16 channels[offsets[steps]], padded to 4 bytes
 *   index f64 starts[count + 1] (bytes from 0), u16 labels[count], u16 groups[count]
 *
 * It is written aside and renamed into place, so a file under its name is complete; readers check header and index by
 * their hash, and every recording by its bounds.
 */
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, fsync, fsyncSync, openSync, readdirSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { UserError } from '../../base/errors.ts';
import { type OpenFile, openRegular } from '../../base/files.ts';
import { MAX_BYTES, reason } from '../formats/files.ts';
import type { Binner } from './binning.ts';

export const CACHE_VERSION = 1;
const MAGIC = Buffer.from('LIFEVT1\n');
const HEADER_BYTES = 4096;
const CHUNK_BYTES = 1 << 20;

const count = z.int().min(0);
const headerSchema = z.object({
  version: z.literal(CACHE_VERSION),
  /** What the sources looked like: sizes, times and names. */
  fingerprint: z.string(),
  inputs: count.max(65536),
  steps: count,
  /** Recordings in the published training, validation and test files, in this order. */
  parts: z.object({ train: count, validation: count, test: count }),
  maxEvents: count,
  /** Spikes kept, and events beyond the last step. */
  events: count,
  dropped: count,
  checksums: z.record(z.string(), z.string()),
  indexAt: count,
});

export type CacheHeader = z.output<typeof headerSchema>;

export interface EventCache {
  file: string;
  header: CacheHeader;
  /** Hash of header and index: tells this file from another one under the same name. */
  digest: string;
  starts: Float64Array;
  labels: Uint16Array;
  groups: Uint16Array;
}

/** The cache, or undefined when there is none that is whole and fits `fingerprint`. */
export function openCache(file: string, fingerprint: string): EventCache | undefined {
  let open: OpenFile | undefined;
  try {
    open = openRegular(file, { limit: MAX_BYTES });
    const cache = readCache(open, file);
    return cache?.header.fingerprint === fingerprint ? cache : undefined;
  } catch {
    return undefined;
  } finally {
    if (open) closeSync(open.fd);
  }
}

/** Header and index of an open cache file; undefined when either is damaged. */
export function readCache({ fd, size }: OpenFile, file: string): EventCache | undefined {
  const head = Buffer.alloc(HEADER_BYTES);
  if (readSync(fd, head, 0, HEADER_BYTES, 0) < HEADER_BYTES || !head.subarray(0, 8).equals(MAGIC)) return undefined;
  const jsonLength = head.readUInt32LE(8);
  if (jsonLength > HEADER_BYTES - 44) return undefined;
  const json = head.subarray(44, 44 + jsonLength);
  const parsed = headerSchema.safeParse(JSON.parse(json.toString('utf8')));
  if (!parsed.success) return undefined;
  const header = parsed.data;
  const recordings = header.parts.train + header.parts.validation + header.parts.test;
  const indexBytes = 8 * (recordings + 1) + 4 * recordings;
  if (header.indexAt + indexBytes !== size) return undefined;
  const index = Buffer.from(new SharedArrayBuffer(indexBytes));
  if (readSync(fd, index, 0, indexBytes, header.indexAt) < indexBytes) return undefined;
  const digest = createHash('sha256').update(json).update(index).digest();
  if (!digest.equals(head.subarray(12, 44))) return undefined;
  const starts = new Float64Array(index.buffer, 0, recordings + 1);
  const labels = new Uint16Array(index.buffer, 8 * (recordings + 1), recordings);
  const groups = new Uint16Array(index.buffer, 8 * (recordings + 1) + 2 * recordings, recordings);
  return { file, header, digest: digest.toString('hex'), starts, labels, groups };
}

/** Writes a cache file aside; `finish` puts it into place, `abandon` leaves nothing. */
export class CacheWriter {
  private readonly file: string;
  private readonly partial: string;
  private readonly fd: number;
  private readonly chunk = Buffer.alloc(CHUNK_BYTES);
  private filled = 0;
  private position = HEADER_BYTES;
  private readonly starts: number[] = [HEADER_BYTES];
  private readonly labels: number[] = [];
  private readonly groups: number[] = [];
  private synced = 0;
  private maxEvents = 0;
  private events = 0;
  private dropped = 0;

  /** Call under the lock of `file`: partial files that a killed process left are removed. */
  constructor(file: string) {
    this.file = file;
    for (const name of readdirSync(dirname(file)))
      if (name.startsWith(`${basename(file)}.`) && name.endsWith('.partial'))
        rmSync(join(dirname(file), name), { force: true });
    this.partial = `${file}.${randomUUID()}.partial`;
    this.fd = this.guard(() => openSync(this.partial, 'wx'));
    this.put(Buffer.alloc(HEADER_BYTES));
  }

  /** Appends the recording that `binner` just cut. */
  append(binner: Binner, spikes: number, label: number, group: number): void {
    this.put(bytesOf(binner.offsets));
    this.put(bytesOf(binner.channels.subarray(0, spikes)));
    if (spikes % 2) this.put(Buffer.alloc(2));
    this.position += 4 * binner.offsets.length + 2 * (spikes + (spikes % 2));
    this.starts.push(this.position);
    this.labels.push(label);
    this.groups.push(group);
    this.maxEvents = Math.max(this.maxEvents, spikes);
    this.events += spikes;
    this.dropped += binner.dropped;
  }

  /** Bytes written so far, without the index. */
  get bytes(): number {
    return this.position;
  }

  /** Bytes that may not be on the disk yet. */
  get unsynced(): number {
    return this.position - this.synced;
  }

  /** Waits for the disk without blocking. */
  async sync(): Promise<void> {
    this.guard(() => this.flush());
    await promisify(fsync)(this.fd);
    this.synced = this.position;
  }

  finish(about: Pick<CacheHeader, 'fingerprint' | 'inputs' | 'steps' | 'parts' | 'checksums'>): void {
    const index = Buffer.concat([
      bytesOf(Float64Array.from(this.starts)),
      bytesOf(Uint16Array.from(this.labels)),
      bytesOf(Uint16Array.from(this.groups)),
    ]);
    this.put(index);
    const header: CacheHeader = {
      version: CACHE_VERSION,
      ...about,
      maxEvents: this.maxEvents,
      events: this.events,
      dropped: this.dropped,
      indexAt: this.position,
    };
    const json = Buffer.from(JSON.stringify(header));
    if (json.length > HEADER_BYTES - 44) throw new Error(`the header of ${this.file} is too long`);
    const head = Buffer.alloc(44);
    MAGIC.copy(head);
    head.writeUInt32LE(json.length, 8);
    createHash('sha256').update(json).update(index).digest().copy(head, 12);
    this.guard(() => {
      this.flush();
      writeSync(this.fd, Buffer.concat([head, json]), 0, 44 + json.length, 0);
      fsyncSync(this.fd);
      closeSync(this.fd);
      renameSync(this.partial, this.file);
    });
  }

  abandon(): void {
    try {
      closeSync(this.fd);
    } catch {
      // Already closed.
    }
    rmSync(this.partial, { force: true });
  }

  private put(bytes: Uint8Array): void {
    this.guard(() => {
      if (this.filled + bytes.length > this.chunk.length) this.flush();
      if (bytes.length > this.chunk.length) writeAll(this.fd, bytes);
      else {
        this.chunk.set(bytes, this.filled);
        this.filled += bytes.length;
      }
    });
  }

  private flush(): void {
    writeAll(this.fd, this.chunk.subarray(0, this.filled));
    this.filled = 0;
  }

  private guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw new UserError(
        `${this.file}: cannot be written because ${reason(error)}; make room or set LIF_DATA to another folder.`,
      );
    }
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done);
}

/** The memory of an array. */
export const bytesOf = (array: Uint32Array | Uint16Array | Float64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
