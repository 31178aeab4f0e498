/** What neurons receive from below, of all steps of a batch in one operation, and the derivatives of it. */
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Part } from '../../models/parameters.ts';
import { type Conv, type LayerPlan, type Planes, type Pool, unreachable } from '../../models/plan.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import { type NormParameters, normalise, normaliseBackward } from './norm.ts';

/** What a layer reads: x [T, B, M], or [B, M] where it is the same in every step. */
export interface Input {
  x: Tensor;
  constant: boolean;
}

type Wired = Pick<LayerPlan, 'connection' | 'output'>;

/** Parameters, or something for each of them. */
export type Parts = Partial<Record<Part, Tensor>>;

/** What a connection does to rows [R, M] of samples, of whichever steps: [R, N]. */
interface Rows {
  forward(tf: TensorFlow, x: Tensor2D, p: Parts): Tensor;
  byWeight?(tf: TensorFlow, x: Tensor2D, d: Tensor2D): Tensor;
  byInput(tf: TensorFlow, x: Tensor2D, p: Parts, d: Tensor2D): Tensor;
  /** How many neurons in a row share a bias. */
  places: number;
}

function rowsOf({ connection, output }: Wired): Rows {
  switch (connection.kind) {
    case 'dense':
      return {
        forward: (tf, x, p) => tf.matMul(x, p.weight as Tensor2D),
        byWeight: (tf, x, d) => tf.matMul(x, d, true),
        byInput: (tf, _x, p, d) => tf.matMul(d, p.weight as Tensor2D, false, true),
        places: 1,
      };
    case 'conv':
      return convolution(connection, output as Planes);
    case 'pool':
      return pooling(connection, output as Planes);
    case 'residual':
      return { forward: (_tf, x) => x, byInput: (_tf, _x, _p, d) => d, places: 1 };
    case 'norm':
      throw new RangeError('The derivatives of a normalisation are of whole batches, not of rows.');
    default:
      return unreachable(connection);
  }
}

/** What comes from x[t], with b: one [B, N] for each step. @param p of a normalisation, with the statistics to take */
export function receive(tf: TensorFlow, layer: Wired, { x, constant }: Input, p: Parts, steps: number): Tensor[] {
  const sum = receiveRows(tf, layer, rows(tf, x), p);
  if (constant) return new Array<Tensor>(steps).fill(sum);
  return tf.unstack(tf.reshape(sum, [steps, -1, sum.shape[1]!]));
}

function receiveRows(tf: TensorFlow, layer: Wired, x: Tensor2D, p: Parts): Tensor {
  if (layer.connection.kind === 'norm') return normalise(tf, layer.connection, p as NormParameters, x);
  const { forward, places } = rowsOf(layer);
  const product = forward(tf, x, p);
  return p.bias ? tf.add(product, spread(tf, p.bias, places)) : product;
}

/** By the parameters that the connection has, and by its input [T, B, M]. */
export type ConnectionGradient = Parts & { input?: Tensor };

/**
 * @param d derivative [T, B, N] by what was received
 * @param ofBatch whether the statistics of a normalisation are those of this batch
 */
export function receiveBackward(
  tf: TensorFlow,
  layer: Wired,
  { x, constant }: Input,
  p: Parts,
  d: Tensor,
  { ofBatch, wantsInput }: { ofBatch: boolean; wantsInput: boolean },
): ConnectionGradient {
  const every = (): Tensor2D => (constant ? (tf.tile(x, [d.shape[0]!, 1]) as Tensor2D) : rows(tf, x));
  const asSteps = (byRow: Tensor): Tensor => tf.reshape(byRow, [d.shape[0]!, d.shape[1]!, -1]);
  if (layer.connection.kind === 'norm') {
    const found = normaliseBackward(tf, layer.connection, p as NormParameters, every(), rows(tf, d), ofBatch);
    const none = tf.zerosLike(found.shift);
    return { ...found, mean: none, variance: none, input: asSteps(found.input) };
  }
  const { byWeight, byInput, places } = rowsOf(layer);
  // What is the same in every step meets the sum of the derivatives of all.
  const byRow = constant ? (tf.sum(d, 0) as Tensor2D) : rows(tf, d);
  const gradient: ConnectionGradient = {};
  if (byWeight) gradient.weight = byWeight(tf, rows(tf, x), byRow);
  if (p.bias) gradient.bias = gathered(tf, tf.sum(byRow, 0), places);
  if (wantsInput) gradient.input = asSteps(byInput(tf, every(), p, rows(tf, d)));
  return gradient;
}

