import type { Split } from '../metrics.ts';

/** The answer of `resolution`: one trained network, its recordings cut into steps of other lengths. */
export interface ResolutionResult {
  split: Split;
  /** Milliseconds of a step in training. */
  trainedAt: number;
  /** What several events in one step and channel are: as many spikes, or one. */
  values: 'counts' | 'binary';
  /** Ascending in dt; fewer while it is computed. */
  rows: ResolutionRow[];
  /** Parts of a learned or fixed leak that rescaling cannot change: the network has no leak (RNN, LSTM, GRU), or k is 0 or 1. */
  rescaling: 'changes leaks' | 'changes nothing';
}

export interface ResolutionRow {
  /** Milliseconds of a step, and the steps of a sample. */
  dt: number;
  steps: number;
  /** How many steps the readout looks at, the last ones. */
  window: number;
  /** What is covered, in ms. */
  covered: number;
  samples: number;
  /** Mean input spikes of a sample, a count of n as n; and how many non-zero pairs of step and channel. */
  inputSpikes: number;
  occupied: number;
  /** The network as it was trained. */
  asIs: ResolutionScore;
  /** With every leak k replaced by k^(dt / trainedAt). */
  rescaled: ResolutionScore;
}

export interface ResolutionScore {
  /** Mean over the samples, in [0, 1]. */
  accuracy: number;
  loss: number | null;
  /** Spikes per neuron and step of each spiking layer. */
  rates: number[];
}
