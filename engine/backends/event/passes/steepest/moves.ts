/** The moves of spikes in time that raise or lower the loss most, to first order. */
import type { Moves } from '../../../backend.ts';
import { PANEL } from '../../kernels/panels.ts';
import { MAX_EXACT } from '../../layout/steepest.ts';
import type { Found } from './bins.ts';
import { type About, about, exactAt, type Seeker } from './bounds.ts';
import { Threshold } from './strongest.ts';

const threshold = new Threshold();
/** What float32 may lose of numbers that it has hardly any room for. */
const TINY = 1e-37;
/** Bins that hold spikes of the sample that is at work; all zero between samples. */
let occupied = new Uint8Array(0);

/** The spikes of one sample, and where they may go. */
interface Work {
  near: About;
  steps: number;
  inputs: number;
  rises: 1 | -1;
  maxShift: number;
  home: Uint32Array;
  place: Uint32Array;
  amount: Uint16Array;
}

export interface FoundMoves extends Found {
  to: Uint32Array;
}

/** As strongestBins, of sample `b` of a block and `index` of the batch; `places` are spikes, `to` where each of them goes. */
export function steepestMoves(
  seeker: Seeker,
  b: number,
  { spikes, rises, maxShift }: Moves,
  index: number,
  found: FoundMoves,
): number | undefined {
  const { steps, inputs } = seeker.layout.network;
  const near = about(seeker, b);
  // Where no spike gains anything, whoever asks must know whether the gradient is zero everywhere.
  if (!near || near.zero) return undefined;
  const [from, to] = [spikes.starts[index]!, spikes.starts[index + 1]!];
  const [home, place, amount] = [spikes.home, spikes.place, spikes.amount].map((all) => all.subarray(from, to)) as [
    Uint32Array,
    Uint32Array,
    Uint16Array,
  ];
  if (occupied.length < steps * inputs) occupied = new Uint8Array(steps * inputs);
  for (const bin of place) occupied[bin] = 1;
  const answer = chosen(seeker, { near, steps, inputs, rises, maxShift, home, place, amount }, found);
  for (const bin of place) occupied[bin] = 0;
  return answer;
}

function chosen(seeker: Seeker, work: Work, { places, to, values }: FoundMoves): number | undefined {
  const { amount, rises, inputs } = work;
  const bounds = boundsOf(work, places.length);
  const listed = list(seeker, work, bounds);
  if (!listed) return undefined;
  const { count, candidates, starts, rows, columns } = listed;
  const exact = exactAt(seeker, starts[count]!);
  const targets = new Uint32Array(count);
  const gains = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const here = exact[starts[i]!]!;
    const factor = rises * amount[candidates[i]!]!;
    let gain = 0;
    for (let e = starts[i]! + 1; e < starts[i + 1]!; e++) {
      const rise = factor * (exact[e]! - here);
      if (rise <= gain) continue;
      gain = rise;
      targets[i] = rows[e]! * inputs + columns[e]!;
    }
    gains[i] = gain;
  }
  let found = 0;
  for (const i of strongestFirst(gains)) {
    // What was left out gains less than `least`, or nothing.
    if (found === places.length || gains[i]! < bounds.least || gains[i] === 0) break;
    places[found] = candidates[i]!;
    to[found] = targets[i]!;
    values[found++] = gains[i]!;
  }
  return found === places.length || bounds.least === 0 ? found : undefined;
}

/** Places of numbers that are not negative, the largest first, of equal ones the lower place. */
function strongestFirst(values: Float64Array): Uint32Array {
  const n = values.length;
  const keys = Float64Array.from(values);
  const words = new Uint32Array(keys.buffer);
  // The place in the last bits of each, which are sorted faster than places by what stands there.
  const bits = 2 ** Math.ceil(Math.log2(Math.max(2, n))) - 1;
  for (let i = 0; i < n; i++) words[2 * i] = ((words[2 * i]! & ~bits) | (n - 1 - i)) >>> 0;
  keys.sort();
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const own = n - 1 - (words[2 * (n - 1 - i)]! & bits);
    // Those that differ in the last bits alone are put in order here.
    let place = i;
    for (; place > 0 && comesAfter(values, order[place - 1]!, own); place--) order[place] = order[place - 1]!;
    order[place] = own;
  }
  return order;
}

