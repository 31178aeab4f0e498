/**
 * The parts of a spiking neuron that come in variants, each described once: the experiment file takes names and texts from
 * here, the plans their defaults, the reference its equations, and the kernels their codes. A new reset or surrogate
 * begins with an entry.
 */

/** r(u, o): what a spike leaves of the membrane potential before it decays into the next step. */
export interface ResetRule {
  equation: string;
  /** For the experiment file. */
  about: string;
  /** r(u, o), θ the threshold. */
  forward(u: number, o: number, theta: number): number;
  /** ∂r/∂u and ∂r/∂o. */
  backward(u: number, o: number, theta: number): { byU: number; byO: number };
  /** Whether a spike also takes θ·o from the next step itself, where no leak decays it. */
  undecayed?: true;
}

export type Reset = 'hard' | 'soft' | 'none' | 'soft-undecayed';

export const RESETS: Readonly<Record<Reset, ResetRule>> = {
  hard: {
    equation: 'u·(1 − o)',
    about: 'u becomes 0 (the paper)',
    forward: (u, o) => u * (1 - o),
    backward: (u, o) => ({ byU: 1 - o, byO: -u }),
  },
  soft: {
    equation: 'u − θ·o',
    about: 'u loses one threshold',
    forward: (u, o, theta) => u - theta * o,
    backward: (_, __, theta) => ({ byU: 1, byO: -theta }),
  },
  none: {
    equation: 'u',
    about: 'nothing ("without reset")',
    forward: (u) => u,
    backward: () => ({ byU: 1, byO: 0 }),
  },
  'soft-undecayed': {
    equation: 'u',
    about: "the next step loses one whole threshold, as in the code of the paper's reference [23]: k·u − θ·o",
    forward: (u) => u,
    backward: () => ({ byU: 1, byO: 0 }),
    undecayed: true,
  },
};

/**
 * A surrogate derivative of the spike. With z = (u − θ) / width every shape is a pair of functions of z alone:
 *   derivative  h'(u − θ) = height · d(z),         d(0) = 1
 *   primitive   h(u − θ)  = height · width · P(z),  P' = d, P(−∞) = 0
 * Training uses the derivative only. The primitive stands in for the Heaviside step in the smoothed network, whose
 * true gradient is the surrogate gradient, so that finite differences can check it.
 */
export interface SurrogateRule {
  /** d(z). */
  equation: string;
  derivative(z: number): number;
  primitive(z: number): number;
  /** Value of the derivative at the threshold when the file does not give one: its area is that of a step. */
  height(width: number): number;
  /** Zero outside of |z| < 1. */
  windowed: boolean;
}

export type SurrogateShape = 'rectangular' | 'triangular' | 'sigmoid' | 'arctan' | 'superspike' | 'multi-gaussian';

export const SURROGATES: Readonly<Record<SurrogateShape, SurrogateRule>> = {
  // P: a clipped ramp.
  rectangular: {
    equation: '[|z| < 1]',
    derivative: (z) => (Math.abs(z) < 1 ? 1 : 0),
    primitive: (z) => Math.min(Math.max(z, -1), 1) + 1,
    height: (width) => 1 / (2 * width),
    windowed: true,
  },
  // P: two parabolas that meet at z = 0.
  triangular: {
    equation: 'max(0, 1 − |z|)',
    derivative: (z) => Math.max(0, 1 - Math.abs(z)),
    primitive: (z) => (z < 0 ? (1 + Math.max(z, -1)) ** 2 / 2 : 1 - (1 - Math.min(z, 1)) ** 2 / 2),
    height: (width) => 1 / width,
    windowed: true,
  },
  // P = 4·σ(z).
  sigmoid: {
    equation: '4·σ(z)·(1 − σ(z))',
    derivative: (z) => 4 * sigmoid(z) * sigmoid(-z),
    primitive: (z) => 4 * sigmoid(z),
    height: (width) => 1 / (4 * width),
    windowed: false,
  },
  // P = atan z + π/2.
  arctan: {
    equation: '1 / (1 + z²)',
    derivative: (z) => 1 / (1 + z * z),
    primitive: (z) => Math.atan(z) + Math.PI / 2,
    height: (width) => 1 / (Math.PI * width),
    windowed: false,
  },
  // P = z / (1 + |z|) + 1.
  superspike: {
    equation: '1 / (1 + |z|)²',
    derivative: (z) => 1 / (1 + Math.abs(z)) ** 2,
    primitive: (z) => z / (1 + Math.abs(z)) + 1,
    height: (width) => 1 / (2 * width),
    windowed: false,
  },
  // P: the same with Φ for N. The height is that of the code of reference [23].
  'multi-gaussian': {
    equation: '[1.15·N(z; 0, 1) − 0.15·N(z; 1, 6) − 0.15·N(z; −1, 6)] / 2, over its value at 0',
    derivative: (z) => multiGaussian(z, 1) / multiGaussian(0, 1),
    primitive: (z) =>
      (0.5 * (1.15 * normalCdf(z) - 0.15 * normalCdf((z - 1) / 6) - 0.15 * normalCdf((z + 1) / 6))) /
      multiGaussian(0, 1),
    height: (width) => multiGaussian(0, width),
    windowed: false,
  },
};

/** Names of a table, in its order. */
export function namesOf<K extends string>(table: Readonly<Record<K, unknown>>): [K, ...K[]] {
  return Object.keys(table) as [K, ...K[]];
}

/** γ·[(1+h)·N(x; 0, σ) − h·N(x; σ, sσ) − h·N(x; −σ, sσ)], γ = 0.5, h = 0.15, s = 6, σ = width (reference [23]'s code). */
export function multiGaussian(x: number, width: number): number {
  const normal = (mean: number, deviation: number): number =>
    Math.exp(-((x - mean) ** 2) / (2 * deviation ** 2)) / (deviation * Math.sqrt(2 * Math.PI));
  return 0.5 * (1.15 * normal(0, width) - 0.15 * normal(width, 6 * width) - 0.15 * normal(-width, 6 * width));
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
