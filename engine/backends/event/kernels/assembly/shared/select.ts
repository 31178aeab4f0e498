// From comparison masks to lists of neurons without a branch: a table says, for each pattern of four bits, which lanes
// are set; four candidates are stored at once and the end of the list moves by as many as count.
import { SPARE_EVENTS } from '../generated/constants';

if (SPARE_EVENTS < 3) ERROR('Four entries are written at a time, however few of them count.');

const LANES = memory.data<u16>([
  0, 0, 0, 0, /**/ 0, 0, 0, 0, /**/ 1, 0, 0, 0, /**/ 0, 1, 0, 0,
  2, 0, 0, 0, /**/ 0, 2, 0, 0, /**/ 1, 2, 0, 0, /**/ 0, 1, 2, 0,
  3, 0, 0, 0, /**/ 0, 3, 0, 0, /**/ 1, 3, 0, 0, /**/ 0, 1, 3, 0,
  2, 3, 0, 0, /**/ 0, 2, 3, 0, /**/ 1, 2, 3, 0, /**/ 0, 1, 2, 3,
]);

/**
 * Writes the numbers first + lane of the set lanes of `mask` to `list` (u16) and returns the new end of the list. Up to
 * three entries beyond it are overwritten: lists need room for 3 more.
 */
// @ts-ignore: decorator
@inline
export function appendLanes(list: usize, mask: v128, first: i32): usize {
  const bits = i32x4.bitmask(mask);
  const lanes = i16x8.add(v128.load64_zero(LANES + (<usize>bits << 3)), i16x8.splat(<i16>first));
  v128.store64_lane(list, lanes, 0);
  return list + (<usize>popcnt(bits) << 1);
}

/** As appendLanes, for a mask of sixteen bits. */
// @ts-ignore: decorator
@inline
export function appendMask(list: usize, bits: i32, first: i32): usize {
  for (; bits; bits >>= 4, first += 4) {
    const four = bits & 15;
    const lanes = i16x8.add(v128.load64_zero(LANES + (<usize>four << 3)), i16x8.splat(<i16>first));
    v128.store64_lane(list, lanes, 0);
    list += <usize>popcnt(four) << 1;
  }
  return list;
}
