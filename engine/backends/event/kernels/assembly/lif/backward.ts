// Layers of neurons over all steps of their samples, backward: u becomes δ = dL/du in place, last step first. Step t of
// sample b is row b·steps + t of the panel matrices u and nextDelta.
//
//   δ[t] = gU[t] + h'(u[t]-θ)·e[t] + k·(∂r/∂u + h'(u[t]-θ)·∂r/∂o)·δ[t+1]
//   e[t] = gO + m·W⁺·δ⁺[t] + V·δ[t+1]                        (W⁺, δ⁺: of the next layer; m: dropout, else 1)
//   ∂r/∂u: hard 1-o, soft 1, none 1;  ∂r/∂o: hard -u, soft -θ, none 0   (soft-undecayed: k - h'·θ for k·(∂r/∂u + h'·∂r/∂o))
//
// h' is zero outside its window, where e does not matter. Here, without V and below few columns (a readout layer), no use is
// made of that: a panel of 16 neurons goes through all samples and steps, and e of all sixteen is a sum of columns of W⁺,
// each multiplied with one number of δ⁺. Testing which neurons are active would take longer. recurrent.ts does the same
// with V of few neurons, and backward-steps.ts computes the products for the neurons inside the window alone.
import { PANEL, SURROGATE_RECTANGULAR } from '../generated/constants';
import { delta, leakDelta, RESET_OFF } from '../shared/neuron';
import { panelAt, rowBytes } from '../shared/panel';
import { derivative } from '../shared/surrogate';

/**
 * Of `columns` neurons, and all samples of a block. On entry u [rows × columns] as the forward pass left it, on return δ.
 * next: weights W⁺ [nextRows × nextSize], of which rows nextFirst… belong to these neurons, and nextDelta δ⁺ [rows ×
 * nextSize]; or 0. nextSize leaves out padding: the matrices have the next multiple of 4 columns. dropoutMask: factor on what the
 * next layer receives of each neuron (dropout), or 0 for none. gO: dL/do, the same for all steps t >= windowStart, or 0. Both
 * have `stride` f32 from sample to sample. gU: dL/du of the steps from windowStart on, a panel matrix [steps − windowStart × …]
 * of `stride` columns for each sample, or 0. dk [columns]: dL/dk is added to it, or 0. work: scratch of BACKWARD_WORK f32 (scratch.ts).
 */
export function lifBackward(
  u: usize, rows: i32, samples: i32, steps: i32, columns: i32, leak: usize, threshold: f32, reset: i32, resetGradient: i32,
  spiking: i32, shape: i32, width: f32, height: f32,
  next: usize, nextRows: i32, nextFirst: i32, nextSize: i32, nextDelta: usize, dropoutMask: usize,
  gO: usize, gU: usize, stride: i32, windowStart: i32, dk: usize, work: usize,
): void {
  const mode = spiking ? reset : RESET_OFF;
  const theta = f32x4.splat(threshold);
  const dots = spiking && next;
  // Scratch: nothing, h' of a panel, dL/dk of a panel and sample, e of a panel in two steps, and W⁺ of a panel with rows
  // and columns exchanged.
  const zeros = work, slope = work + 64, ownDk = work + 128, e = work + 192, transposed = work + 320;
  memory.fill(zeros, 0, 64);
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const offset = <usize>c << 2;
    if (dots) transposePanel(transposed, next, nextRows, nextSize, nextFirst + c, bytes);
    for (let b = 0; b < samples; b++) {
      const own = (<usize>b * <usize>stride << 2) + offset;
      const drive = gO ? gO + own : zeros;
      const factor = dropoutMask ? dropoutMask + own : 0;
      const slopes0 = gU ? panelAt(gU + (<usize>b * <usize>(steps - windowStart) * <usize>stride << 2), steps - windowStart, c) : 0;
      const first = b * steps;
      let row = panelAt(u, rows, c) + <usize>(first + steps - 1) * bytes;
      let after = zeros;
      memory.fill(ownDk, 0, 64);
      for (let t = steps - 1; t >= 0; ) {
        // Two steps at once where possible: every number of W⁺ that is loaded serves both.
        let stepsAtOnce = 1;
        const outside = t >= windowStart ? drive : zeros;
        if (dots) {
          const before = t > windowStart ? drive : zeros;
          if (t > 0 && bytes == 64) {
            stepsAtOnce = 2;
            sumTwo(e, factor ? zeros : outside, factor ? zeros : before, transposed, nextSize, nextDelta, rows, first + t);
            if (factor) scaleOnto(e + 64, bytes, factor, before);
          } else sumOne(e, bytes, factor ? zeros : outside, transposed, nextSize, nextDelta, rows, first + t);
          if (factor) scaleOnto(e, bytes, factor, outside);
        }
        for (let n = 0; n < stepsAtOnce; n++, t--) {
          const errors = dots ? e + (<usize>n << 6) : outside;
          const g = gU && t >= windowStart ? slopes0 + <usize>(t - windowStart) * bytes : zeros;
          if (shape != SURROGATE_RECTANGULAR && spiking) slopes(slope, row, bytes, theta, shape, width, height);
          delta(row, bytes, after, leak + offset, errors, g, theta, mode, resetGradient, spiking, shape, width, height, slope);
          if (dk && t > 0) leakDelta(row, bytes, mode, theta, ownDk);
          after = row;
          row -= bytes;
        }
      }
      for (let i: usize = 0; i < bytes && dk; i += 16)
        v128.store(dk + offset + i, f32x4.add(v128.load(dk + offset + i), v128.load(ownDk + i)));
    }
  }
}

/** e = initial + factor·e. */
// @ts-ignore: decorator
@inline
export function scaleOnto(e: usize, bytes: usize, factor: usize, initial: usize): void {
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(e + i, f32x4.add(v128.load(initial + i), f32x4.mul(v128.load(factor + i), v128.load(e + i))));
}

