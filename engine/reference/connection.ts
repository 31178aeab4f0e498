/**
 * What the neurons of a layer receive from below in one step of one sample, float64, and the derivatives of it.
 *
 * M inputs, N neurons. Planes lie one after another, each row by row: place (y, x) of plane p of [P, H, W] is
 * element (p·H + y)·W + x. A convolution and a mean over windows are sums over taps, pairs of an input and a neuron with a
 * factor that may be a weight.
 */

import { lengthOf } from '../models/parameters.ts';
import { type Connection, type LayerPlan, type Pool, unreachable } from '../models/plan.ts';
import { eachTap } from '../models/taps.ts';
import { type NormParameters, normalise, normaliseBackward } from './norm.ts';

/** Parameters, or their gradients; those that the connection has. */
export interface ConnectionParameters extends Partial<NormParameters> {
  /** W [M, N], input-major; of a convolution [filters, planes, height, width]. */
  weight?: Float64Array | undefined;
  /** b [N]; of a convolution [filters]. */
  bias?: Float64Array | undefined;
}

/** What the neurons see: how many numbers in each step. */
export function inputsOf(connection: Connection): number {
  return connection.kind === 'dense' ? connection.inputs : lengthOf(connection.input);
}

/** y[n] = b + what comes from x. @param y [N], overwritten @param x [M] */
export function receive(
  { connection, output }: LayerPlan,
  { weight, bias, ...p }: ConnectionParameters,
  x: Float64Array,
  y: Float64Array,
): void {
  switch (connection.kind) {
    case 'dense':
      y.set(bias ?? new Float64Array(y.length));
      addRows(y, weight!, x);
      break;
    case 'conv': {
      const places = y.length / connection.filters;
      for (let n = 0; n < y.length; n++) y[n] = bias?.[Math.floor(n / places)] ?? 0;
      eachTap(connection, output, (n, j, w) => {
        y[n]! += weight![w]! * x[j]!;
      });
      break;
    }
    case 'pool':
      y.fill(0);
      eachPoolTap(connection, output, x, (n, j, factor) => {
        y[n]! += factor * x[j]!;
      });
      break;
    case 'residual':
      y.set(x);
      break;
    case 'norm':
      normalise(connection, p as NormParameters, x, y);
      break;
    default:
      unreachable(connection);
  }
}

/**
 * The derivatives that belong to dy [N]: added to `grad`, and to dx [M] where that is wanted.
 */
export function receiveBackward(
  { connection, output }: LayerPlan,
  { weight, ...p }: ConnectionParameters,
  x: Float64Array,
  dy: Float64Array,
  grad: ConnectionParameters,
  dx: Float64Array | undefined,
): void {
  switch (connection.kind) {
    case 'dense':
      addOuter(grad.weight!, x, dy);
      if (grad.bias) for (let n = 0; n < dy.length; n++) grad.bias[n]! += dy[n]!;
      if (dx) addColumns(dx, weight!, dy);
      break;
    case 'conv': {
      const places = dy.length / connection.filters;
      eachTap(connection, output, (n, j, w) => {
        grad.weight![w]! += x[j]! * dy[n]!;
        if (dx) dx[j]! += weight![w]! * dy[n]!;
      });
      if (grad.bias) for (let n = 0; n < dy.length; n++) grad.bias[Math.floor(n / places)]! += dy[n]!;
      break;
    }
    case 'pool':
      eachPoolTap(connection, output, x, (n, j, factor) => {
        if (dx) dx[j]! += factor * dy[n]!;
      });
      break;
    case 'residual':
      for (let j = 0; j < dy.length && dx; j++) dx[j]! += dy[j]!;
      break;
    case 'norm':
      normaliseBackward(connection, p as NormParameters, x, dy, grad as NormParameters, dx);
      break;
    default:
      unreachable(connection);
  }
}

/** Every neuron with the inputs of its window that count, and how much: of a maximum the first that attains it. */
function eachPoolTap(
  { input: [P, H, W], operation, window: [wh, ww], stride }: Pool,
  output: LayerPlan['output'],
  values: Float64Array,
  visit: (n: number, j: number, factor: number) => void,
): void {
  const [, rows, columns] = output as readonly [number, number, number];
  for (let p = 0; p < P; p++)
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        const n = (p * rows + r) * columns + c;
        const inside: number[] = [];
        for (let i = 0; i < wh; i++)
          for (let k = 0; k < ww; k++) inside.push((p * H + r * stride[0] + i) * W + c * stride[1] + k);
        if (operation === 'mean') for (const j of inside) visit(n, j, 1 / inside.length);
        else
          visit(
            n,
            inside.reduce((best, j) => (values[j]! > values[best]! ? j : best)),
            1,
          );
      }
}

/** y[n] += Σ_j x[j]·W[j, n]; rows whose input is zero are skipped, which changes nothing but the time. */
export function addRows(y: Float64Array, W: Float64Array, x: Float64Array): void {
  const N = y.length;
  for (let j = 0; j < x.length; j++) {
    if (x[j] === 0) continue;
    for (let n = 0; n < N; n++) y[n]! += x[j]! * W[j * N + n]!;
  }
}

/** dx[j] += Σ_n W[j, n]·dy[n]: the derivative of `addRows` by x. */
export function addColumns(dx: Float64Array, W: Float64Array, dy: Float64Array): void {
  const N = dy.length;
  for (let j = 0; j < dx.length; j++) {
    let sum = 0;
    for (let n = 0; n < N; n++) sum += W[j * N + n]! * dy[n]!;
    dx[j]! += sum;
  }
}

/** dW[j, n] += x[j]·dy[n]: the derivative of `addRows` by W. */
export function addOuter(dW: Float64Array, x: Float64Array, dy: Float64Array): void {
  const N = dy.length;
  for (let j = 0; j < x.length; j++) {
    if (x[j] === 0) continue;
    for (let n = 0; n < N; n++) dW[j * N + n]! += x[j]! * dy[n]!;
  }
}
