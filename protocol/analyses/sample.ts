/** One sample through the network of a checkpoint: what it is, what every layer made of it, and the decision. */
import type { Split } from '../metrics.ts';

export interface SampleQuestion {
  split: Split;
  /** Its place in the split, the first one 0; with `label` the first one of this class from there on, going round. */
  index: number;
  label?: number;
  /** Neurons whose potentials are wanted, by layer. */
  traces: { layer: number; neurons: number[] }[];
  /** Weight updates of the checkpoint; by default that of the epoch that counts in tables, or the newest while that is not there. */
  checkpoint?: number;
}

/** At most this many neurons in one question. */
export const MAX_TRACES = 64;

/** Events in the order of time: those of step t are items[offsets[t] .. offsets[t+1]). */
export interface EventList {
  /** [T + 1] */
  offsets: number[];
  /** Channels or neurons. */
  items: number[];
}

export interface SampleAnswer {
  split: Split;
  index: number;
  /** Samples of the split. */
  of: number;
  label: number;
  classes: number;
  steps: number;
  checkpoint: number;
  /** Those that there are, newest first. */
  checkpoints: number[];
  /** Class scores [C], the class with the highest one, and the loss. */
  scores: number[];
  decision: number;
  loss: number;
  input: SampleInput;
  layers: SampleLayer[];
}

export interface SampleInput {
  channels: number;
  /** Where channels are pixels: channel = (plane · height + row) · width + column. */
  picture?: { planes: number; height: number; width: number };
  events?: EventList;
  /** The same in every step [channels]. */
  current?: number[];
}

export interface SampleLayer {
  layer: number;
  /** What its parameters are called. */
  name: string;
  neurons: number;
  kind: 'lif' | 'integrator' | 'rnn' | 'lstm' | 'gru' | 'linear';
  /** Of spiking layers. */
  spikes?: EventList;
  threshold?: number;
  reset?: string;
  /** Half the width of the surrogate's window around the threshold; of one without an edge, its width. */
  window?: number;
  /** u before the reset, or the state h, at every step [T], of the neurons that were asked for. */
  traces: { neuron: number; values: number[] }[];
}
