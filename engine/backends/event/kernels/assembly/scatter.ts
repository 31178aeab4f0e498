// Rows onto rows that events name, over matrices in panels (panel.ts). Every event reads and writes a row of `out`, but the
// events need not be sorted by it.
import { PANEL } from './generated/constants';
import { panelAt, rowBytes } from './shared/panel';

/**
 * The gradient of weights that are few enough to stay in the first cache: for every row of `source`, in their order,
 *
 *   out[indices[e]] += source[r]        for e in [offsets[r], offsets[r+1])
 *
 * onto what `out` [outRows × columns] holds. With `delayWithin` > 0, the steps of a sample, the events of row r meet row r + 1
 * of `source`, and those of the last step none: spikes act on the recurrent input one step later.
 */
export function scatterRows(
  out: usize, outRows: i32, source: usize, sourceRows: i32, offsets: usize, indices: usize, rows: i32, columns: i32, delayWithin: i32,
): void {
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const o = panelAt(out, outRows, c);
    let s = panelAt(source, sourceRows, c) + (delayWithin > 0 ? bytes : 0);
    let e: usize = indices + (<usize>load<u32>(offsets) << 1);
    let left = delayWithin;
    for (let r = 1; r <= rows; r++, s += bytes) {
      const end: usize = indices + (<usize>load<u32>(offsets + (<usize>r << 2)) << 1);
      if (--left == 0) {
        left = delayWithin;
        e = end;
        continue;
      }
      if (bytes == 64) e = scatter16(o, s, e, end);
      else for (; e < end; e += 2) addRow(o + <usize>load<u16>(e) * bytes, s, bytes);
    }
  }
}

// @ts-ignore: decorator
@inline
function scatter16(out: usize, source: usize, e: usize, end: usize): usize {
  const x0 = v128.load(source), x1 = v128.load(source, 16), x2 = v128.load(source, 32), x3 = v128.load(source, 48);
  for (; e < end; e += 2) {
    const o = out + (<usize>load<u16>(e) << 6);
    v128.store(o, f32x4.add(v128.load(o), x0));
    v128.store(o, f32x4.add(v128.load(o, 16), x1), 16);
    v128.store(o, f32x4.add(v128.load(o, 32), x2), 32);
    v128.store(o, f32x4.add(v128.load(o, 48), x3), 48);
  }
  return e;
}

// @ts-ignore: decorator
@inline
function addRow(out: usize, source: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(out + i, f32x4.add(v128.load(out + i), v128.load(source + i)));
}

/**
 * out[outIndices[e]] += source[sourceIndices[e]] for the first `count` events in their order (both u16). With the rows that events belong to
 * (rowsOfEvents) for one and their channels for the other this is a sum of weights, or a gradient, of rows so short that
 * finding out where each ends would take longer.
 */
export function addRows(
  out: usize, outRows: i32, outIndices: usize, source: usize, sourceRows: i32, sourceIndices: usize, count: u32, columns: i32,
): void {
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const o = panelAt(out, outRows, c), s = panelAt(source, sourceRows, c);
    for (let e: usize = 0; e < <usize>count << 1; e += 2)
      addRow(o + <usize>load<u16>(outIndices + e) * bytes, s + <usize>load<u16>(sourceIndices + e) * bytes, bytes);
  }
}
