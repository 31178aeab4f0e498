// Which neurons of a layer fire at several points around its weights W: W + Σ s_d·D_d. What they receive is linear in the weights,
// so x·W and every x·D_d are formed once, and each point adds them up:
//
//   I[t] = b + x[t]·W + Σ s_d·(x[t]·D_d),   u[t] = I[t] + k·r(u[t-1], o[t-1]),   o[t] = [u[t] >= θ]
//
// as ./forward.ts has it. Potentials are kept nowhere: only the masks of the neurons that fired are written.
import { PANEL, RESET_HARD, RESET_SOFT, RESET_SOFT_UNDECAYED } from '../generated/constants';
import { panelAt, rowBytes } from '../shared/panel';

/**
 * Row d·samples·steps + b·steps + t of source [sourceRows × columns] is x[t] of sample b times W (d = 0) or times D_(d-1).
 * scales: s_d of each point [points × directions]; bias: b of each, biasStride bytes apart. Bit i of spikeMasks (u16)
 * [points × panels × samples·steps] at (point, p, row) says that neuron 16p + i fired there.
 */
export function lifAround(
  source: usize, sourceRows: i32, directions: i32, scales: usize, bias: usize, biasStride: usize, points: i32, samples: i32,
  steps: i32, columns: i32, leak: usize, threshold: f32, reset: i32, spikeMasks: usize,
): void {
  const theta = f32x4.splat(threshold);
  const rows = samples * steps;
  const maskStride = <usize>rows * <usize>((columns + PANEL - 1) >> 4) << 1;
  for (let b = 0; b < samples; b++)
    for (let c = 0; c < columns; c += PANEL) {
      const bytes = rowBytes(c, columns);
      const tile = panelAt(source, sourceRows, c) + <usize>(b * steps) * bytes;
      const masks = spikeMasks + (<usize>((c >> 4) * rows + b * steps) << 1);
      for (let i: usize = 0; i < bytes; i += 16) {
        const k = v128.load(leak + (<usize>c << 2) + i);
        // Two points at a time; of an odd number the last one is followed twice, side by side.
        for (let p = 0; p < points; p += 2)
          fireFour(
            tile + i, bytes, <usize>rows * bytes, directions, scales, bias + (<usize>c << 2) + i, biasStride, steps, k, theta, reset,
            masks, maskStride, i, p, min(p + 1, points - 1),
          );
      }
    }
}

/** Four neurons of a panel, which begin `lane` bytes behind its first, at the points p and q. */
// @ts-ignore: decorator
@inline
function fireFour(
  row: usize, bytes: usize, part: usize, directions: i32, scales: usize, bias: usize, biasStride: usize, steps: i32, leak: v128,
  theta: v128, reset: i32, masks: usize, maskStride: usize, lane: usize, p: i32, q: i32,
): void {
  const biasP = v128.load(bias + <usize>p * biasStride), biasQ = v128.load(bias + <usize>q * biasStride);
  const scalesP = scales + (<usize>(p * directions) << 2), scalesQ = scales + (<usize>(q * directions) << 2);
  let maskP = masks + <usize>p * maskStride, maskQ = masks + <usize>q * maskStride;
  const shift = <i32>(lane >> 2);
  let keptP = f32x4.splat(0), keptQ = f32x4.splat(0);
  for (let t = 0; t < steps; t++, row += bytes, maskP += 2, maskQ += 2) {
    const own = v128.load(row);
    let xP = f32x4.add(biasP, own), xQ = f32x4.add(biasQ, own);
    for (let d = 0; d < directions; d++) {
      const along = v128.load(row + <usize>(d + 1) * part);
      xP = f32x4.add(xP, f32x4.mul(v128.load32_splat(scalesP + (<usize>d << 2)), along));
      xQ = f32x4.add(xQ, f32x4.mul(v128.load32_splat(scalesQ + (<usize>d << 2)), along));
    }
    const uP = f32x4.add(xP, keptP), uQ = f32x4.add(xQ, keptQ);
    const bitsP = i32x4.bitmask(f32x4.ge(uP, theta)) << shift, bitsQ = i32x4.bitmask(f32x4.ge(uQ, theta)) << shift;
    // The first four neurons of a panel write its mask, the others add theirs.
    const before = lane ? -1 : 0;
    const hereP = <i32>load<u16>(maskP) & before, hereQ = <i32>load<u16>(maskQ) & before;
    store<u16>(maskP, <u16>(hereP | bitsP));
    store<u16>(maskQ, <u16>(hereQ | bitsQ));
    keptP = kept(uP, leak, theta, reset);
    keptQ = kept(uQ, leak, theta, reset);
  }
}

/** What of potentials and their spikes reaches the next step, as carryOver in ../shared/neuron.ts has it. */
// @ts-ignore: decorator
@inline
function kept(u: v128, leak: v128, theta: v128, reset: i32): v128 {
  const fired = f32x4.ge(u, theta);
  if (reset == RESET_HARD) return f32x4.mul(leak, v128.andnot(u, fired));
  if (reset == RESET_SOFT) return f32x4.mul(leak, f32x4.sub(u, v128.and(theta, fired)));
  if (reset == RESET_SOFT_UNDECAYED) return f32x4.sub(f32x4.mul(leak, u), v128.and(theta, fired));
  return f32x4.mul(leak, u);
}