/** h'(u-θ) of the neurons of a panel. */
export function slopes(slope: usize, row: usize, bytes: usize, theta: v128, shape: i32, width: f32, height: f32): void {
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(slope + i, derivative(shape, f32x4.sub(v128.load(row + i), theta), width, height));
}

// @ts-ignore: decorator
@inline
export function padded(columns: i32): i32 {
  return (columns + 3) & ~3;
}

/** transposed[j] = the sixteen (bytes / 4) numbers W⁺[c…][j]. */
export function transposePanel(transposed: usize, next: usize, size: i32, nextSize: i32, c: i32, bytes: usize): void {
  for (let j = 0; j < nextSize; j += PANEL) {
    const width = rowBytes(j, padded(nextSize));
    for (let i: usize = 0; i < bytes; i += 16) {
      const from = panelAt(next, size, j) + (<usize>c + (i >> 2)) * width;
      for (let q: usize = 0; q < width; q += 16) {
        const r0 = v128.load(from + q), r1 = v128.load(from + width + q);
        const r2 = v128.load(from + 2 * width + q), r3 = v128.load(from + 3 * width + q);
        const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
        const d = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), f = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
        const to = transposed + ((<usize>j + (q >> 2)) << 6) + i;
        v128.store(to, v128.shuffle<f32>(a, b, 0, 1, 4, 5));
        v128.store(to, v128.shuffle<f32>(a, b, 2, 3, 6, 7), 64);
        v128.store(to, v128.shuffle<f32>(d, f, 0, 1, 4, 5), 128);
        v128.store(to, v128.shuffle<f32>(d, f, 2, 3, 6, 7), 192);
      }
    }
  }
}

/** e = initial + Σ_j transposed[j]·δ⁺[row][j] for the neurons of a panel; initial: f32 [bytes / 4]. */
export function sumOne(
  e: usize, bytes: usize, initial: usize, transposed: usize, nextSize: i32, nextDelta: usize, rows: i32, row: i32,
): void {
  if (bytes == 64) {
    // Four sums that do not wait for each other.
    let a0 = v128.load(initial), a1 = v128.load(initial, 16), a2 = v128.load(initial, 32), a3 = v128.load(initial, 48);
    let w = transposed;
    for (let j = 0; j < nextSize; j += PANEL) {
      let d = panelAt(nextDelta, rows, j) + <usize>row * rowBytes(j, padded(nextSize));
      for (const end = d + rowBytes(j, nextSize); d < end; d += 4, w += 64) {
        const x = v128.load32_splat(d);
        a0 = f32x4.add(a0, f32x4.mul(x, v128.load(w)));
        a1 = f32x4.add(a1, f32x4.mul(x, v128.load(w, 16)));
        a2 = f32x4.add(a2, f32x4.mul(x, v128.load(w, 32)));
        a3 = f32x4.add(a3, f32x4.mul(x, v128.load(w, 48)));
      }
    }
    v128.store(e, a0); v128.store(e, a1, 16); v128.store(e, a2, 32); v128.store(e, a3, 48);
    return;
  }
  for (let i: usize = 0; i < bytes; i += 16) {
    let a = v128.load(initial + i);
    let w = transposed + i;
    for (let j = 0; j < nextSize; j += PANEL) {
      let d = panelAt(nextDelta, rows, j) + <usize>row * rowBytes(j, padded(nextSize));
      for (const end = d + rowBytes(j, nextSize); d < end; d += 4, w += 64)
        a = f32x4.add(a, f32x4.mul(v128.load32_splat(d), v128.load(w)));
    }
    v128.store(e + i, a);
  }
}

/** As sumOne for sixteen neurons in two steps: e[0…15] of row `row`, e[16…31] of the row before. */
function sumTwo(
  e: usize, initial: usize, initialBefore: usize, transposed: usize, nextSize: i32, nextDelta: usize, rows: i32, row: i32,
): void {
  let a0 = v128.load(initial), a1 = v128.load(initial, 16), a2 = v128.load(initial, 32), a3 = v128.load(initial, 48);
  let b0 = v128.load(initialBefore), b1 = v128.load(initialBefore, 16);
  let b2 = v128.load(initialBefore, 32), b3 = v128.load(initialBefore, 48);
  let w = transposed;
  for (let j = 0; j < nextSize; j += PANEL) {
    const width = rowBytes(j, padded(nextSize));
    let d = panelAt(nextDelta, rows, j) + <usize>row * width;
    for (const end = d + rowBytes(j, nextSize); d < end; d += 4, w += 64) {
      const x = v128.load32_splat(d), y = v128.load32_splat(d - width);
      const w0 = v128.load(w), w1 = v128.load(w, 16);
      a0 = f32x4.add(a0, f32x4.mul(x, w0));
      b0 = f32x4.add(b0, f32x4.mul(y, w0));
      a1 = f32x4.add(a1, f32x4.mul(x, w1));
      b1 = f32x4.add(b1, f32x4.mul(y, w1));
      const w2 = v128.load(w, 32), w3 = v128.load(w, 48);
      a2 = f32x4.add(a2, f32x4.mul(x, w2));
      b2 = f32x4.add(b2, f32x4.mul(y, w2));
      a3 = f32x4.add(a3, f32x4.mul(x, w3));
      b3 = f32x4.add(b3, f32x4.mul(y, w3));
    }
  }
  v128.store(e, a0); v128.store(e, a1, 16); v128.store(e, a2, 32); v128.store(e, a3, 48);
  v128.store(e, b0, 64); v128.store(e, b1, 80); v128.store(e, b2, 96); v128.store(e, b3, 112);
}
