// What is made of the masks of a layer's spikes: bit i of spikeMasks [rows × panels] (u16) at (row, p) says that neuron 16p + i
// fired. Lists of the neurons that fired serve any layer above. Above few neurons a table or the masks themselves are
// faster: no spike has to be taken up one by one.
import { PANEL, TABLE_ROWS } from './generated/constants';
import { rowBytes } from './shared/panel';
import { appendMask } from './shared/select';

if (TABLE_ROWS != 2 * 256) ERROR('A table has a row for each pattern of eight neurons; a panel has two.');

/** The neurons that fired, row by row: from masks [rows × panels] (u16) to offsets [rows + 1] (u32) and channels (u16). */
export function listSpikes(spikeMasks: usize, panels: i32, rows: i32, offsets: usize, channels: usize): void {
  let list = channels;
  store<u32>(offsets, 0);
  for (let r = 1; r <= rows; r++) {
    for (let p = 0; p < panels; p++) {
      list = appendMask(list, load<u16>(spikeMasks), p << 4);
      spikeMasks += 2;
    }
    store<u32>(offsets + (<usize>r << 2), <u32>((list - channels) >> 1));
  }
}

/** counts[b] (u32) = how many neurons fired in all the steps of sample b. */
export function countSpikes(spikeMasks: usize, panels: i32, samples: i32, steps: i32, counts: usize): void {
  for (let b = 0; b < samples; b++, counts += 4) {
    let sum = 0;
    for (const end = spikeMasks + (<usize>(steps * panels) << 1); spikeMasks < end; spikeMasks += 2) sum += popcnt(<i32>load<u16>(spikeMasks));
    store<u32>(counts, sum);
  }
}

/**
 * The sums of all patterns of neurons 0 … 7, from `start` on (0: from zeros), and of 8 … 15, in 256 rows each: rows of source
 * [inputs × bytes / 4] of the neurons that fired, in ascending order.
 */
export function tabulate(start: usize, source: usize, inputs: i32, bytes: usize, tables: usize): void {
  const high = tables + 256 * bytes;
  if (start) memory.copy(tables, start, bytes);
  else memory.fill(tables, 0, bytes);
  memory.fill(high, 0, bytes);
  for (let i = 0; i < inputs; i++) {
    const table = i < 8 ? tables : high;
    // The patterns whose highest neuron is i are those below it, and i.
    const half = bytes << (i & 7);
    for (let m: usize = 0; m < half; m += bytes)
      for (let c: usize = 0; c < bytes; c += 16)
        v128.store(
          table + half + m + c,
          f32x4.add(v128.load(table + m + c), v128.load(source + <usize>i * bytes + c)),
        );
  }
}

/**
 * out[r] = bias + Σ source[i] over the neurons i that fired in row r, for at most 16 columns; source is [inputs × columns]. Masks
 * lie panel by panel here, [panels × rows]. Of each panel a row is the sum of two entries of tables, for which there must be
 * room of 512 rows; panels are added in their order.
 */
export function gatherSpikes(
  out: usize, bias: usize, source: usize, inputs: i32, spikeMasks: usize, rows: i32, columns: i32, tables: usize,
): void {
  const bytes = rowBytes(0, columns);
  for (let first = 0; first < inputs; first += PANEL) {
    tabulate(first ? 0 : bias, source + <usize>first * bytes, min(PANEL, inputs - first), bytes, tables);
    addLookedUp(out, spikeMasks, rows, bytes, tables, first > 0);
    spikeMasks += <usize>rows << 1;
  }
}

/** The sums that tables have for the masks of a panel, added to `out` or written there. */
// @ts-ignore: decorator
@inline
function addLookedUp(out: usize, spikeMasks: usize, rows: i32, bytes: usize, tables: usize, add: bool): void {
  const high = tables + 256 * bytes;
  for (let r = 0; r < rows; r++, spikeMasks += 2, out += bytes) {
    const mask = <usize>load<u16>(spikeMasks);
    const a = tables + (mask & 255) * bytes;
    const b = high + (mask >> 8) * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      const sum = f32x4.add(v128.load(a + i), v128.load(b + i));
      v128.store(out + i, add ? f32x4.add(v128.load(out + i), sum) : sum);
    }
  }
}

/** From masks [panels × rows] (u16) to masks [rows × panels]. */
export function transposeMasks(spikeMasks: usize, panels: i32, rows: i32, out: usize): void {
  for (let r = 0; r < rows; r++, spikeMasks += 2)
    for (let p = 0; p < panels; p++, out += 2) store<u16>(out, load<u16>(spikeMasks + (<usize>(p * rows) << 1)));
}

/**
 * out[i] += source[r] for every row r and neuron i that fired in it, in the order of the rows: the gradient of the weights
 * [outRows × columns] of at most 16 neurons above.
 */
export function scatterSpikes(
  out: usize, outRows: i32, source: usize, spikeMasks: usize, panels: i32, rows: i32, columns: i32,
): void {
  const bytes = rowBytes(0, columns);
  for (let r = 0; r < rows; r++, source += bytes)
    for (let p = 0; p < panels; p++, spikeMasks += 2)
      for (let mask = <i32>load<u16>(spikeMasks); mask; mask &= mask - 1) {
        const o = out + <usize>((p << 4) + ctz(mask)) * bytes;
        for (let i: usize = 0; i < bytes; i += 16) v128.store(o + i, f32x4.add(v128.load(o + i), v128.load(source + i)));
      }
}
