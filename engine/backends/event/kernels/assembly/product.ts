// Dense products, for the networks whose hidden states are not spikes. Matrices lie in panels of 16 columns (panel.ts);
// the numbers of columns and of inner terms are multiples of 16. Every sum runs over its terms in ascending order, however
// the rows are grouped, so a row has the same bits whatever stands around it.
//
// A tile of 4 rows × 8 columns stays in eight registers, and two more hold what they are multiplied with: that is what
// the sixteen registers of x86 have room for.
import { PANEL, START_BIAS, START_OUT } from './generated/constants';
import { panelAt } from './shared/panel';

/** Rows that multiplyTransposed goes through at a time: their parts of two panels fit the L1 cache. */
const CHUNK: i32 = 128;

/**
 * out [rows × columns] = start + a·b with a [rows × inner] and b [inner × columns]. `start` and `bias` as in gatherRows. A
 * panel of `b` serves all rows before the next one starts.
 */
export function multiply(out: usize, start: i32, bias: usize, a: usize, b: usize, rows: i32, inner: i32, columns: i32): void {
  for (let c = 0; c < columns; c += PANEL) {
    for (let half: usize = 0; half < 64; half += 32) {
      const panel = panelAt(b, inner, c) + half;
      const init = start == START_BIAS ? bias + (<usize>c << 2) + half : 0;
      let o = panelAt(out, rows, c) + half;
      let r = 0;
      for (; r + 4 <= rows; r += 4) {
        rowsTimesPanel(o, start, init, a + (<usize>r << 6), panel, rows, inner);
        o += 256;
      }
      for (; r < rows; r++) {
        rowTimesPanel(o, start, init, a + (<usize>r << 6), panel, rows, inner);
        o += 64;
      }
    }
  }
}

/** Four rows, eight columns; `a` is where the first row begins in the first panel. */
function rowsTimesPanel(out: usize, start: i32, init: usize, a: usize, b: usize, rows: i32, inner: i32): void {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, t0 = zero, t1 = zero, t2 = zero, t3 = zero;
  if (start == START_BIAS) {
    s0 = v128.load(init); t0 = v128.load(init, 16);
    s1 = s0; s2 = s0; s3 = s0; t1 = t0; t2 = t0; t3 = t0;
  } else if (start == START_OUT) {
    s0 = v128.load(out); s1 = v128.load(out, 64); s2 = v128.load(out, 128); s3 = v128.load(out, 192);
    t0 = v128.load(out, 16); t1 = v128.load(out, 80); t2 = v128.load(out, 144); t3 = v128.load(out, 208);
  }
  const panelBytes = <usize>rows << 6;
  for (let k = 0; k < inner; k += PANEL) {
    const end = a + 64;
    for (let p = a; p < end; p += 4) {
      const v = v128.load(b), w = v128.load(b, 16);
      const x0 = v128.load32_splat(p);
      s0 = f32x4.add(s0, f32x4.mul(x0, v));
      t0 = f32x4.add(t0, f32x4.mul(x0, w));
      const x1 = v128.load32_splat(p, 64);
      s1 = f32x4.add(s1, f32x4.mul(x1, v));
      t1 = f32x4.add(t1, f32x4.mul(x1, w));
      const x2 = v128.load32_splat(p, 128);
      s2 = f32x4.add(s2, f32x4.mul(x2, v));
      t2 = f32x4.add(t2, f32x4.mul(x2, w));
      const x3 = v128.load32_splat(p, 192);
      s3 = f32x4.add(s3, f32x4.mul(x3, v));
      t3 = f32x4.add(t3, f32x4.mul(x3, w));
      b += 64;
    }
    a += panelBytes;
  }
  v128.store(out, s0); v128.store(out, s1, 64); v128.store(out, s2, 128); v128.store(out, s3, 192);
  v128.store(out, t0, 16); v128.store(out, t1, 80); v128.store(out, t2, 144); v128.store(out, t3, 208);
}

function rowTimesPanel(out: usize, start: i32, init: usize, a: usize, b: usize, rows: i32, inner: i32): void {
  let s = f32x4.splat(0), t = s;
  if (start == START_BIAS) {
    s = v128.load(init); t = v128.load(init, 16);
  } else if (start == START_OUT) {
    s = v128.load(out); t = v128.load(out, 16);
  }
  const panelBytes = <usize>rows << 6;
  for (let k = 0; k < inner; k += PANEL) {
    const end = a + 64;
    for (let p = a; p < end; p += 4) {
      const x = v128.load32_splat(p);
      s = f32x4.add(s, f32x4.mul(x, v128.load(b)));
      t = f32x4.add(t, f32x4.mul(x, v128.load(b, 16)));
      b += 64;
    }
    a += panelBytes;
  }
  v128.store(out, s); v128.store(out, t, 16);
}

