// Sums of rows: the one product that a spiking network needs. Spikes are 0 or 1, so W·x is the sum of the weight rows
// of the inputs that fired, and dW[i] is the sum of the deltas of the steps at which input i fired. Both are
//
//   out[firstRow + r] = start + Σ_{e in [offsets[r], offsets[r+1])} source[indices[e]]          (indices: u16)
//
// over matrices in panels (panel.ts). A panel of `source` serves all rows before the next panel starts; the sums of a
// row stay in registers, those of even and odd events apart so that additions do not wait for each other. Compilers load
// all operands of a basic block before they add: with the two events in blocks of their own (the test between them) the
// eight sums and four operands fit the sixteen registers; together they did not.
import { PANEL, START_BIAS, START_OUT } from './generated/constants';
import { panelAt, rowBytes } from './shared/panel';

export function gatherRows(
  out: usize, outRows: i32, firstRow: i32, start: i32, bias: usize, source: usize, sourceRows: i32,
  offsets: usize, indices: usize, rows: i32, columns: i32,
): void {
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const o = panelAt(out, outRows, c) + <usize>firstRow * bytes;
    const s = panelAt(source, sourceRows, c);
    const b = bias + (<usize>c << 2);
    if (bytes == 64) {
      gather16(o, start, b, s, offsets, indices, rows);
      continue;
    }
    let i: usize = 0;
    if (bytes & 32) {
      gather8(o, bytes, start, b, s, offsets, indices, rows);
      i = 32;
    }
    if (bytes & 16) gather4(o + i, bytes, start, b + i, s + i, offsets, indices, rows);
  }
}

function gather16(out: usize, start: i32, bias: usize, source: usize, offsets: usize, indices: usize, rows: i32): void {
  const zero = f32x4.splat(0);
  let b0 = zero, b1 = zero, b2 = zero, b3 = zero;
  if (start == START_BIAS) {
    b0 = v128.load(bias); b1 = v128.load(bias, 16); b2 = v128.load(bias, 32); b3 = v128.load(bias, 48);
  }
  let e: usize = indices + (<usize>load<u32>(offsets) << 1);
  for (let r = 0; r < rows; r++) {
    offsets += 4;
    const end: usize = indices + (<usize>load<u32>(offsets) << 1);
    if (start == START_OUT) {
      if (e == end) {
        out += 64;
        continue;
      }
      b0 = v128.load(out); b1 = v128.load(out, 16); b2 = v128.load(out, 32); b3 = v128.load(out, 48);
    }
    let a0 = b0, a1 = b1, a2 = b2, a3 = b3;
    let c0 = zero, c1 = zero, c2 = zero, c3 = zero;
    while (e < end) {
      const s = source + (<usize>load<u16>(e) << 6);
      a0 = f32x4.add(a0, v128.load(s));
      a1 = f32x4.add(a1, v128.load(s, 16));
      a2 = f32x4.add(a2, v128.load(s, 32));
      a3 = f32x4.add(a3, v128.load(s, 48));
      e += 2;
      if (e == end) break;
      const t = source + (<usize>load<u16>(e) << 6);
      c0 = f32x4.add(c0, v128.load(t));
      c1 = f32x4.add(c1, v128.load(t, 16));
      c2 = f32x4.add(c2, v128.load(t, 32));
      c3 = f32x4.add(c3, v128.load(t, 48));
      e += 2;
    }
    a0 = f32x4.add(a0, c0); a1 = f32x4.add(a1, c1); a2 = f32x4.add(a2, c2); a3 = f32x4.add(a3, c3);
    v128.store(out, a0); v128.store(out, a1, 16); v128.store(out, a2, 32); v128.store(out, a3, 48);
    out += 64;
  }
}

function gather8(out: usize, bytes: usize, start: i32, bias: usize, source: usize, offsets: usize, indices: usize, rows: i32): void {
  let b0 = f32x4.splat(0), b1 = b0;
  if (start == START_BIAS) {
    b0 = v128.load(bias); b1 = v128.load(bias, 16);
  }
  let e: usize = indices + (<usize>load<u32>(offsets) << 1);
  for (let r = 0; r < rows; r++) {
    offsets += 4;
    const end: usize = indices + (<usize>load<u32>(offsets) << 1);
    if (start == START_OUT) {
      if (e == end) {
        out += bytes;
        continue;
      }
      b0 = v128.load(out); b1 = v128.load(out, 16);
    }
    let a0 = b0, a1 = b1;
    for (; e < end; e += 2) {
      const s = source + <usize>load<u16>(e) * bytes;
      a0 = f32x4.add(a0, v128.load(s));
      a1 = f32x4.add(a1, v128.load(s, 16));
    }
    v128.store(out, a0); v128.store(out, a1, 16);
    out += bytes;
  }
}

function gather4(out: usize, bytes: usize, start: i32, bias: usize, source: usize, offsets: usize, indices: usize, rows: i32): void {
  let b0 = f32x4.splat(0);
  if (start == START_BIAS) b0 = v128.load(bias);
  let e: usize = indices + (<usize>load<u32>(offsets) << 1);
  for (let r = 0; r < rows; r++) {
    offsets += 4;
    const end: usize = indices + (<usize>load<u32>(offsets) << 1);
    if (start == START_OUT) {
      if (e == end) {
        out += bytes;
        continue;
      }
      b0 = v128.load(out);
    }
    let a0 = b0;
    for (; e < end; e += 2) a0 = f32x4.add(a0, v128.load(source + <usize>load<u16>(e) * bytes));
    v128.store(out, a0);
    out += bytes;
  }
}

