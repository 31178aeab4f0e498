// e^x, σ and tanh of four float32 at a time, in additions, multiplications and divisions only, so that they have the
// same bits on every machine. Within 3e-7 of the true value, relative to it. NaN stays NaN.

const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts; the first has so few digits that its multiples are exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440054690583e-4;

/** e^x = 2ⁿ·e^r with |r| <= ln 2 / 2, and e^r = 1 + r + r²·p(r) with p a minimax polynomial. x is cut to [−87, 88]. */
// @ts-ignore: decorator
@inline
function exponential(x: v128): v128 {
  const y = f32x4.min(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(y, f32x4.splat(LOG2_E)));
  const r = f32x4.sub(f32x4.sub(y, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let p = f32x4.splat(1.3814598235871182e-3);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.36871689865873e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.166838805332986e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.16666520631505544));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.4999999344775928));
  const e = f32x4.add(f32x4.splat(1), f32x4.add(r, f32x4.mul(f32x4.mul(r, r), p)));
  return f32x4.mul(e, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
}

/** 1 / (1 + e^−x). */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exponential(f32x4.neg(x))));
}

/** x + x³·q(x²) near 0, with q a minimax polynomial; 1 − 2 / (e^2|x| + 1) with the sign of x beyond 0.625. */
// @ts-ignore: decorator
@inline
export function tanh(x: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(x);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exponential(f32x4.add(size, size)), one)));
  const z = f32x4.mul(x, x);
  let q = f32x4.splat(-5.717046580404356e-3);
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(2.0650588800560147e-2));
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(-5.374349859749445e-2));
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(0.1333149129408333));
  q = f32x4.add(f32x4.mul(q, z), f32x4.splat(-0.3333328392559447));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(x, z), q));
  const signed = v128.or(far, v128.and(x, f32x4.splat(-0.0)));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.625)));
}
