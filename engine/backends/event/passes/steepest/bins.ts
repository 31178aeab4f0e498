/** The bins of a sample where |dL/dx| is largest. */
import { GROUP_ROWS } from '../../kernels/kernels.ts';
import { MAX_EXACT } from '../../layout/steepest.ts';
import { type About, about, exactAt, placeOf, type Seeker, scratchGroups } from './bounds.ts';
import { Threshold } from './strongest.ts';

const threshold = new Threshold();
const keys = new Float64Array(MAX_EXACT);

/** Where the answer to one sample goes: [most] each. */
export interface Found {
  places: Uint32Array;
  values: Float64Array;
}

/** @returns how many were found, fewer than there is room for when all others are zero; undefined: ask for the whole gradient */
export function strongestBins(seeker: Seeker, b: number, { places, values }: Found): number | undefined {
  const { network } = seeker.layout;
  const near = about(seeker, b);
  if (!near) return undefined;
  if (near.zero) return 0;
  const least = reached(near, network.inputs, places.length);
  if (least === 0) return undefined;
  const count = listAbove(seeker, near, least);
  if (count === undefined) return undefined;
  const exact = exactAt(seeker, count);
  const bits = new Uint32Array(exact.buffer, exact.byteOffset, count);
  for (let i = 0; i < count; i++) keys[i] = (0x7fffffff - (bits[i]! & 0x7fffffff)) * MAX_EXACT + i;
  keys.subarray(0, count).sort();
  const { buffer, scratch } = seeker;
  const rows = new Uint32Array(buffer, scratch.rows, count);
  const columns = new Uint32Array(buffer, scratch.columns, count);
  let found = 0;
  for (let k = 0; k < count; k++) {
    const i = keys[k]! % MAX_EXACT;
    const g = exact[i]!;
    // Of those that are as strong as the last one that is wanted the lower bins are.
    if (g === 0 || (found === places.length && Math.abs(g) < Math.abs(values[found - 1]!))) break;
    const bin = rows[i]! * network.inputs + columns[i]!;
    let place = found;
    for (; place > 0 && Math.abs(values[place - 1]!) === Math.abs(g) && places[place - 1]! > bin; place--) {
      if (place === places.length) continue;
      places[place] = places[place - 1]!;
      values[place] = values[place - 1]!;
    }
    if (place === places.length) continue;
    places[place] = bin;
    values[place] = g;
    if (found < places.length) found++;
  }
  // What was left out is no stronger than `least`, and so many are.
  return found === places.length ? found : undefined;
}

/** A magnitude that at least `wanted` bins have; 0 where none is known. */
function reached({ columns, peaks, byNorm, byError, norm, error }: About, inputs: number, wanted: number): number {
  threshold.begin(wanted);
  for (let g = 0, place = 0; g < scratchGroups(byNorm.length); g++, place += columns) {
    const end = Math.min(byNorm.length, (g + 1) * GROUP_ROWS);
    let [ofNorm, ofError] = [0, 0];
    for (let t = g * GROUP_ROWS; t < end; t++) {
      ofNorm = Math.max(ofNorm, 2.001 * byNorm[t]!);
      ofError = Math.max(ofError, 2.001 * byError[t]!);
    }
    const floor = threshold.get();
    for (let c = 0; c < inputs; c++) {
      const peak = peaks[place + c]!;
      if (peak <= floor) continue;
      const sure = peak - (ofNorm * norm[c]! + ofError * error[c]!);
      if (sure > floor) threshold.add(sure);
    }
  }
  return threshold.get();
}

/** Lists the bins that may reach `least`. @returns how many; undefined: too many */
function listAbove({ buffer, scratch, layout }: Seeker, near: About, least: number): number | undefined {
  const { columns: stride, values, peaks, byNorm, byError, norm, error } = near;
  const { inputs, steps } = layout.network;
  const rows = new Uint32Array(buffer, scratch.rows, MAX_EXACT);
  const columns = new Uint32Array(buffer, scratch.columns, MAX_EXACT);
  let count = 0;
  // Channel by channel, whose weights are then read once from memory for all of its steps.
  for (let c = 0; c < inputs; c++)
    for (let g = 0, place = c, t = 0; t < steps; g++, place += stride) {
      const end = Math.min(steps, (g + 1) * GROUP_ROWS);
      if (peaks[place]! >= least)
        for (; t < end; t++) {
          const most = Math.abs(values[placeOf(steps, t, c)]!) + byNorm[t]! * norm[c]! + byError[t]! * error[c]!;
          if (most < least) continue;
          if (count === MAX_EXACT) return undefined;
          rows[count] = t;
          columns[count++] = c;
        }
      t = end;
    }
  return count;
}
