/** The first bytes of an HDF5 file. */

export const SIGNATURE = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
/** Bytes from the start that `promisedLength` looks at. */
export const SUPERBLOCK_BYTES = 64;

/** Longest block of the user's that is looked behind. */
export const MAX_USER_BLOCK = 1 << 20;

/** Bytes before the superblock, which may stand at byte 512, 1024, 2048 and so on; undefined where there is none. */
export function userBlock(head: Buffer): number | undefined {
  for (let at = 512; at + SIGNATURE.length <= head.length; at *= 2)
    if (head.subarray(at, at + SIGNATURE.length).equals(SIGNATURE)) return at;
  return undefined;
}

/** Bytes that the whole file has, as its superblock says; undefined where it does not say. */
export function promisedLength(head: Buffer): number | undefined {
  if (head.length < SUPERBLOCK_BYTES || !head.subarray(0, 8).equals(SIGNATURE)) return undefined;
  const version = head[8]!;
  const [offsetBytes, endAt] = version < 2 ? [head[13], version === 1 ? 44 : 40] : [head[9], 28];
  if (version > 3 || offsetBytes !== 8) return undefined;
  const end = head.readBigUInt64LE(endAt);
  return end < BigInt(Number.MAX_SAFE_INTEGER) ? Number(end) : undefined;
}