/** [F] as [F·places], each as often as it has places; and the sums of those that belong to one. */
const spread = (tf: TensorFlow, bias: Tensor, places: number): Tensor =>
  places === 1 ? bias : tf.reshape(tf.tile(tf.reshape(bias, [-1, 1]), [1, places]), [-1]);
const gathered = (tf: TensorFlow, sums: Tensor, places: number): Tensor =>
  places === 1 ? sums : tf.sum(tf.reshape(sums, [-1, places]), 1);

/** TensorFlow wants planes last, and in weights [height, width, planes, filters]. Its native kernels know no margin of their own. */
function convolution({ input, kernel, stride, padding, filters }: Conv, output: Planes): Rows {
  const [planes, height, width] = input;
  const [top, left] = padding;
  const padded = (tf: TensorFlow, x: Tensor2D): Tensor4D =>
    tf.pad(planesLast(tf, x, input), [[0, 0], [top, top], [left, left], [0, 0]]) as Tensor4D; // biome-ignore format: one line
  const inShape = (batch: number): number[] => [batch, height + 2 * top, width + 2 * left, planes];
  const attributes = { strides: stride, pad: 'valid', dataFormat: 'NHWC' } as const;
  return {
    forward: (tf, x, { weight }) =>
      asRows(tf, tf.conv2d(padded(tf, x), tf.transpose(weight as Tensor4D, [2, 3, 1, 0]), [...stride], 'valid')),
    byWeight(tf, x, d) {
      const filterShape = [...kernel, planes, filters];
      const dy = planesLast(tf, d, output);
      const inputs = { x: padded(tf, x), dy };
      const byFilter = tf.engine().runKernel<Tensor>(tf.Conv2DBackpropFilter, inputs, { ...attributes, filterShape });
      return tf.transpose(byFilter, [3, 2, 0, 1]);
    },
    byInput(tf, _x, { weight }, d) {
      const inputs = { dy: planesLast(tf, d, output), filter: tf.transpose(weight as Tensor4D, [2, 3, 1, 0]) };
      const inputShape = inShape(d.shape[0]);
      const dx = tf.engine().runKernel<Tensor>(tf.Conv2DBackpropInput, inputs, { ...attributes, inputShape });
      return asRows(tf, tf.slice(dx, [0, top, left, 0], [d.shape[0], height, width, planes]));
    },
    places: output[1] * output[2],
  };
}

function pooling({ input, operation, window, stride }: Pool, output: Planes): Rows {
  const attributes = { filterSize: window, strides: stride, pad: 'valid' } as const;
  const forward = (tf: TensorFlow, x: Tensor4D): Tensor =>
    operation === 'mean'
      ? tf.avgPool(x, [...window], [...stride], 'valid')
      : tf.maxPool(x, [...window], [...stride], 'valid');
  return {
    forward: (tf, x) => asRows(tf, forward(tf, planesLast(tf, x, input))),
    byInput(tf, x, _p, d) {
      const [places, dy] = [planesLast(tf, x, input), planesLast(tf, d, output)];
      // Of places that attain a maximum together both implementations take the first.
      const dx =
        operation === 'mean'
          ? tf.engine().runKernel<Tensor>(tf.AvgPoolGrad, { dy, input: places }, attributes)
          : tf
              .engine()
              .runKernel<Tensor>(tf.MaxPoolGrad, { dy, input: places, output: forward(tf, places) }, attributes);
      return asRows(tf, dx);
    },
    places: 1,
  };
}

/** [R, P·H·W] as [R, H, W, P], and back. */
function planesLast(tf: TensorFlow, x: Tensor2D, [planes, height, width]: Planes): Tensor4D {
  return tf.transpose(tf.reshape(x, [-1, planes, height, width]), [0, 2, 3, 1]);
}
function asRows(tf: TensorFlow, x: Tensor): Tensor2D {
  const places = tf.transpose(x, [0, 3, 1, 2]);
  return tf.reshape(places, [x.shape[0]!, -1]);
}

/** [T, B, N] as [T·B, N]. */
export function rows(tf: TensorFlow, x: Tensor): Tensor2D {
  return tf.reshape(x, [-1, x.shape.at(-1)!]);
}

/** What was there one step before: `first`, or 0, and then all but the last of [T, B, N]. */
export function stepBefore(tf: TensorFlow, all: Tensor, first?: Tensor): Tensor {
  const [steps, ...shape] = all.shape;
  const begin = tf.reshape(first ?? tf.zeros(shape), [1, ...shape]);
  return tf.concat([begin, tf.slice(all, [0, 0, 0], [steps! - 1, ...shape])], 0);
}