/** out [m × n] (+)= aᵀ·b with a [rows × m] and b [rows × n]: the gradient of a matrix, summed over rows. */
export function multiplyTransposed(out: usize, accumulate: i32, a: usize, b: usize, rows: i32, m: i32, n: i32): void {
  for (let first = 0; first < rows || first == 0; first += CHUNK) {
    const count = min(CHUNK, rows - first);
    const continued = accumulate != 0 || first > 0;
    for (let c = 0; c < n; c += PANEL) {
      const right = panelAt(b, rows, c) + (<usize>first << 6);
      for (let i = 0; i < m; i += PANEL) {
        const left = panelAt(a, rows, i) + (<usize>first << 6);
        const tile = panelAt(out, m, c) + (<usize>i << 6);
        for (let q: usize = 0; q < 4; q++) {
          addOuterProducts(tile + (q << 8), continued, left + (q << 4), right, count);
          addOuterProducts(tile + (q << 8) + 32, continued, left + (q << 4), right + 32, count);
        }
      }
    }
  }
}

/** Four rows, eight columns of the result: four entries of every row of `a`, eight of every row of `b`. */
function addOuterProducts(out: usize, accumulate: bool, a: usize, b: usize, rows: i32): void {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, t0 = zero, t1 = zero, t2 = zero, t3 = zero;
  if (accumulate) {
    s0 = v128.load(out); s1 = v128.load(out, 64); s2 = v128.load(out, 128); s3 = v128.load(out, 192);
    t0 = v128.load(out, 16); t1 = v128.load(out, 80); t2 = v128.load(out, 144); t3 = v128.load(out, 208);
  }
  const end = a + (<usize>rows << 6);
  for (; a < end; a += 64) {
    const v = v128.load(b), w = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    s0 = f32x4.add(s0, f32x4.mul(x0, v));
    t0 = f32x4.add(t0, f32x4.mul(x0, w));
    const x1 = v128.load32_splat(a, 4);
    s1 = f32x4.add(s1, f32x4.mul(x1, v));
    t1 = f32x4.add(t1, f32x4.mul(x1, w));
    const x2 = v128.load32_splat(a, 8);
    s2 = f32x4.add(s2, f32x4.mul(x2, v));
    t2 = f32x4.add(t2, f32x4.mul(x2, w));
    const x3 = v128.load32_splat(a, 12);
    s3 = f32x4.add(s3, f32x4.mul(x3, v));
    t3 = f32x4.add(t3, f32x4.mul(x3, w));
    b += 64;
  }
  v128.store(out, s0); v128.store(out, s1, 64); v128.store(out, s2, 128); v128.store(out, s3, 192);
  v128.store(out, t0, 16); v128.store(out, t1, 80); v128.store(out, t2, 144); v128.store(out, t3, 208);
}

/**
 * out = a·b of a sparse a and with plain rows of the result, one behind the other: a strip of b serves all rows while it is in
 * the cache. Sums run over the values of a row in their order.
 */
export function multiplySparse(
  out: usize, offsets: usize, indices: usize, values: usize, b: usize, rows: i32, inner: i32, columns: i32,
): void {
  const stride = <usize>columns << 2;
  for (let c = 0; c < columns; c += PANEL) {
    const panel = panelAt(b, inner, c);
    let o = out + (<usize>c << 2);
    let e = load<u32>(offsets);
    for (let r = 0; r < rows; r++, o += stride) {
      const end = load<u32>(offsets + (<usize>(r + 1) << 2));
      let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
      for (; e < end; e++) {
        const s = panel + (<usize>load<u16>(indices + (<usize>e << 1)) << 6);
        const x = v128.load32_splat(values + (<usize>e << 2));
        a0 = f32x4.add(a0, f32x4.mul(x, v128.load(s)));
        a1 = f32x4.add(a1, f32x4.mul(x, v128.load(s, 16)));
        a2 = f32x4.add(a2, f32x4.mul(x, v128.load(s, 32)));
        a3 = f32x4.add(a3, f32x4.mul(x, v128.load(s, 48)));
      }
      v128.store(o, a0); v128.store(o, a1, 16); v128.store(o, a2, 32); v128.store(o, a3, 48);
    }
  }
}

/** out [columns × rows] from source [rows × columns], both multiples of 16. */
export function transposeMatrix(out: usize, source: usize, rows: i32, columns: i32): void {
  for (let c = 0; c < columns; c += PANEL)
    for (let r = 0; r < rows; r += PANEL) {
      const from = panelAt(source, rows, c) + (<usize>r << 6);
      const to = panelAt(out, columns, r) + (<usize>c << 6);
      for (let i: usize = 0; i < 16; i++)
        for (let j: usize = 0; j < 16; j++)
          store<f32>(to + (j << 6) + (i << 2), load<f32>(from + (i << 6) + (j << 2)));
    }
}
