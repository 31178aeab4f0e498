/**
 * A network as plain data: what the backends, the reference and the checkpoints all read. A layer is a connection (how
 * neurons are wired) and a neuron (how they behave); whoever reads one switches over the kinds of both, and `unreachable`
 * makes the compiler name every switch that a new kind is missing from.
 */
import type { DatasetShape } from '../datasets/dataset.ts';
import type { Leak, RunSpec } from '../experiment/schema.ts';
import type { Reset, SurrogateShape } from './neuron.ts';

export type Planes = readonly [planes: number, height: number, width: number];

/** What a layer gives in each step. */
export type Shape = readonly [neurons: number] | Planes;

/** Height and width, of a kernel, a stride or a margin. */
export type Extent = readonly [height: number, width: number];

/** Every neuron with every input: W [inputs, size], one block of columns for each gate of the neuron, b [size]. */
export interface Dense {
  kind: 'dense';
  inputs: number;
  size: number;
  bias: boolean;
  /** Scales the initial weights and biases (parameters.ts). */
  weightGain: number;
}

/** Every neuron with a patch of all planes: W [filters, planes, height, width], b [filters]. */
export interface Conv {
  kind: 'conv';
  input: Planes;
  filters: number;
  kernel: Extent;
  stride: Extent;
  /** Rows and columns of zeros around the input. */
  padding: Extent;
  bias: boolean;
  weightGain: number;
}

/** Every neuron with a patch of one plane, without weights. */
export interface Pool {
  kind: 'pool';
  input: Planes;
  operation: 'mean' | 'max';
  window: Extent;
  stride: Extent;
}

/** The sum, element by element, of all the layers that it receives; each has this shape. */
export interface Residual {
  kind: 'residual';
  input: Shape;
}

/**
 * Each plane, or each neuron, to mean 0 and variance 1 over samples, steps and places, then times gain and scale, plus shift:
 * scale and shift [planes] are learned. Mean and variance are those of the batch in training, and running ones elsewhere.
 */
export interface Norm {
  kind: 'norm';
  input: Shape;
  /** 1; in the threshold-dependent form α·θ. */
  gain: number;
  /** Added to the variance. */
  epsilon: number;
  /** What a batch counts in the running mean and variance; the first ones of a run more (`shareOfBatch`). */
  momentum: number;
}

/**
 * What batch number t = 1, 2, … of a run counts in running statistics: their mean over all batches with weights
 * (1 − momentum)^age, which the numbers that a network begins with have no part in.
 */
export const shareOfBatch = ({ momentum }: Norm, t: number): number => momentum / (1 - (1 - momentum) ** t);

export type Connection = Dense | Conv | Pool | Residual | Norm;

/** What spiking neurons and integrators have alike. */
interface Leaky {
  leak: Leak;
  /** Whether what the neuron receives, recurrence and bias included, counts 1 − k times. */
  scaleInput?: boolean | undefined;
  /** random: u[-1] and o[-1] from U(0, 1) in training and ½ elsewhere (initial-state.ts). Default: 0. */
  initialState?: 'zero' | 'random' | undefined;
}

/** Leaky integrate-and-fire, equations 3 to 11: u[t] = k·r(u[t-1], o[t-1]) + input + V·o[t-1], o[t] = [u[t] >= θ]. */
export interface Lif extends Leaky {
  kind: 'lif';
  threshold: number;
  reset: Reset;
  /** Whether gradients flow through the reset. */
  resetGradient: boolean;
  /** With V [size, size], from-major. */
  recurrent: boolean;
  recurrentGain: number;
  surrogate: { shape: SurrogateShape; width: number; height: number };
}

/** u[t] = k·u[t-1] + input; never fires. */
export interface Integrator extends Leaky {
  kind: 'integrator';
}

/** The paper's baselines: units with a state that is not spikes, recurrent weights V [size, gates·size] (reference/gated.ts). */
export interface Rnn {
  kind: 'rnn';
}
export interface Lstm {
  kind: 'lstm';
}
export interface Gru {
  kind: 'gru';
}

/** Gives what it receives. */
export interface Linear {
  kind: 'linear';
}

export type NeuronPlan = Lif | Integrator | Rnn | Lstm | Gru | Linear;
export type Gated = Rnn | Lstm | Gru;

export interface LayerPlan<N extends NeuronPlan = NeuronPlan, C extends Connection = Connection> {
  /** What the names of its parameters begin with: `layers.0`, `cell`, `readout`. */
  name: string;
  /** Names of the layers that it receives; INPUT is the sample. */
  input: readonly string[];
  connection: C;
  neuron: N;
  output: Shape;
}

/** The name of the sample among what layers receive. */
export const INPUT = 'input';

export interface ReadoutPlan {
  /** rate: mean spikes; mean, last, max: membrane potential or state; each-step: every step of the window on its own. */
  decode: 'rate' | 'mean' | 'last' | 'max' | 'each-step';
  /** First step of the window; it ends with the last step. */
  from: number;
}

export interface NetworkPlan {
  inputs: number;
  classes: number;
  steps: number;
  encoding: DatasetShape['encoding'];
  /** Each after those that it receives; the last one has `classes` neurons and is read out. */
  layers: LayerPlan[];
  readout: ReadoutPlan;
  /** Probability that a hidden neuron is silent for what follows, in training. */
  dropout: number;
  loss: RunSpec['training']['loss'];
  /** Factor on the gradient of a sample by its label; absent: 1. */
  classWeights?: number[] | undefined;
  spikePenalty?: RunSpec['training']['spikePenalty'];
}

/** Whether it is a unit of an RNN, LSTM or GRU. */
export const isGated = (neuron: NeuronPlan): neuron is Gated =>
  neuron.kind === 'rnn' || neuron.kind === 'lstm' || neuron.kind === 'gru';

/** Blocks of columns that a neuron has in its weights, in PyTorch's order: lstm i f g o, gru r z n. */
export function gatesOf(neuron: NeuronPlan): number {
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
    case 'rnn':
    case 'linear':
      return 1;
    case 'gru':
      return 3;
    case 'lstm':
      return 4;
    default:
      return unreachable(neuron);
  }
}

/** The connection of a layer in words, for messages. */
export function connectionName({ kind }: Connection): string {
  switch (kind) {
    case 'dense':
      return 'a dense connection';
    case 'conv':
      return 'a convolution';
    case 'pool':
      return 'a pooling';
    case 'residual':
      return 'a residual connection';
    case 'norm':
      return 'a normalisation';
    default:
      return unreachable(kind);
  }
}

/** Where a switch has had every kind: the compiler refuses the call as long as one is missing. */
export function unreachable(kind: never): never {
  throw new TypeError(`A network plan has something unknown: ${JSON.stringify(kind)}.`);
}
