/** What the entries of lifForward and lifBackward share: layers as plans, leaks, sizes. */

import type { Rng } from '../../../../../base/random.ts';
import type { Leak } from '../../../../../experiment/schema.ts';
import { type Dense, INPUT, type Integrator, type LayerPlan, type Lif } from '../../../../../models/plan.ts';
import { uniform } from '../inputs.ts';

/** Binary fractions, so that float32 holds them exactly. */
export const THRESHOLD = 0.375;
export const WIDTH = 0.25;

/** Columns that kernels of layers are called for at a time: two panels. */
export const STRIP = 32;

/** Samples of a block with `steps` rows each. */
export interface LifSize {
  size: number;
  steps: number;
  samples: number;
}

/** Every remainder of a panel, and sequences from one step on. */
export const lifSizes: LifSize[] = [
  { size: 4, steps: 12, samples: 3 },
  { size: 8, steps: 1, samples: 2 },
  { size: 8, steps: 9, samples: 2 },
  { size: 12, steps: 7, samples: 1 },
  { size: 16, steps: 10, samples: 3 },
  { size: 20, steps: 8, samples: 2 },
  { size: 36, steps: 2, samples: 2 },
  { size: 64, steps: 5, samples: 2 },
  { size: 200, steps: 3, samples: 1 },
  { size: 28, steps: 5, samples: 7 },
  { size: 36, steps: 3, samples: 18 },
];

export const labelOf = ({ size, steps, samples }: LifSize): string =>
  `${size} neurons, ${steps} steps, ${samples} samples`;

/** A layer whose input is the current itself: its weights are the identity. */
export function layerOf<N extends Lif | Integrator>(size: number, neuron: N): LayerPlan<N, Dense> {
  const connection: Dense = { kind: 'dense', inputs: size, size, bias: false, weightGain: 1 };
  return { name: 'layer', input: [INPUT], connection, neuron, output: [size] };
}

/** A neuron with these fields, or one that never fires; its leak is a parameter. */
export function neuronOf({ spiking, ...fields }: { spiking: boolean } & Partial<Lif>): Lif | Integrator {
  const leak: Leak = { learnable: true, per: 'neuron', init: 0.5 };
  if (!spiking) return { kind: 'integrator', leak };
  return {
    kind: 'lif',
    threshold: THRESHOLD,
    leak,
    reset: 'hard',
    resetGradient: true,
    recurrent: false,
    recurrentGain: 1,
    surrogate: { shape: 'rectangular', width: WIDTH, height: 1 },
    ...fields,
  };
}

export function identity(size: number): Float64Array {
  const one = new Float64Array(size * size);
  for (let i = 0; i < size; i++) one[i * size + i] = 1;
  return one;
}

/**
 * k of every neuron as the kernel gets it, and the parameter a with σ(a) = k as the reference wants it. Learned leaks
 * lie between 0 and 1; fixed ones are 0.3, 0 (complete leakage) or 1 (none).
 */
export function leaks(rng: Rng, size: number, learned: boolean): { k: Float64Array; a: Float64Array } {
  const fixed = [Math.fround(0.3), 0, 1];
  const k = learned ? uniform(rng, size, 0.05, 0.95) : new Float64Array(size).fill(fixed[rng.below(3)]!);
  return { k, a: k.map(logit) };
}

export const logit = (k: number): number => Math.log(k / (1 - k));

/** Element numbers of the rows of one sample in a matrix of a whole block. */
export function rowsOf({ size, steps }: LifSize, sample: number): [from: number, to: number] {
  return [sample * steps * size, (sample + 1) * steps * size];
}
