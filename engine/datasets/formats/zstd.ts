/** Unpacking Zstandard (RFC 8878), which Node does from 22.15 on. */
import zlib from 'node:zlib';

type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number }) => Buffer;

const decompress = (zlib as { zstdDecompressSync?: Decompress }).zstdDecompressSync;

/** What is missing here to unpack it, in words that follow a name; undefined when nothing is. */
export const ZSTD_NEEDS = decompress ? undefined : 'packed with Zstandard, which needs Node 22.15 or newer';

/** The content, or undefined when it is damaged, unpacks to more than `limit` bytes, or cannot be unpacked here. */
export function unpackZstd(packed: Uint8Array, limit: number): Buffer | undefined {
  try {
    return decompress?.(packed, { maxOutputLength: Math.max(1, limit) });
  } catch {
    return undefined;
  }
}
