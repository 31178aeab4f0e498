/** Files that are nearly right. */
import type { Rng } from '../../../engine/base/random.ts';

const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

/** One to four changes of `good`: bits, bytes, extreme numbers, cuts, copies, insertions. */
export function mutate(good: Buffer, rng: Rng): Buffer {
  let bytes = Buffer.from(good);
  for (let n = 1 + rng.below(4); n > 0 && bytes.length > 0; n--) {
    const offset = rng.below(bytes.length);
    switch (rng.below(8)) {
      case 0:
        bytes[offset]! ^= 1 << rng.below(8);
        break;
      case 1:
        bytes[offset] = rng.below(256);
        break;
      case 2:
        if (offset + 4 <= bytes.length) bytes.writeUInt32LE(EXTREMES[rng.below(EXTREMES.length)]!, offset);
        break;
      case 3:
        if (offset + 4 <= bytes.length) bytes.writeUInt32BE(EXTREMES[rng.below(EXTREMES.length)]!, offset);
        break;
      case 4:
        bytes = bytes.subarray(0, offset);
        break;
      case 5: {
        const length = 1 + rng.below(64);
        bytes = Buffer.concat([bytes.subarray(0, offset), bytes.subarray(offset + length)]);
        break;
      }
      case 6: {
        const from = rng.below(bytes.length);
        bytes = Buffer.concat([
          bytes.subarray(0, offset),
          bytes.subarray(from, from + 1 + rng.below(64)),
          bytes.subarray(offset),
        ]);
        break;
      }
      case 7:
        bytes = Buffer.concat([bytes.subarray(0, offset), Buffer.from([rng.below(256)]), bytes.subarray(offset)]);
        break;
    }
  }
  return bytes;
}
