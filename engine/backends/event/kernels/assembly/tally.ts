// What neurons do, counted for statistics: nothing here takes part in training.
import { PANEL } from './generated/constants';
import { panelAt, rowBytes } from './shared/panel';

/** The bits of lanes 4i … 4i + 3 of a mask of sixteen bits. */
// @ts-ignore: decorator
@inline
function bitsOf(quarter: i32): v128 {
  return i32x4.shl(i32x4(1, 2, 4, 8), quarter << 2);
}

/** Minus one in each lane whose bit is set, so that subtracting it counts. */
// @ts-ignore: decorator
@inline
function lanesOf(mask: v128, bits: v128): v128 {
  return i32x4.eq(v128.and(mask, bits), bits);
}

// @ts-ignore: decorator
@inline
function addTo(address: usize, more: v128): void {
  v128.store(address, i32x4.add(v128.load(address), more));
}

/**
 * Spikes from masks [samples · steps × panels] (u16): perSample [samples × 16·panels] (u32) those of each neuron in a sample;
 * perBin (u32 [bins × 16·panels], in panels, so that those of a panel stay in the first cache) those of each neuron in a stretch
 * of `stepsPerBin` steps, over all samples.
 */
export function tallySpikes(
  spikeMasks: usize, panels: i32, samples: i32, steps: i32, stepsPerBin: i32, perSample: usize, perBin: usize,
): void {
  const rowSize = <usize>panels << 6;
  const bins = (steps + stepsPerBin - 1) / stepsPerBin;
  memory.fill(perBin, 0, rowSize * bins);
  const b0 = bitsOf(0), b1 = bitsOf(1), b2 = bitsOf(2), b3 = bitsOf(3);
  const zero = i32x4.splat(0);
  const maskStep = <usize>panels << 1;
  for (let b = 0; b < samples; b++, perSample += rowSize)
    for (let p = 0; p < panels; p++) {
      let mask = spikeMasks + (<usize>(b * steps * panels + p) << 1);
      let out = perBin + (<usize>(p * bins) << 6);
      let s0 = zero, s1 = zero, s2 = zero, s3 = zero;
      for (let t = 0; t < steps; out += 64) {
        let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
        for (const end = min(steps, t + stepsPerBin); t < end; t++, mask += maskStep) {
          const m = i32x4.splat(<i32>load<u16>(mask));
          c0 = i32x4.sub(c0, lanesOf(m, b0));
          c1 = i32x4.sub(c1, lanesOf(m, b1));
          c2 = i32x4.sub(c2, lanesOf(m, b2));
          c3 = i32x4.sub(c3, lanesOf(m, b3));
        }
        addTo(out, c0);
        addTo(out + 16, c1);
        addTo(out + 32, c2);
        addTo(out + 48, c3);
        s0 = i32x4.add(s0, c0);
        s1 = i32x4.add(s1, c1);
        s2 = i32x4.add(s2, c2);
        s3 = i32x4.add(s3, c3);
      }
      const own = perSample + (<usize>p << 6);
      v128.store(own, s0);
      v128.store(own + 16, s1);
      v128.store(own + 32, s2);
      v128.store(own + 48, s3);
    }
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
