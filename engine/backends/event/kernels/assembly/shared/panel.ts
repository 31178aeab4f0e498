// Every matrix of f32 lies in panels of 16 columns: panel p holds columns [16p, 16p+16) of all rows, one row after the
// other, so that a row of a panel is one cache line, a gather touches as few pages as possible and no two rows fight
// for the same cache set. The last panel is as wide as what is left (a multiple of 4).
//
//   address of (row, column) = base + 4·(rows·16·p + row·width(p) + column − 16p),  p = ⌊column / 16⌋
import { PANEL } from '../generated/constants';

if (PANEL != 16) ERROR('A row of a panel is one cache line, and its lanes are a mask of sixteen bits.');

/** Bytes of one row in the panel that starts at `column`. */
// @ts-ignore: decorator
@inline
export function rowBytes(column: i32, columns: i32): usize {
  return <usize>min(PANEL, columns - column) << 2;
}

/** Where the panel that starts at `column` begins in a matrix of `rows` rows. */
// @ts-ignore: decorator
@inline
export function panelAt(base: usize, rows: i32, column: i32): usize {
  return base + (<usize>rows * <usize>column << 2);
}

/** Sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function sumLanes(a: v128): f32 {
  const b = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
  return f32x4.extract_lane(b, 0) + f32x4.extract_lane(b, 1);
}
