/** Random inputs for the kernel table. All numbers are float32, so that kernel and reference start from the same. */
import type { Rng } from '../../../../base/random.ts';

/** Padded sizes with every remainder of a panel: below one, one, one and a bit, several. */
export const COLUMNS = [4, 8, 12, 16, 20, 36, 64, 200] as const;

/** `count` numbers in [low, high). */
export function uniform(rng: Rng, count: number, low = -1, high = 1): Float64Array {
  const drawn = new Float64Array(count);
  for (let i = 0; i < count; i++) drawn[i] = Math.fround(low + (high - low) * rng.uniform());
  return drawn;
}

/** Multiples of 1/8 in [-1, 1]: sums and a few halvings of them are exact in float32. */
export function eighths(rng: Rng, count: number): Float64Array {
  const drawn = new Float64Array(count);
  for (let i = 0; i < count; i++) drawn[i] = (rng.below(17) - 8) / 8;
  return drawn;
}

/** Events by row: those of row r are index[offsets[r] .. offsets[r+1]). */
export interface Events {
  offsets: Uint32Array;
  index: Uint16Array;
}

/**
 * Events per row: none at all, one in the middle row, 0 to 3, mostly none or one but now and then nine, none but 600 in
 * the middle row, about as many as there are channels.
 */
export type Density = 'none' | 'one' | 'few' | 'bursts' | 'one long' | 'many';

/** Events that belong to rows before the first: a kernel that works on one sample of a block must not look at them. */
const EARLIER = 3;

/** Channels below `channels`, in no order and with repetitions. */
export function events(rng: Rng, rows: number, channels: number, density: Density): Events {
  const offsets = new Uint32Array(rows + 1);
  offsets[0] = EARLIER;
  for (let r = 0; r < rows; r++) offsets[r + 1] = offsets[r]! + countOf(rng, r, rows, channels, density);
  return { offsets, index: Uint16Array.from({ length: offsets[rows]! }, () => rng.below(channels)) };
}

function countOf(rng: Rng, row: number, rows: number, channels: number, density: Density): number {
  switch (density) {
    case 'none':
      return 0;
    case 'one':
      return Number(row === rows >> 1);
    case 'few':
      return rng.below(4);
    case 'bursts':
      return rng.below(8) === 0 ? 9 : rng.below(2);
    case 'one long':
      return row === rows >> 1 ? 600 : 0;
    case 'many':
      return rng.below(2 * channels);
  }
}

/** Exactly `perRow` events in every row. */
export function evenEvents(rng: Rng, rows: number, channels: number, perRow: number): Events {
  return {
    offsets: Uint32Array.from({ length: rows + 1 }, (_, r) => r * perRow),
    index: Uint16Array.from({ length: rows * perRow }, () => rng.below(channels)),
  };
}

/** How often each channel occurs in a row; weighted by `values` when given. */
export function denseRow(
  { offsets, index }: Events,
  row: number,
  channels: number,
  values?: Float64Array,
): Float64Array {
  const x = new Float64Array(channels);
  for (let e = offsets[row]!; e < offsets[row + 1]!; e++) x[index[e]!]! += values ? values[e]! : 1;
  return x;
}

/** Draws until `margin` of what is drawn exceeds `least`. */
export function drawClear<T>(draw: () => T, margin: (drawn: T) => number, least: number): T {
  for (let i = 0; i < 1000; i++) {
    const drawn = draw();
    if (margin(drawn) > least) return drawn;
  }
  throw new Error(`A thousand draws came closer than ${least} to a decision.`);
}
