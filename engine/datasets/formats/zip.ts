/** Reading single entries of a zip file in place. The archive is hostile until each field has been checked. */
import { closeSync } from 'node:fs';
import { inflateRawSync, constants as zlib } from 'node:zlib';
import { type OpenFile, readUpTo } from '../../base/files.ts';
import { TELLING_BYTES, whatIs } from './file-kind.ts';
import { badFile, openData } from './files.ts';

export interface ZipEntry {
  name: string;
  stored: boolean;
  crc: number;
  packed: number;
  size: number;
  /** Of the local header. */
  offset: number;
}

export interface ZipFile {
  file: string;
  fd: number;
  entries: ZipEntry[];
  remedy: string;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** Of a local header, without the name. */
const LOCAL_BYTES = 30;
/** Deflate cannot pack more densely. */
const MAX_RATIO = 1032;
/** 65,535 entries with names as long as one reads. */
const MAX_DIRECTORY = 1 << 25;

/** Opens a zip and reads its directory. Throws a UserError. Close with closeZip. */
export function openZip(file: string, remedy: string): ZipFile {
  const open = openData(file, remedy);
  try {
    return { file, fd: open.fd, entries: readDirectory(file, open, remedy), remedy };
  } catch (error) {
    closeSync(open.fd);
    throw error;
  }
}

export const closeZip = (zip: ZipFile): void => closeSync(zip.fd);

function readDirectory(file: string, { fd, size }: OpenFile, remedy: string): ZipEntry[] {
  const tailAt = Math.max(0, size - 65_557);
  const tail = readAt(file, fd, tailAt, size - tailAt, remedy);
  let end = tail.length - 22;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) {
    const head = readUpTo(fd, 0, Math.min(size, TELLING_BYTES));
    if (head.length < 4 || head.readUInt32LE(0) !== LOCAL)
      throw badFile(file, `this is not a zip archive but ${whatIs(head, size)}`, undefined, remedy);
    throw badFile(file, 'the directory of the zip is missing: it breaks off', size, remedy);
  }
  const count = tail.readUInt16LE(end + 10);
  const bytes = tail.readUInt32LE(end + 12);
  const directoryStart = tail.readUInt32LE(end + 16);
  if (directoryStart + bytes > tailAt + end)
    throw badFile(file, 'the zip promises a directory beyond its end', tailAt + end, remedy);
  if (bytes > MAX_DIRECTORY) throw badFile(file, `a directory of ${bytes} bytes is too large`, tailAt + end, remedy);
  const directory = readAt(file, fd, directoryStart, bytes, remedy);
  const entries: ZipEntry[] = [];
  let p = 0;
  for (let i = 0; i < count; i++) {
    if (p + 46 > bytes || directory.readUInt32LE(p) !== CENTRAL)
      throw badFile(file, `entry ${i + 1} of the zip's directory is damaged`, directoryStart + p, remedy);
    const method = directory.readUInt16LE(p + 10);
    const flags = directory.readUInt16LE(p + 8);
    const nameLength = directory.readUInt16LE(p + 28);
    if (p + 46 + nameLength > bytes)
      throw badFile(file, `the name of entry ${i + 1} of the zip's directory breaks off`, directoryStart + p, remedy);
    const skip = nameLength + directory.readUInt16LE(p + 30) + directory.readUInt16LE(p + 32);
    const entry: ZipEntry = {
      name: directory.toString('utf8', p + 46, p + 46 + nameLength),
      stored: method === 0,
      crc: directory.readUInt32LE(p + 16),
      packed: directory.readUInt32LE(p + 20),
      size: directory.readUInt32LE(p + 24),
      offset: directory.readUInt32LE(p + 42),
    };
    if ((method !== 0 && method !== 8) || flags & 1)
      throw badFile(file, `${shown(entry)} is encrypted or packed by an unknown method`, directoryStart + p, remedy);
    if (
      entry.offset + LOCAL_BYTES + entry.packed > directoryStart ||
      entry.size > MAX_RATIO * entry.packed + 64 ||
      (entry.stored && entry.packed !== entry.size)
    )
      throw badFile(file, `${shown(entry)} has impossible sizes`, directoryStart + p, remedy);
    entries.push(entry);
    p += 46 + skip;
  }
  refuseOverlap(file, entries, remedy);
  return entries;
}

/** Entries that share bytes promise much more than there is. Throws a UserError. */
function refuseOverlap(file: string, entries: ZipEntry[], remedy: string): void {
  const inOrder = [...entries].sort((a, b) => a.offset - b.offset);
  for (const [i, entry] of inOrder.entries()) {
    const before = inOrder[i - 1];
    if (before && entry.offset < before.offset + LOCAL_BYTES + before.packed)
      throw badFile(file, `${shown(entry)} and ${shown(before)} overlap in the zip`, entry.offset, remedy);
  }
}

/** The name of an entry in a message: short, and without control characters. */
export const shown = ({ name }: Pick<ZipEntry, 'name'>): string => name.slice(0, 60).replace(/[\p{C}\ufffd]/gu, '?');

/** Where the packed bytes of an entry start. */
export function entryStart(zip: ZipFile, entry: ZipEntry): number {
  const local = readAt(zip.file, zip.fd, entry.offset, 30, zip.remedy);
  if (local.readUInt32LE(0) !== LOCAL)
    throw badFile(zip.file, `${shown(entry)} does not start where the directory says`, entry.offset, zip.remedy);
  return entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
}

/** The bytes of an entry of at most `limit` bytes. Throws a UserError. */
export function readEntry(zip: ZipFile, entry: ZipEntry, limit: number): Buffer {
  const { file, remedy } = zip;
  if (entry.size > limit)
    throw badFile(file, `${shown(entry)} unpacks to ${entry.size} bytes, more than ${limit}`, entry.offset, remedy);
  const start = entryStart(zip, entry);
  const packed = readAt(file, zip.fd, start, entry.packed, remedy);
  let bytes: Buffer;
  try {
    bytes = entry.stored ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size) });
  } catch {
    throw badFile(file, `${shown(entry)} cannot be unpacked`, start, remedy);
  }
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc)
    throw badFile(file, `${shown(entry)} does not match its checksum`, start, remedy);
  return bytes;
}

/** The first bytes of what an entry unpacks to, as far as `length` packed ones give them. Throws a UserError. */
export function readEntryHead(zip: ZipFile, entry: ZipEntry, length: number): Buffer {
  const start = entryStart(zip, entry);
  const packed = readAt(zip.file, zip.fd, start, Math.min(length, entry.packed), zip.remedy);
  if (entry.stored) return packed;
  try {
    return inflateRawSync(packed, { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: MAX_RATIO * length + 64 });
  } catch {
    throw badFile(zip.file, `${shown(entry)} cannot be unpacked`, start, zip.remedy);
  }
}

function readAt(file: string, fd: number, offset: number, length: number, remedy: string): Buffer {
  const bytes = readUpTo(fd, offset, length);
  if (bytes.length < length) throw badFile(file, 'the zip breaks off', offset, remedy);
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** CRC-32 as in zip and gzip, of `bytes` after those that gave `crc`. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  crc = ~crc;
  for (let i = 0; i < bytes.length; i++) crc = CRC_TABLE[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
