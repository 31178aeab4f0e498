/** What each type of node of NIR does in a step of dt, in float64. */
import { lengthOf } from '../../models/parameters.ts';
import { type NirNode, numbersOf, shapeOfField } from './graph.ts';

/** What a node makes of what it receives in a step; its state, if it has one, is its own. */
export type Step = (received: Float64Array) => Float64Array;

export interface NodeStep {
  step: Step;
  /** How many numbers it receives, and the shape of what it gives. */
  inputs: number;
  gives: readonly number[];
}

const passing = (shape: number[]): NodeStep => ({ step: (x) => x, inputs: lengthOf(shape), gives: shape });

/** A node to be run. @param from the shape of what it receives, where its fields do not say @throws an Error for a type that is not run */
export function stepOf(node: NirNode, dt: number, from: readonly number[]): NodeStep {
  const numbers = (field: string) => numbersOf(node, field);
  switch (node.type) {
    case 'Input':
    case 'Output':
      return passing(Array.from(numbers('shape')));
    case 'Flatten': {
      const inputs = lengthOf(Array.from(numbers('input_type')));
      return { ...passing([inputs]), inputs };
    }
    case 'Linear':
    case 'Affine': {
      const [rows, columns] = shapeOfField(node, 'weight') as [number, number];
      const weight = numbers('weight');
      const bias = node.type === 'Affine' ? numbers('bias') : new Float64Array(rows);
      const step: Step = (x) => {
        const y = Float64Array.from(bias);
        for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) y[i]! += weight[i * columns + j]! * x[j]!;
        return y;
      };
      return { step, inputs: columns, gives: [rows] };
    }
    case 'Conv2d':
      return convolution(node);
    case 'AvgPool2d':
      return pooling(node, from);
    case 'Threshold': {
      const threshold = numbers('threshold');
      const step: Step = (v) => v.map((value, n) => (value > threshold[n]! ? 1 : 0));
      return { step, inputs: threshold.length, gives: shapeOfField(node, 'threshold') };
    }
    case 'LIF':
    case 'LI':
    case 'IF':
    case 'I':
      return neurons(node, dt);
    default:
      throw new Error(`nodes of type ${node.type} are not run`);
  }
}

/** τ·dv/dt = v_leak − v + r·I, or dv/dt = r·I; where there is a threshold z = [v > v_threshold] and then v = v_reset. */
function neurons(node: NirNode, dt: number): NodeStep {
  const r = numbersOf(node, 'r');
  const leaks = node.type === 'LIF' || node.type === 'LI';
  const fires = node.type === 'LIF' || node.type === 'IF';
  const tau = leaks ? numbersOf(node, 'tau') : undefined;
  const rest = leaks ? numbersOf(node, 'v_leak') : undefined;
  const threshold = fires ? numbersOf(node, 'v_threshold') : undefined;
  const reset = fires ? numbersOf(node, 'v_reset') : undefined;
  const v = new Float64Array(r.length);
  const step: Step = (current) => {
    for (let n = 0; n < v.length; n++)
      v[n]! += tau ? (dt / tau[n]!) * (rest![n]! - v[n]! + r[n]! * current[n]!) : dt * r[n]! * current[n]!;
    if (!threshold) return v.slice();
    return v.map((value, n) => {
      if (value <= threshold[n]!) return 0;
      v[n] = reset![n]!;
      return 1;
    });
  };
  return { step, inputs: r.length, gives: shapeOfField(node, 'r') };
}

function convolution(node: NirNode): NodeStep {
  const [filters, planes, kh, kw] = shapeOfField(node, 'weight') as [number, number, number, number];
  const [weight, bias] = [numbersOf(node, 'weight'), numbersOf(node, 'bias')];
  const [size, stride, padding] = ['input_shape', 'stride', 'padding'].map((name) => numbersOf(node, name));
  const [height, width] = [size![0]!, size![1]!];
  const rows = Math.floor((height + 2 * padding![0]! - kh) / stride![0]!) + 1;
  const columns = Math.floor((width + 2 * padding![1]! - kw) / stride![1]!) + 1;
  const step: Step = (x) => {
    const y = new Float64Array(filters * rows * columns);
    for (let f = 0; f < filters; f++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) {
          let sum = bias[f]!;
          for (let p = 0; p < planes; p++)
            for (let i = 0; i < kh; i++)
              for (let k = 0; k < kw; k++) {
                const [top, left] = [r * stride![0]! + i - padding![0]!, c * stride![1]! + k - padding![1]!];
                if (top < 0 || top >= height || left < 0 || left >= width) continue;
                sum += weight[((f * planes + p) * kh + i) * kw + k]! * x[(p * height + top) * width + left]!;
              }
          y[(f * rows + r) * columns + c] = sum;
        }
    return y;
  };
  return { step, inputs: planes * height * width, gives: [filters, rows, columns] };
}

function pooling(node: NirNode, [planes, height, width]: readonly number[]): NodeStep {
  if (planes === undefined || height === undefined || width === undefined)
    throw new Error('what is pooled has no planes, rows and columns');
  const [window, stride, padding] = ['kernel_size', 'stride', 'padding'].map((name) => numbersOf(node, name));
  if (padding![0] !== 0 || padding![1] !== 0) throw new Error('poolings with padding are not run');
  const rows = Math.floor((height - window![0]!) / stride![0]!) + 1;
  const columns = Math.floor((width - window![1]!) / stride![1]!) + 1;
  const size = window![0]! * window![1]!;
  const step: Step = (x) => {
    const y = new Float64Array(planes * rows * columns);
    for (let p = 0; p < planes; p++)
      for (let r = 0; r < rows; r++)
        for (let c = 0; c < columns; c++) {
          let sum = 0;
          for (let i = 0; i < window![0]!; i++)
            for (let k = 0; k < window![1]!; k++)
              sum += x[(p * height + r * stride![0]! + i) * width + c * stride![1]! + k]!;
          y[(p * rows + r) * columns + c] = sum / size;
        }
    return y;
  };
  return { step, inputs: planes * height * width, gives: [planes, rows, columns] };
}
