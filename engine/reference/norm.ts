/**
 * Normalisation over whole batches, float64 (Ioffe and Szegedy, 2015; over steps as well, and with a gain of α·θ, Zheng et
 * al., 2021). With x̂ = (x − mean) / √(variance + ε) of each plane
 *
 *   y = gain·scale·x̂ + shift
 *   dscale = Σ gain·x̂·dy    dshift = Σ dy    dx = g·dy,   g = gain·scale / √(variance + ε)
 *
 * and where mean and variance are those of the n values of a batch, in training,
 *
 *   dx = g·(dy − Σdy/n − x̂·Σ(dy·x̂)/n)
 *
 * M inputs of each step, in planes one after another; sums are over samples, steps and places.
 */
import { lengthOf } from '../models/parameters.ts';
import type { Norm } from '../models/plan.ts';

/** [planes] each. */
export interface Statistics {
  mean: Float64Array;
  variance: Float64Array;
}

export interface NormParameters extends Statistics {
  scale: Float64Array;
  shift: Float64Array;
}

/** y = gain·scale·x̂ + shift of one step. @param y [M], overwritten @param x [M] */
export function normalise(norm: Norm, p: NormParameters, x: Float64Array, y: Float64Array): void {
  eachValue(norm, p, x, (j, plane, { unit }) => {
    y[j] = norm.gain * p.scale[plane]! * unit + p.shift[plane]!;
  });
}

/** Adds to `grad`, and to dx [M], what belongs to dy [M] of one step, mean and variance being constants. */
export function normaliseBackward(
  norm: Norm,
  p: NormParameters,
  x: Float64Array,
  dy: Float64Array,
  grad: Pick<NormParameters, 'scale' | 'shift'>,
  dx: Float64Array | undefined,
): void {
  eachValue(norm, p, x, (j, plane, { unit, slope }) => {
    grad.scale[plane]! += norm.gain * unit * dy[j]!;
    grad.shift[plane]! += dy[j]!;
    if (dx) dx[j]! += slope * dy[j]!;
  });
}

/** Of each plane over inputs of all samples [T, M]; the variance is over n, not n − 1. */
export function statisticsOf(norm: Norm, xs: readonly Float64Array[]): Statistics {
  const [planes] = norm.input;
  const n = valuesOf(norm, xs);
  const [mean, variance] = [new Float64Array(planes), new Float64Array(planes)];
  for (const x of xs) for (let j = 0; j < x.length; j++) mean[planeOf(norm, j)]! += x[j]!;
  for (let plane = 0; plane < planes; plane++) mean[plane]! /= n;
  for (const x of xs)
    for (let j = 0; j < x.length; j++) {
      const plane = planeOf(norm, j);
      variance[plane]! += (x[j]! - mean[plane]!) ** 2 / n;
    }
  return { mean, variance };
}

/** Takes from dxs, one [T, M] for each sample, what flows through mean and variance of the batch. @param sums dscale, dshift of the batch */
export function throughStatistics(
  norm: Norm,
  p: NormParameters,
  xs: readonly Float64Array[],
  sums: Pick<NormParameters, 'scale' | 'shift'>,
  dxs: readonly Float64Array[],
): void {
  const n = valuesOf(norm, xs);
  xs.forEach((x, b) => {
    eachValue(norm, p, x, (j, plane, { unit, slope }) => {
      dxs[b]![j]! -= (slope / n) * (sums.shift[plane]! + (unit * sums.scale[plane]!) / norm.gain);
    });
  });
}

/** The running statistics after a batch that counts `share`. As in PyTorch the variance that is kept is over n − 1. */
export function running(share: number, before: Statistics, batch: Statistics, n: number): Statistics {
  const mixed = (from: Float64Array, to: Float64Array, factor: number): Float64Array =>
    from.map((x, plane) => (1 - share) * x + share * factor * to[plane]!);
  return {
    mean: mixed(before.mean, batch.mean, 1),
    variance: mixed(before.variance, batch.variance, n / Math.max(1, n - 1)),
  };
}

/** Values of one plane in all inputs. */
export function valuesOf({ input: [planes] }: Norm, xs: readonly Float64Array[]): number {
  return xs.reduce((sum, { length }) => sum + length, 0) / planes;
}

/** The plane of element j of [T, M]. */
function planeOf({ input }: Norm, j: number): number {
  const M = lengthOf(input);
  return Math.floor((j % M) / (M / input[0]));
}

/** x̂ and g of every element. */
function eachValue(
  norm: Norm,
  { scale, mean, variance }: Omit<NormParameters, 'shift'>,
  x: Float64Array,
  visit: (j: number, plane: number, value: { unit: number; slope: number }) => void,
): void {
  for (let j = 0; j < x.length; j++) {
    const plane = planeOf(norm, j);
    const root = Math.sqrt(variance[plane]! + norm.epsilon);
    visit(j, plane, { unit: (x[j]! - mean[plane]!) / root, slope: (norm.gain * scale[plane]!) / root });
  }
}
