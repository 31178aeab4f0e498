// Surrogate derivatives h'(x), x = u - θ, four at a time. The formulas stand in engine/models/neuron.ts.

import {
  SURROGATE_ARCTAN, SURROGATE_RECTANGULAR, SURROGATE_SIGMOID, SURROGATE_SUPERSPIKE, SURROGATE_TRIANGULAR,
} from '../generated/constants';

// @ts-ignore: decorator
@inline
export function derivative(shape: i32, x: v128, width: f32, height: f32): v128 {
  if (shape == SURROGATE_RECTANGULAR) return v128.and(f32x4.lt(f32x4.abs(x), f32x4.splat(width)), f32x4.splat(height));
  return smoothDerivative(shape, x, width, height);
}

function smoothDerivative(shape: i32, x: v128, width: f32, height: f32): v128 {
  const one = f32x4.splat(1);
  const z = f32x4.div(f32x4.abs(x), f32x4.splat(width));
  if (shape == SURROGATE_TRIANGULAR) return f32x4.mul(f32x4.splat(height), f32x4.max(f32x4.splat(0), f32x4.sub(one, z)));
  if (shape == SURROGATE_ARCTAN) return f32x4.div(f32x4.splat(height), f32x4.add(one, f32x4.mul(z, z)));
  if (shape == SURROGATE_SUPERSPIKE) {
    const d = f32x4.add(one, z);
    return f32x4.div(f32x4.splat(height), f32x4.mul(d, d));
  }
  let r = f32x4.splat(0);
  r = f32x4.replace_lane(r, 0, scalar(shape, f32x4.extract_lane(z, 0), height));
  r = f32x4.replace_lane(r, 1, scalar(shape, f32x4.extract_lane(z, 1), height));
  r = f32x4.replace_lane(r, 2, scalar(shape, f32x4.extract_lane(z, 2), height));
  r = f32x4.replace_lane(r, 3, scalar(shape, f32x4.extract_lane(z, 3), height));
  return r;
}

/** z = |x| / width. */
function scalar(shape: i32, z: f32, height: f32): f32 {
  if (shape == SURROGATE_SIGMOID) {
    const e = Mathf.exp(-z);
    return (height * 4 * e) / ((1 + e) * (1 + e));
  }
  return (height * multiGaussian(z)) / multiGaussian(0);
}

/** 1.15·N(z; 0, 1) − 0.15·N(z; 1, 6) − 0.15·N(z; −1, 6), up to a constant factor. */
function multiGaussian(z: f32): f32 {
  const near = Mathf.exp(-0.5 * z * z);
  const up = Mathf.exp(((z - 1) * (z - 1)) / -72);
  const down = Mathf.exp(((z + 1) * (z + 1)) / -72);
  return 1.15 * near - (0.15 / 6) * (up + down);
}
