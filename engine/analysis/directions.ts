/** Steps away from trained weights that are as long, for each neuron, as its weights are: Li et al. (2018), filter-wise. */
import { stream } from '../base/random.ts';
import { parametersOf, type Tensor } from '../models/parameters.ts';
import type { NetworkPlan } from '../models/plan.ts';

/** Against division by zero, as in the published code of Li et al. */
const SMALL = 1e-10;

/**
 * A random direction: normal numbers, scaled for each neuron (or filter, and each of its gates) to the norm of the weights
 * that it receives by, |d| = |w|. Biases, leaks and norms, which have one dimension, stay as they are: zero.
 * Drawn from a stream named by seed, number, place in the network and shape, so that networks share it where they can.
 * @param weights as `Network.parameters` gives them, of this plan
 */
export function randomDirection(
  plan: NetworkPlan,
  weights: readonly Tensor[],
  { seed, number, purpose }: { seed: number; number: number; purpose: string },
): Tensor[] {
  const parameters = parametersOf(plan);
  return weights.map(({ name, shape, data }, i) => {
    const direction = new Float32Array(data.length);
    if (shape.length > 1) {
      const { part } = parameters[i]!;
      const layer = plan.layers.findIndex((one) => name === `${one.name}.${part}`);
      const rng = stream(seed, `${purpose}: ${part} ${shape.join('×')}`, number, layer);
      for (let j = 0; j < direction.length; j++) direction[j] = rng.normal();
      scaleToNorms(direction, data, shape);
    }
    return { name, shape, data: direction };
  });
}

/** Names of the parameters that directions leave alone. */
export function leftAlone(weights: readonly Tensor[]): string[] {
  return weights.filter(({ shape }) => shape.length === 1).map(({ name }) => name);
}

/**
 * Elements of a matrix by the neuron that they lead to: weights of a dense connection are [inputs, neurons], so a column;
 * those of a convolution [filters, …], so a stretch. Element e of group g is first(g) + e·stride.
 */
export function neuronGroups(shape: readonly number[]): {
  count: number;
  length: number;
  first: (group: number) => number;
  stride: number;
} {
  const elements = shape.reduce((product, n) => product * n, 1);
  if (shape.length === 2) {
    const columns = shape[1]!;
    return { count: columns, length: shape[0]!, first: (group) => group, stride: columns };
  }
  const length = elements / shape[0]!;
  return { count: shape[0]!, length, first: (group) => group * length, stride: 1 };
}

/** Scales each neuron's part of `direction` to the norm of its part of `weights`, in place. */
function scaleToNorms(direction: Float32Array, weights: Float32Array, shape: readonly number[]): void {
  const { count, length, first, stride } = neuronGroups(shape);
  const [wanted, squares] = [new Float64Array(count), new Float64Array(count)];
  for (let e = 0; e < length; e++)
    for (let g = 0; g < count; g++) {
      const i = first(g) + e * stride;
      wanted[g]! += weights[i]! ** 2;
      squares[g]! += direction[i]! ** 2;
    }
  for (let e = 0; e < length; e++)
    for (let g = 0; g < count; g++)
      direction[first(g) + e * stride]! *= Math.sqrt(wanted[g]!) / (Math.sqrt(squares[g]!) + SMALL);
}
