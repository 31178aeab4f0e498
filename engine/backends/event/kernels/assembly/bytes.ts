// Products in bytes: of gradients that only their largest entries are wanted of, these are found by a product that is a few
// times as fast and known to be off by no more than so much; what may be among the largest is then computed as it is.
//
// A row of the left matrix is rounded to x ≈ s·q with q in [−127, 127]; the columns of the right one likewise, to w ≈ z·(p − 128)
// with p in [1, 255]. Sums of their products are whole numbers, so all instructions give the same. The error of a product is
//
//   |x·w − s·z·q·(p − 128)| ≤ ‖x − s·q‖·‖w‖ + s·‖q‖·‖w − z·(p − 128)‖
import { GROUP_ROWS, PANEL } from './generated/constants';
import { panelAt, rowBytes, sumLanes } from './shared/panel';

export function quantizeRows(
  out: usize, plain: usize, sums: usize, sizes: usize, a: usize, aRows: i32, firstRow: i32, rows: i32, columns: i32, factor: usize,
): void {
  const row = <usize>columns << 2;
  for (let r = 0; r < rows; r++, plain += row, sums += 4, sizes += 16) {
    let top = f32x4.splat(0), square = top;
    for (let c = 0; c < columns; c += PANEL) {
      const bytes = rowBytes(c, columns);
      const from = panelAt(a, aRows, c) + <usize>(firstRow + r) * bytes;
      const to = plain + (<usize>c << 2);
      for (let i: usize = 0; i < bytes; i += 16) {
        let x = v128.load(from + i);
        if (factor) x = f32x4.mul(v128.load(factor + (<usize>c << 2) + i), x);
        v128.store(to + i, x);
        top = f32x4.max(top, f32x4.abs(x));
        square = f32x4.add(square, f32x4.mul(x, x));
      }
    }
    const t = f32x4.max(top, v128.shuffle<f32>(top, top, 2, 3, 0, 1));
    const largest = max(f32x4.extract_lane(t, 0), f32x4.extract_lane(t, 1));
    const scale = largest / 127;
    const s = f32x4.splat(scale);
    const inverse = f32x4.splat(largest == 0 ? 0 : 127 / largest);
    let lost = f32x4.splat(0), length = lost, sum = i32x4.splat(0);
    for (let i: usize = 0; i < row; i += 16, out += 4) {
      const x = v128.load(plain + i);
      const q = f32x4.nearest(f32x4.mul(x, inverse));
      const whole = i32x4.trunc_sat_f32x4_s(q);
      const halves = i16x8.narrow_i32x4_s(whole, whole);
      v128.store32_lane(out, i8x16.narrow_i16x8_s(halves, halves), 0);
      sum = i32x4.add(sum, whole);
      const rest = f32x4.sub(x, f32x4.mul(s, q));
      lost = f32x4.add(lost, f32x4.mul(rest, rest));
      length = f32x4.add(length, f32x4.mul(q, q));
    }
    store<f32>(sizes, scale);
    store<f32>(sizes, sumLanes(square), 4);
    store<f32>(sizes, sumLanes(lost), 8);
    store<f32>(sizes, sumLanes(length), 12);
    store<i32>(sums, i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3));
  }
}

export function multiplyBytes(
  out: usize, peaks: usize, a: usize, sums: usize, scale: usize, bound: usize, b: usize,
  columnScale: usize, columnNorm: usize, columnError: usize, rows: i32, inner: i32, columns: i32,
): void {
  const stride = <usize>columns << 2;
  for (let c = 0; c < columns; c += PANEL) {
    const panel = b + <usize>inner * <usize>c;
    const column = <usize>c << 2;
    for (let r = 0; r < rows; r++) {
      const row = <usize>r;
      rowTimesBytes(a + row * <usize>inner, panel, inner);
      const own = i32x4.splat(load<i32>(sums + (row << 2)) << 7);
      const factor = f32x4.splat(load<f32>(scale + (row << 2)));
      const ofNorm = f32x4.splat(load<f32>(bound + (row << 3)));
      const ofError = f32x4.splat(load<f32>(bound + (row << 3), 4));
      const o = panelAt(out, rows, c) + (row << 6);
      const p = peaks + <usize>(r / GROUP_ROWS) * stride + column;
      for (let i: usize = 0; i < 64; i += 16) {
        const x = i == 0 ? sum0 : i == 16 ? sum1 : i == 32 ? sum2 : sum3;
        const g = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(x, own)), factor), v128.load(columnScale + column + i));
        v128.store(o + i, g);
        const off = f32x4.add(
          f32x4.mul(ofNorm, v128.load(columnNorm + column + i)), f32x4.mul(ofError, v128.load(columnError + column + i)),
        );
        const most = f32x4.add(f32x4.abs(g), off);
        v128.store(p + i, r % GROUP_ROWS == 0 ? most : f32x4.max(v128.load(p + i), most));
      }
    }
  }
}

