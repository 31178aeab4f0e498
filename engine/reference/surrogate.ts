/** The surrogate derivative of a spike and its primitive, float64; the shapes are those of models/neuron.ts. */
import { SURROGATES } from '../models/neuron.ts';
import type { Lif } from '../models/plan.ts';

/** h'(x) at x = u − θ: what takes the place of the derivative of the spike in backpropagation. */
export function surrogateDerivative({ shape, width, height }: Lif['surrogate'], x: number): number {
  return height * SURROGATES[shape].derivative(x / width);
}

/** h(x) at x = u − θ: the antiderivative of h' that starts from 0. It ends at 1 where the area of h' is 1. */
export function surrogatePrimitive({ shape, width, height }: Lif['surrogate'], x: number): number {
  return height * width * SURROGATES[shape].primitive(x / width);
}
