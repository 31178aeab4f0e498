import type { Split } from '../metrics.ts';

/**
 * The answer of `spikes`. Arrays are flat and row-major; N neurons of a layer, C classes, `bins` stretches of time. A rate
 * is spikes per neuron and step, in [0, 1].
 */
export interface SpikesResult {
  split: Split;
  samples: number;
  /** Samples of each class [C]. */
  perClass: number[];
  steps: number;
  /** Stretches of time, and the steps of each; the last one may be shorter. */
  bins: number;
  stepsPerBin: number;
  /** In how many of the samples, evenly spread, intervals between spikes were looked at. */
  intervalSamples: number;
  /** A neuron is silent up to the one mean rate, and saturated from the other on. */
  limits: { silent: number; saturated: number };
  /** Spiking layers, in the order of the network; none in an RNN, LSTM or GRU. */
  layers: SpikingLayerResult[];
  efficiency: Efficiency;
}

export interface SpikingLayerResult {
  /** Place in the network, the first one 0, and what its parameters are called. */
  layer: number;
  name: string;
  neurons: number;
  /** Mean over neurons, steps and samples. */
  rate: number;
  /** Mean rate of every neuron [N]. */
  rates: number[];
  /** Neurons by mean rate: counts[i] have one in [i, i + 1) / counts.length, the last one including 1. */
  histogram: number[];
  /** Mean over the neurons [bins], and of each one [N, bins]. */
  rateOverTime: number[];
  neuronOverTime: number[];
  /** [N, C]; 0 where a class has no samples. */
  neuronByClass: number[];
  /** The class in which each neuron fires most [N], and how much more than in the others (see docs); null for a silent neuron. */
  preferredClass: (number | null)[];
  selectivity: (number | null)[];
  /** How many neurons. */
  silent: number;
  saturated: number;
  /** Factor k of each neuron [N]. */
  leak: number[];
  leakLearned: boolean;
  /**
   * Neuron-steps with |u − θ| < halfWidth, where a surrogate without a window has its half-width: their share, that of each
   * neuron [N], and neurons that are never there.
   */
  window: { threshold: number; halfWidth: number; bounded: boolean; share: number; shares: number[]; never: number };
  /** Irregularity of the intervals between spikes within a sample. */
  cv2: Irregularity;
  lv: Irregularity;
}

export interface Irregularity {
  /** Of each neuron with at least two intervals in a row [N], else null; how many there are, and mean and deviation over them. */
  values: (number | null)[];
  neurons: number;
  mean: number | null;
  deviation: number | null;
}

/** Over samples; `deviation` is the standard deviation (n − 1), 0 for a single sample. */
export interface SampleSpread {
  mean: number;
  deviation: number;
  least: number;
  most: number;
}

export type Operation = 'accumulate' | 'multiply-accumulate';

/** By NeuroBench's definitions, per sample; see docs/analyses.md. */
export interface Efficiency {
  /** Non-zero inputs, a pair of step and channel each; binary: none is anything but 0 or 1. */
  input: { nonZero: SampleSpread; binary: boolean };
  layers: LayerEfficiency[];
  accumulates: SampleSpread;
  multiplyAccumulates: SampleSpread;
  /** Synaptic operations if no input and no weight were zero. */
  dense: number;
  /** Share of the neuron-steps of spiking layers without a spike; null where there are none. */
  activationSparsity: number | null;
  membraneUpdates: number;
  memoryAccesses: SampleSpread;
  footprint: { parameters: number; state: number };
}

export interface LayerEfficiency {
  layer: number;
  name: string;
  /** Effective synaptic operations from below, and what they are. */
  operation: Operation;
  operations: SampleSpread;
  dense: number;
  /** The same of the connections of the layer with itself. */
  recurrent?: { operation: Operation; operations: SampleSpread; dense: number };
  /** Potentials or states that are computed anew. */
  membraneUpdates: number;
  memoryAccesses: SampleSpread;
  /** Bytes. */
  parameters: number;
  state: number;
}
