// What neurons do, counted for statistics: nothing here takes part in training.
import { PANEL } from './generated/constants';
import { panelAt, rowBytes } from './shared/panel';

/** The greatest number that a lane of eight bits holds. */
const FULL = 255;

/** Lane 2i is neuron i of a panel, lane 2i + 1 neuron i + 8: so the two bytes of a mask need no more than a splat. */
// @ts-ignore: decorator
@inline
function bits(): v128 {
  return i8x16(1, 1, 2, 2, 4, 4, 8, 8, 16, 16, 32, 32, 64, 64, -128, -128);
}

/** Minus one in the lane of each neuron that fired, so that subtracting it counts. */
// @ts-ignore: decorator
@inline
function lanesOf(mask: usize, lanes: v128): v128 {
  return i8x16.eq(v128.and(v128.load16_splat(mask), lanes), lanes);
}

/** u32 of sixteen neurons += counts of eight bits. */
// @ts-ignore: decorator
@inline
function addCounts(out: usize, counts: v128): void {
  const even = v128.and(counts, i16x8.splat(0xff));
  const odd = i16x8.shr_u(counts, 8);
  v128.store(out, i32x4.add(v128.load(out), i32x4.extend_low_i16x8_u(even)));
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.extend_high_i16x8_u(even)), 16);
  v128.store(out, i32x4.add(v128.load(out, 32), i32x4.extend_low_i16x8_u(odd)), 32);
  v128.store(out, i32x4.add(v128.load(out, 48), i32x4.extend_high_i16x8_u(odd)), 48);
}

/**
 * Spikes from masks [samples · steps × panels] (u16): perSample [samples × 16·panels] (u32) those of each neuron in a sample;
 * added to perBin (u32 [bins × 16·panels], in panels, so that those of a panel stay in the first cache), those of each neuron in
 * a stretch of `stepsPerBin` steps, over all samples. work: u32 [4·panels · bins].
 */
export function tallySpikes(
  spikeMasks: usize, panels: i32, samples: i32, steps: i32, stepsPerBin: i32, perSample: usize, perBin: usize, work: usize,
): void {
  const rowSize = <usize>panels << 6;
  const bins = (steps + stepsPerBin - 1) / stepsPerBin;
  memory.fill(perSample, 0, rowSize * samples);
  // Counts of a stretch over several samples fit eight bits.
  const samplesAtOnce = FULL / stepsPerBin;
  for (let p = 0; p < panels; p++) {
    const out = perBin + (<usize>(p * bins) << 6);
    const own = perSample + (<usize>p << 6);
    const masks = spikeMasks + (<usize>p << 1);
    if (samples <= samplesAtOnce) {
      memory.fill(work, 0, <usize>bins << 4);
      for (let b = 0; b < samples; b++)
        tallyShort(masks + (<usize>(b * steps * panels) << 1), panels, steps, stepsPerBin, own + b * rowSize, work);
      for (let bin = 0; bin < bins; bin++) addCounts(out + (<usize>bin << 6), v128.load(work + (<usize>bin << 4)));
    } else
      for (let b = 0; b < samples; b++)
        tallyLong(masks + (<usize>(b * steps * panels) << 1), panels, steps, stepsPerBin, own + b * rowSize, out);
  }
}

/** A panel of one sample; counts of stretches are added in eight bits, in the order of the lanes. */
function tallyShort(mask: usize, panels: i32, steps: i32, stepsPerBin: i32, own: usize, work: usize): void {
  const lanes = bits();
  const step = <usize>panels << 1;
  let sum = i8x16.splat(0);
  let room = FULL;
  for (let t = 0; t < steps; work += 16, room -= stepsPerBin) {
    if (room < stepsPerBin) {
      addCounts(own, sum);
      sum = i8x16.splat(0);
      room = FULL;
    }
    let counts = i8x16.splat(0);
    for (const end = min(steps, t + stepsPerBin); t < end; t++, mask += step)
      counts = i8x16.sub(counts, lanesOf(mask, lanes));
    v128.store(work, i8x16.add(v128.load(work), counts));
    sum = i8x16.add(sum, counts);
  }
  addCounts(own, sum);
}

/** A panel of one sample, with stretches or samples for which eight bits are too few. */
function tallyLong(mask: usize, panels: i32, steps: i32, stepsPerBin: i32, own: usize, out: usize): void {
  const lanes = bits();
  const step = <usize>panels << 1;
  for (let t = 0; t < steps; out += 64)
    for (const last = min(steps, t + stepsPerBin); t < last; ) {
      let counts = i8x16.splat(0);
      for (const end = min(last, t + FULL); t < end; t++, mask += step)
        counts = i8x16.sub(counts, lanesOf(mask, lanes));
      addCounts(out, counts);
      addCounts(own, counts);
    }
}

/** Terms of CV2 and LV are whole numbers of 2^-24. */
const UNITS: f64 = 16777216;

/**
 * Adds the pairs of intervals between spikes of one sample, masks [steps × panels] (u16), to sums (f64 [3 × 16·panels]): how many
 * there are, their 2·|a − b| / (a + b), and their 3·(a − b)² / (a + b)², both to the nearest 2^-24. work: u32 [32].
 */