/** What rowTimesBytes leaves: the sums of the sixteen columns of a panel. */
let sum0: v128 = i32x4.splat(0), sum1: v128 = i32x4.splat(0), sum2: v128 = i32x4.splat(0), sum3: v128 = i32x4.splat(0);

function rowTimesBytes(a: usize, b: usize, inner: i32): void {
  // Of each column the sums of the terms 0, 1 and 2, 3 of four.
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
  for (const end = a + <usize>inner; a < end; a += 4, b += 64) {
    const x = i16x8.extend_low_i8x16_s(v128.load32_splat(a));
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(x, v128.load8x8_u(b)));
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(x, v128.load8x8_u(b, 8)));
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(x, v128.load8x8_u(b, 16)));
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(x, v128.load8x8_u(b, 24)));
    s4 = i32x4.add(s4, i32x4.dot_i16x8_s(x, v128.load8x8_u(b, 32)));
    s5 = i32x4.add(s5, i32x4.dot_i16x8_s(x, v128.load8x8_u(b, 40)));
    s6 = i32x4.add(s6, i32x4.dot_i16x8_s(x, v128.load8x8_u(b, 48)));
    s7 = i32x4.add(s7, i32x4.dot_i16x8_s(x, v128.load8x8_u(b, 56)));
  }
  sum0 = byColumn(s0, s1);
  sum1 = byColumn(s2, s3);
  sum2 = byColumn(s4, s5);
  sum3 = byColumn(s6, s7);
}

// @ts-ignore: decorator
@inline
function byColumn(s: v128, t: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(s, t, 0, 2, 4, 6), v128.shuffle<i32>(s, t, 1, 3, 5, 7));
}

export function productsAt(
  out: usize, rows: usize, columns: usize, count: i32, a: usize, b: usize, bRows: i32, inner: i32,
): void {
  const row = <usize>inner << 2;
  for (let i = 0; i < count; i += 4) {
    const last = count - 1 - i;
    const p0 = <usize>i, p1 = <usize>(i + min(1, last)), p2 = <usize>(i + min(2, last)), p3 = <usize>(i + min(3, last));
    const s = productsOf(
      a + <usize>load<u32>(rows + (p0 << 2)) * row, a + <usize>load<u32>(rows + (p1 << 2)) * row,
      a + <usize>load<u32>(rows + (p2 << 2)) * row, a + <usize>load<u32>(rows + (p3 << 2)) * row,
      load<u32>(columns + (p0 << 2)), load<u32>(columns + (p1 << 2)), load<u32>(columns + (p2 << 2)), load<u32>(columns + (p3 << 2)),
      b, bRows, inner,
    );
    v128.store32_lane(out + (p0 << 2), s, 0);
    if (last > 0) v128.store32_lane(out + (p1 << 2), s, 1);
    if (last > 1) v128.store32_lane(out + (p2 << 2), s, 2);
    if (last > 2) v128.store32_lane(out + (p3 << 2), s, 3);
  }
}

/** Four sums, a lane each: products of four terms at a time, turned so that those of one term lie side by side. */
function productsOf(
  a0: usize, a1: usize, a2: usize, a3: usize, c0: u32, c1: u32, c2: u32, c3: u32, b: usize, bRows: i32, inner: i32,
): v128 {
  let s = f32x4.splat(0);
  for (let c = 0; c < inner; c += PANEL) {
    const bytes = rowBytes(c, inner);
    const panel = panelAt(b, bRows, c);
    const b0 = panel + <usize>c0 * bytes, b1 = panel + <usize>c1 * bytes, b2 = panel + <usize>c2 * bytes, b3 = panel + <usize>c3 * bytes;
    for (let i: usize = 0; i < bytes; i += 16, a0 += 16, a1 += 16, a2 += 16, a3 += 16) {
      const p0 = f32x4.mul(v128.load(a0), v128.load(b0 + i)), p1 = f32x4.mul(v128.load(a1), v128.load(b1 + i));
      const p2 = f32x4.mul(v128.load(a2), v128.load(b2 + i)), p3 = f32x4.mul(v128.load(a3), v128.load(b3 + i));
      const t0 = v128.shuffle<f32>(p0, p1, 0, 4, 1, 5), t1 = v128.shuffle<f32>(p2, p3, 0, 4, 1, 5);
      const t2 = v128.shuffle<f32>(p0, p1, 2, 6, 3, 7), t3 = v128.shuffle<f32>(p2, p3, 2, 6, 3, 7);
      s = f32x4.add(s, v128.shuffle<f32>(t0, t1, 0, 1, 4, 5));
      s = f32x4.add(s, v128.shuffle<f32>(t0, t1, 2, 3, 6, 7));
      s = f32x4.add(s, v128.shuffle<f32>(t2, t3, 0, 1, 4, 5));
      s = f32x4.add(s, v128.shuffle<f32>(t2, t3, 2, 3, 6, 7));
    }
  }
  return s;
}