function comesAfter(values: Float64Array, a: number, b: number): boolean {
  return values[a]! < values[b]! || (values[a] === values[b] && a > b);
}

interface Bounds {
  /** A gain that as many spikes reach as are wanted; 0 where none is known. */
  least: number;
  /** What a spike may gain at most, and dL/dx (with its sign) at the best of the bins for it, at least [spikes]. */
  most: Float64Array;
  there: Float64Array;
}

function boundsOf({ near, steps, inputs, rises, maxShift, home, place, amount }: Work, wanted: number): Bounds {
  const { values, byNorm, byError, norm, error } = near;
  const most = new Float64Array(place.length);
  const there = new Float64Array(place.length);
  threshold.begin(wanted);
  for (let spike = 0; spike < place.length; spike++) {
    const here = place[spike]!;
    const c = here % inputs;
    const ofNorm = norm[c]!;
    const ofError = error[c]!;
    const column = (c & -PANEL) * steps + (c & (PANEL - 1));
    const t0 = (home[spike]! - c) / inputs;
    const last = Math.min(steps - 1, t0 + maxShift);
    let highest = Number.NEGATIVE_INFINITY;
    let sure = Number.NEGATIVE_INFINITY;
    for (let t = Math.max(0, t0 - maxShift); t <= last; t++) {
      if (t === t0 || occupied[t * inputs + c] === 1) continue;
      const x = rises * values[column + t * PANEL]!;
      const off = byNorm[t]! * ofNorm + byError[t]! * ofError + TINY;
      if (x + off > highest) highest = x + off;
      if (x - off > sure) sure = x - off;
    }
    const t = (here - c) / inputs;
    const x = rises * values[column + t * PANEL]!;
    const off = byNorm[t]! * ofNorm + byError[t]! * ofError + TINY;
    there[spike] = sure;
    most[spike] = amount[spike]! * (highest - (x - off));
    const gain = amount[spike]! * (sure - (x + off));
    if (gain > 0) threshold.add(gain);
  }
  return { least: threshold.get(), most, there };
}

/** Lists for each spike that may be among those wanted where it is, and all bins that may be the best for it. */
function list(
  { buffer, scratch }: Seeker,
  { near, steps, inputs, rises, maxShift, home, place }: Work,
  { least, most, there }: Bounds,
) {
  const { values, byNorm, byError, norm, error } = near;
  const rows = new Uint32Array(buffer, scratch.rows, MAX_EXACT);
  const columns = new Uint32Array(buffer, scratch.columns, MAX_EXACT);
  const candidates = new Uint32Array(place.length);
  const starts = new Uint32Array(place.length + 1);
  let [count, listed] = [0, 0];
  for (let spike = 0; spike < place.length; spike++) {
    if (most[spike]! < least || most[spike]! <= 0) continue;
    if (listed + 2 * maxShift + 1 > MAX_EXACT) return undefined;
    const c = place[spike]! % inputs;
    const column = (c & -PANEL) * steps + (c & (PANEL - 1));
    const t0 = (home[spike]! - c) / inputs;
    const last = Math.min(steps - 1, t0 + maxShift);
    rows[listed] = (place[spike]! - c) / inputs;
    columns[listed++] = c;
    for (let t = Math.max(0, t0 - maxShift); t <= last; t++) {
      if (t === t0 || occupied[t * inputs + c] === 1) continue;
      const off = byNorm[t]! * norm[c]! + byError[t]! * error[c]! + TINY;
      if (rises * values[column + t * PANEL]! + off < there[spike]!) continue;
      rows[listed] = t;
      columns[listed++] = c;
    }
    candidates[count++] = spike;
    starts[count] = listed;
  }
  return { count, candidates, starts, rows, columns };
}