export function tallyIntervals(spikeMasks: usize, panels: i32, steps: i32, work: usize, sums: usize): void {
  const row = <usize>panels << 7;
  const step = <usize>panels << 1;
  for (let p = 0; p < panels; p++, sums += 128) {
    // Of each neuron the step after its last spike, and the interval before that; 0: none.
    memory.fill(work, 0, 128);
    let mask = spikeMasks + (<usize>p << 1);
    for (let t = 1; t <= steps; t++, mask += step)
      for (let left = <u32>load<u16>(mask); left != 0; left &= left - 1) {
        const n = <usize>ctz(left);
        const own = work + (n << 2);
        const last = load<u32>(own);
        store<u32>(own, t);
        if (last == 0) continue;
        const interval = <u32>t - last;
        const before = load<u32>(own, 64);
        store<u32>(own, interval, 64);
        if (before == 0) continue;
        const r = Math.abs(<f64>before - <f64>interval) / (<f64>before + <f64>interval);
        const sum = sums + (n << 3);
        store<f64>(sum, load<f64>(sum) + 1);
        store<f64>(sum + row, load<f64>(sum + row) + nearest(2 * r * UNITS) / UNITS);
        store<f64>(sum + 2 * row, load<f64>(sum + 2 * row) + nearest(3 * r * r * UNITS) / UNITS);
      }
  }
}

/**
 * Events of one sample, of `rows` rows, written to result (f64 [3]): different pairs of row and channel, the sum of fanOut (u32)
 * over them, and 1 where a pair has more than one event or a value other than 1, else 0. same: whether all of fanOut is the same.
 * seen (u32 [channels]), for rows out of order: the row, counted from `first`, in which each channel was last; 0 before the first
 * sample.
 */
export function tallyEvents(
  offsets: usize, channels: usize, values: usize, rows: i32, fanOut: usize, same: i32, seen: usize, first: i32, result: usize,
): void {
  let pairs: u32 = 0;
  // Whole numbers: a sum of float64 would make each event wait for the one before.
  let sum: u64 = 0;
  const begin = load<u32>(offsets);
  const end = load<u32>(offsets + (<usize>rows << 2));
  let graded = values != 0 && hasOthers(values + (<usize>begin << 2), values + (<usize>end << 2));
  let to = channels + (<usize>begin << 1);
  for (let r = 0; r < rows; r++) {
    const from = to;
    to = channels + (<usize>load<u32>(offsets + (<usize>r << 2), 4) << 1);
    const again = repetitions(from, to);
    if (again > 0) graded = true;
    if (again >= 0 && same != 0) {
      pairs += <u32>((to - from) >> 1) - again;
      continue;
    }
    const mark = <u32>(first + r);
    for (let e = from; e < to; e += 2) {
      const channel = <usize>load<u16>(e);
      const lastRow = seen + (channel << 2);
      if (load<u32>(lastRow) == mark) {
        graded = true;
        continue;
      }
      store<u32>(lastRow, mark);
      pairs++;
      sum += <u64>load<u32>(fanOut + (channel << 2));
    }
  }
  if (same != 0) sum = <u64>pairs * load<u32>(fanOut);
  store<f64>(result, pairs);
  store<f64>(result, <f64>sum, 8);
  store<f64>(result, graded ? 1 : 0, 16);
}

/** Whether one of the f32 in [from, to) is not 1. */
function hasOthers(from: usize, to: usize): bool {
  for (; from < to; from += 4) if (load<f32>(from) != 1) return true;
  return false;
}

/** How many of the u16 in [from, to) equal the one before; -1 where one is less than that, so that equal ones may be apart. */
function repetitions(from: usize, to: usize): i32 {
  let equal = 0;
  let e = from + 2;
  for (; e + 16 <= to; e += 16) {
    const before = v128.load(e - 2);
    const own = v128.load(e);
    if (v128.any_true(i16x8.lt_u(own, before))) return -1;
    equal += popcnt(i16x8.bitmask(i16x8.eq(own, before)));
  }
  for (; e < to; e += 2) {
    const before = load<u16>(e - 2);
    const own = load<u16>(e);
    if (own < before) return -1;
    if (own == before) equal++;
  }
  return equal;
}

/** counts[n] (u32) = in how many of the first `used` rows of u [rows × columns] |u − threshold| < width. */
export function countWithin(
  u: usize, rows: i32, used: i32, columns: i32, threshold: f32, width: f32, counts: usize,
): void {
  const middle = f32x4.splat(threshold);
  const half = f32x4.splat(width);
  const zero = i32x4.splat(0);
  for (let c = 0; c < columns; c += PANEL) {
    let row = panelAt(u, rows, c);
    const step = rowBytes(c, columns);
    const end = row + <usize>used * step;
    const own = counts + (<usize>c << 2);
    if (step == PANEL << 2) {
      let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
      for (; row < end; row += step) {
        c0 = i32x4.sub(c0, f32x4.lt(f32x4.abs(f32x4.sub(v128.load(row), middle)), half));
        c1 = i32x4.sub(c1, f32x4.lt(f32x4.abs(f32x4.sub(v128.load(row, 16), middle)), half));
        c2 = i32x4.sub(c2, f32x4.lt(f32x4.abs(f32x4.sub(v128.load(row, 32), middle)), half));
        c3 = i32x4.sub(c3, f32x4.lt(f32x4.abs(f32x4.sub(v128.load(row, 48), middle)), half));
      }
      v128.store(own, c0);
      v128.store(own, c1, 16);
      v128.store(own, c2, 32);
      v128.store(own, c3, 48);
      continue;
    }
    for (let lane: usize = 0; lane < step; lane += 16) {
      let n = zero;
      for (let x = row + lane; x < end; x += step)
        n = i32x4.sub(n, f32x4.lt(f32x4.abs(f32x4.sub(v128.load(x), middle)), half));
      v128.store(own + lane, n);
    }
  }
}
