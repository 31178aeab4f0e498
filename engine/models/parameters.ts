/** The parameters of a network: names as in checkpoints, shapes, and where they start. */
import { stream } from '../base/random.ts';
import type { Leak } from '../experiment/schema.ts';
import { gatesOf, isGated, type LayerPlan, type NetworkPlan, unreachable } from './plan.ts';

/** Numbers with a name and a shape, as checkpoints hold them. */
export interface Tensor {
  name: string;
  shape: number[];
  data: Float32Array;
}

/** In the order in which the parameters of a layer stand. */
export const PARTS = [
  'weight',
  'recurrent',
  'bias',
  'recurrentBias',
  'scale',
  'shift',
  'mean',
  'variance',
  'leak',
] as const;
export type Part = (typeof PARTS)[number];

/** Whether it is learned. The running statistics of a normalisation are not: they follow the batches of training. */
export const isLearned = (part: Part): boolean => part !== 'mean' && part !== 'variance';

export interface Parameter {
  /** `layers.0.weight`, `cell.recurrent`, …: the name of the layer, and what it is there. */
  name: string;
  part: Part;
  /**
   * Of a dense connection, weight: [inputs, size], input-major. recurrent: [size, size], from-major. bias: [size]. leak:
   * [size] or [1], before the sigmoid. Of a normalisation, scale, shift, mean, variance: [planes] each. With gates, the columns of each stand together: [inputs, gates·size].
   */
  shape: number[];
  /** Initial values are drawn uniformly from this range. */
  initial: { low: number; high: number };
}

type Parts = Partial<Record<Part, Omit<Parameter, 'name' | 'part'>>>;

/** Parameters in the order in which gradients are reduced and checkpoints written; gradients of those not learned are 0. */
export function parametersOf({ layers }: NetworkPlan): Parameter[] {
  return layers.flatMap(layerParameters);
}

export function layerParameters(layer: LayerPlan): Parameter[] {
  const parts: Parts = { ...connectionParameters(layer), ...neuronParameters(layer) };
  return PARTS.flatMap((part) => {
    const found = parts[part];
    return found ? [{ name: `${layer.name}.${part}`, part, ...found }] : [];
  });
}

/** The elements of all learned parameters. */
export function countOf(plan: NetworkPlan): number {
  return parametersOf(plan).reduce((sum, { part, shape }) => sum + (isLearned(part) ? lengthOf(shape) : 0), 0);
}

/** Elements of a tensor of this shape. */
export function lengthOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** U(±gain/√inputs), the usual initialisation of a linear layer; with gates U(±gain/√size), as in PyTorch. */
function connectionParameters({ connection, neuron }: LayerPlan): Parts {
  switch (connection.kind) {
    case 'dense': {
      const { inputs, size, bias, weightGain } = connection;
      const initial = within(weightGain / Math.sqrt(isGated(neuron) ? size : inputs));
      const columns = gatesOf(neuron) * size;
      return { weight: { shape: [inputs, columns], initial }, ...(bias && { bias: { shape: [columns], initial } }) };
    }
    case 'conv': {
      const { input, filters, kernel, bias, weightGain } = connection;
      const shape = [filters, input[0], ...kernel];
      const initial = within(weightGain / Math.sqrt(lengthOf(shape.slice(1))));
      return { weight: { shape, initial }, ...(bias && { bias: { shape: [filters], initial } }) };
    }
    case 'norm': {
      const shape = [connection.input[0]];
      const [zero, one] = [0, 1].map((x) => ({ shape, initial: { low: x, high: x } }));
      return { scale: one!, shift: zero!, mean: zero!, variance: one! };
    }
    case 'pool':
    case 'residual':
      return {};
    default:
      return unreachable(connection);
  }
}

function neuronParameters({ connection, neuron, output }: LayerPlan): Parts {
  const size = lengthOf(output);
  switch (neuron.kind) {
    case 'lif': {
      const initial = within(neuron.recurrentGain / Math.sqrt(size));
      return {
        ...(neuron.recurrent && { recurrent: { shape: [size, size], initial } }),
        ...leakParameters(neuron.leak, size),
      };
    }
    case 'integrator':
      return leakParameters(neuron.leak, size);
    case 'rnn':
    case 'lstm':
    case 'gru': {
      const columns = gatesOf(neuron) * size;
      const initial = within(1 / Math.sqrt(size));
      const bias = 'bias' in connection && connection.bias;
      return {
        recurrent: { shape: [size, columns], initial },
        ...(bias && { recurrentBias: { shape: [columns], initial } }),
      };
    }
    case 'linear':
      return {};
    default:
      return unreachable(neuron);
  }
}

/** a, of which the leak is k = σ(a). */
function leakParameters(leak: Leak, size: number): Parts {
  if (typeof leak === 'number') return {};
  const { per, init } = leak;
  const a = typeof init === 'number' ? Math.log(init / (1 - init)) : undefined;
  const initial = typeof init === 'number' ? { low: a!, high: a! } : init;
  return { leak: { shape: [per === 'neuron' ? size : 1], initial } };
}

const within = (bound: number): Parameter['initial'] => ({ low: -bound, high: bound });

/** The parameters that a run with this seed starts from; each has a random stream of its own. */
export function initialTensors(plan: NetworkPlan, seed: number): Map<string, Tensor> {
  const tensors = parametersOf(plan).map((parameter, index): [string, Tensor] => {
    const { name, shape } = parameter;
    return [name, { name, shape, data: initialValues(parameter, seed, index, lengthOf(shape)) }];
  });
  return new Map(tensors);
}

/** The first `count` elements of parameter number `index` of a plan, as a run with this seed starts from. */
export function initialValues(
  { initial: { low, high } }: Parameter,
  seed: number,
  index: number,
  count: number,
): Float32Array {
  const rng = stream(seed, 'initial weights', index);
  return Float32Array.from({ length: count }, () => low + (high - low) * rng.uniform());
}
