import type { Split } from '../metrics.ts';

/**
 * The answer of `errors`: δ(t) = dL/du(t) of each layer, L the loss of a sample by itself. Arrays over time are in the
 * order of time, [bins]; the error travels from their end to their beginning.
 */
export interface ErrorsResult {
  split: Split;
  samples: number;
  /** Which the samples are: drawn with this seed, in ascending order. */
  seed: number;
  steps: number;
  /** Stretches of time, and the steps of each; the last one may be shorter. What stands for one is a mean over its steps. */
  bins: number;
  stepsPerBin: number;
  /** Spiking layers and integrators, in the order of the network. */
  layers: ErrorsLayer[];
}

/** Over samples, [bins] each; null where there is nothing to take it of. */
export interface Quartiles {
  lower: (number | null)[];
  median: (number | null)[];
  upper: (number | null)[];
  /** Arithmetic mean. */
  mean: (number | null)[];
}

export interface ErrorsLayer {
  /** Place in the network, the first one 0, and what its parameters are called. */
  layer: number;
  name: string;
  neurons: number;
  spiking: boolean;
  /** ‖δ(t)‖, Euclidean over the neurons; quartiles over all samples, those at 0 included. */
  norm: Quartiles;
  /** Share of the samples whose δ(t) is 0 for every neuron [bins]. */
  vanished: number[];
  factors: ErrorFactors;
  /**
   * How much of δ(t+1) reaches δ(t) in the layer itself, as ‖J·δ(t+1)‖ / ‖δ(t+1)‖ with ever more of J = ∂u(t+1)/∂u(t):
   * the leak alone; with the reset; with all of it, so with the spike that resets and the recurrence. Quartiles over the
   * samples whose δ(t+1) is not 0; the last step has none.
   */
  gain: { leak: Quartiles; reset: Quartiles; whole: Quartiles };
  /** Share of δ(t) that comes in anew from above or from the loss: ‖new‖ / (‖new‖ + ‖J·δ(t+1)‖), mean over samples [bins]. */
  fresh: (number | null)[];
  /**
   * Factor of a step. `expected` from the factors alone, as if the entries of δ were independent; `measured`: root mean
   * square of the gains over steps and samples. `norms`: geometric mean of ‖δ(t)‖ / ‖δ(t+1)‖ where neither is 0, new errors
   * included. Null where there is none.
   */
  perStep: {
    expected: { leak: number; reset: number; whole: number };
    measured: { leak: number | null; reset: number | null; whole: number | null };
    norms: number | null;
  };
}

/** What equations 12 and 13 name. */
export interface ErrorFactors {
  /** k over the neurons. */
  leak: { least: number; mean: number; most: number };
  /** As `neuron.reset` names it. */
  reset: string;
  /** Whether gradients flow through the spike that resets. */
  resetGradient: boolean;
  /** ∂r/∂u, that is 1 − o after a hard reset: mean over neurons and samples [bins]. */
  kept: number[];
  /** h′(u − θ): mean over neurons and samples, and the share of neurons where it is not 0 [bins]. */
  surrogate: number[];
  surrogateShare: number[];
  /** Of V: Frobenius norm over √N (the gain of a vector with independent entries), largest singular value, spectral radius. */
  recurrent?: { gain: number; norm: number; radius: number };
}