/** As gatherRows, with a weight per event: out[r] = start + Σ values[e]·source[indices[e]]. For constant real-valued input. */
export function gatherRowsWeighted(
  out: usize, outRows: i32, start: i32, bias: usize, source: usize, sourceRows: i32,
  offsets: usize, indices: usize, values: usize, rows: i32, columns: i32,
): void {
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const o = panelAt(out, outRows, c);
    const s = panelAt(source, sourceRows, c);
    const b = bias + (<usize>c << 2);
    if (bytes == 64) weighted16(o, start, b, s, offsets, indices, values, rows);
    else for (let i: usize = 0; i < bytes; i += 16) weighted4(o + i, bytes, start, b + i, s + i, offsets, indices, values, rows);
  }
}

function weighted16(out: usize, start: i32, bias: usize, source: usize, offsets: usize, indices: usize, values: usize, rows: i32): void {
  let b0 = f32x4.splat(0), b1 = b0, b2 = b0, b3 = b0;
  if (start == START_BIAS) {
    b0 = v128.load(bias); b1 = v128.load(bias, 16); b2 = v128.load(bias, 32); b3 = v128.load(bias, 48);
  }
  let e = load<u32>(offsets);
  for (let r = 0; r < rows; r++) {
    offsets += 4;
    const end = load<u32>(offsets);
    if (start == START_OUT) {
      if (e == end) {
        out += 64;
        continue;
      }
      b0 = v128.load(out); b1 = v128.load(out, 16); b2 = v128.load(out, 32); b3 = v128.load(out, 48);
    }
    let a0 = b0, a1 = b1, a2 = b2, a3 = b3;
    for (; e < end; e++) {
      const s = source + (<usize>load<u16>(indices + (<usize>e << 1)) << 6);
      const x = v128.load32_splat(values + (<usize>e << 2));
      a0 = f32x4.add(a0, f32x4.mul(x, v128.load(s)));
      a1 = f32x4.add(a1, f32x4.mul(x, v128.load(s, 16)));
      a2 = f32x4.add(a2, f32x4.mul(x, v128.load(s, 32)));
      a3 = f32x4.add(a3, f32x4.mul(x, v128.load(s, 48)));
    }
    v128.store(out, a0); v128.store(out, a1, 16); v128.store(out, a2, 32); v128.store(out, a3, 48);
    out += 64;
  }
}

function weighted4(out: usize, bytes: usize, start: i32, bias: usize, source: usize, offsets: usize, indices: usize, values: usize, rows: i32): void {
  let b0 = f32x4.splat(0);
  if (start == START_BIAS) b0 = v128.load(bias);
  let e = load<u32>(offsets);
  for (let r = 0; r < rows; r++) {
    offsets += 4;
    const end = load<u32>(offsets);
    if (start == START_OUT) {
      if (e == end) {
        out += bytes;
        continue;
      }
      b0 = v128.load(out);
    }
    let a0 = b0;
    for (; e < end; e++) {
      const s = source + <usize>load<u16>(indices + (<usize>e << 1)) * bytes;
      a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(values + (<usize>e << 2)), v128.load(s)));
    }
    v128.store(out, a0);
    out += bytes;
  }
}

/**
 * out[c] (+)= Σ_{r in [firstRow, firstRow + rows)} source[r][c]: the gradient of a bias (out is a row: outRows 1, outRow 0), or
 * the summed delta of a constant input (row `outRow` of a matrix of `outRows`).
 */
export function sumRows(
  out: usize, outRows: i32, outRow: i32, accumulate: i32, source: usize, sourceRows: i32, firstRow: i32, rows: i32, columns: i32,
): void {
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    const o = panelAt(out, outRows, c) + <usize>outRow * bytes;
    const s = panelAt(source, sourceRows, c) + <usize>firstRow * bytes;
    const end = s + <usize>rows * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      // The sums of every fourth row, so that additions do not wait for each other.
      let a = accumulate ? v128.load(o + i) : f32x4.splat(0);
      let b = f32x4.splat(0), d = b, e = b;
      let p = s + i;
      for (; p + 3 * bytes < end; p += 4 * bytes) {
        a = f32x4.add(a, v128.load(p));
        b = f32x4.add(b, v128.load(p + bytes));
        d = f32x4.add(d, v128.load(p + 2 * bytes));
        e = f32x4.add(e, v128.load(p + 3 * bytes));
      }
      for (; p < end; p += bytes) a = f32x4.add(a, v128.load(p));
      v128.store(o + i, f32x4.add(f32x4.add(a, b), f32x4.add(d, e)));
    }
  }
}

/** out[r] = bias for the first `rows` rows. */
export function fillRows(out: usize, outRows: i32, bias: usize, rows: i32, columns: i32): void {
  for (let c = 0; c < columns; c += PANEL) {
    const bytes = rowBytes(c, columns);
    let o = panelAt(out, outRows, c);
    for (let r = 0; r < rows; r++, o += bytes) memory.copy(o, bias + (<usize>c << 2), bytes);
  }
}
