/**
 * Surrogate derivatives of the spike and their primitives, float64.
 *
 * With z = (u − θ) / width every shape is a pair of functions of z alone:
 *   derivative  h'(u − θ) = height · d(z),         d(0) = 1
 *   primitive   h(u − θ)  = height · width · P(z),  P' = d, P(−∞) = 0
 * Training uses the derivative only. The primitive stands in for the Heaviside step in the smoothed network, whose
 * true gradient is the surrogate gradient, so that finite differences can check it.
 */
import type { Surrogate } from '../experiment/schema.ts';
import { type LayerPlan, multiGaussian } from '../models/network.ts';

interface Shape {
  derivative(z: number): number;
  primitive(z: number): number;
}

const shapes: Record<Surrogate['shape'], Shape> = {
  // d = [|z| < 1]: a box; P: a clipped ramp.
  rectangular: {
    derivative: (z) => (Math.abs(z) < 1 ? 1 : 0),
    primitive: (z) => Math.min(Math.max(z, -1), 1) + 1,
  },
  // d = max(0, 1 − |z|); P: two parabolas that meet at z = 0.
  triangular: {
    derivative: (z) => Math.max(0, 1 - Math.abs(z)),
    primitive: (z) => (z < 0 ? (1 + Math.max(z, -1)) ** 2 / 2 : 1 - (1 - Math.min(z, 1)) ** 2 / 2),
  },
  // d = 4·σ(z)·(1 − σ(z)); P = 4·σ(z).
  sigmoid: {
    derivative: (z) => 4 * sigmoid(z) * sigmoid(-z),
    primitive: (z) => 4 * sigmoid(z),
  },
  // d = 1 / (1 + z²); P = atan z + π/2.
  arctan: {
    derivative: (z) => 1 / (1 + z * z),
    primitive: (z) => Math.atan(z) + Math.PI / 2,
  },
  // d = 1 / (1 + |z|)²; P = z / (1 + |z|) + 1.
  superspike: {
    derivative: (z) => 1 / (1 + Math.abs(z)) ** 2,
    primitive: (z) => z / (1 + Math.abs(z)) + 1,
  },
  // d = [1.15·N(z; 0, 1) − 0.15·N(z; 1, 6) − 0.15·N(z; −1, 6)] / 2, over its value at 0; P: the same with Φ for N.
  'multi-gaussian': {
    derivative: (z) => multiGaussian(z, 1) / multiGaussian(0, 1),
    primitive: (z) =>
      (0.5 * (1.15 * normalCdf(z) - 0.15 * normalCdf((z - 1) / 6) - 0.15 * normalCdf((z + 1) / 6))) /
      multiGaussian(0, 1),
  },
};

/** h'(x) at x = u − θ: what takes the place of the derivative of the spike in backpropagation. */
export function surrogateDerivative(s: LayerPlan['surrogate'], x: number): number {
  return s.height * shapes[s.shape].derivative(x / s.width);
}

/** h(x) at x = u − θ: the antiderivative of h' that starts from 0. It ends at 1 where the area of h' is 1. */
export function surrogatePrimitive(s: LayerPlan['surrogate'], x: number): number {
  return s.height * s.width * shapes[s.shape].primitive(x / s.width);
}

/** 1 / (1 + e^−z). */
export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

/** Φ(z) = (1 + erf(z / √2)) / 2. */
function normalCdf(z: number): number {
  return (1 + erf(z / Math.SQRT2)) / 2;
}

/**
 * erf(x) = 2/√π · e^(−x²) · Σ 2ⁿ·x^(2n+1) / (1·3·…·(2n+1)), to a few ulp.
 * All terms have the same sign, so nothing cancels; beyond 6 the rest is below 2⁻⁵³.
 */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
