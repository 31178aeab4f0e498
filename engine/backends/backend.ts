/**
 * What a backend is: all that training, analyses, executors and the command line know of whoever does the arithmetic.
 * registry.ts lists the backends there are; test/unit/backends/conformance/ holds every one of them to this page.
 *
 * Letters in shapes: B samples of a batch, T time steps, M input channels, N neurons of a layer, C classes. Arrays are
 * flat and row-major. Layers are named by their place in the plan, the first one 0.
 */
import type { PreparedDataset, Split } from '../datasets/dataset.ts';
import type { BackendId, Training } from '../experiment/schema.ts';
import type { Tensor } from '../models/parameters.ts';
import type { NetworkPlan } from '../models/plan.ts';

export interface Backend {
  readonly id: BackendId;
  /** Why this network cannot be run here, in one sentence with what to do; undefined when it can. */
  refuses(plan: NetworkPlan): string | undefined;
  /** What this machine lacks for any network of it, in one sentence with what to do; undefined when nothing. */
  missing?(): string | undefined;
  /** Of a process that the system ended before it had done an epoch, as for a library that does not fit: what was going on, and what to do. */
  atLoss?(): string | undefined;
  /** Which builds compute here: what decides bits besides the settings. Fields of runs/format.ts. */
  provenance(): BackendProvenance;
  /** Who computes, for a log: "avx2 kernels". */
  describe(): string;
  /** Sentences on why it computes in another way than one may expect, more slowly for instance. */
  remarks?(): string[];
  /**
   * A network with the initial weights of the seed, which are the same in every backend. Rejects with one sentence when it
   * is refused or does not fit into memory.
   */
  open(plan: NetworkPlan, data: PreparedDataset, options: OpenOptions): Promise<Network>;
}

export interface BackendProvenance {
  /** SHA-256 of the compiled kernels, and of those for this processor; absent where there are none. */
  kernels?: string;
  nativeKernels?: string;
  /** The instructions that are used. */
  instructions?: string;
  /** Which TensorFlow. */
  tensorflow?: string;
}

export interface OpenOptions {
  /** Samples of a weight update. */
  batchSize: number;
  /** At most; the bits do not depend on them, unless native TensorFlow computes. */
  threads: number;
  /** Of the run: initial weights and dropout are drawn from it. */
  seed: number;
  /** Events that one sample of a probe may have; at least as many as those of the data set have at most. */
  maxEvents?: number;
}

/**
 * An open network. One call at a time: each waits for the last to have resolved. When one rejects (a thread died), the
 * network is lost and only `close` may follow.
 */
export interface Network {
  /** Weight updates that one call of `train` may make. */
  readonly maxUpdates: number;

  /** What `train` works on from here on. @param order the training samples, a permutation of [0, their number) */
  beginEpoch(epoch: number, order: Uint32Array): void;
  /**
   * Weight updates [from, to) of the epoch, of `batchSize` samples each but for the last: the sums of each. Fewer when
   * `signal` is aborted, within about a second or one update: those that are missing have then not been made.
   */
  train(from: number, to: number, step: OptimizerStep, signal?: AbortSignal): Promise<Sums[]>;
  /** Loss and accuracy, dropout off. Rejects with the signal's reason, within about a second, when that is aborted. */
  evaluate(split: Split, options?: EvaluateOptions): Promise<Evaluation>;
  /**
   * Loss and accuracy, dropout off, of every point around the parameters, which stay as they are. What is linear in them may be
   * computed once for all points, so potentials differ from those of `evaluate` at the moved parameters by the rounding of float32.
   * A point's numbers do not depend on which others are asked with it. Rejects with the signal's reason, within about a second.
   */
  evaluateAround(split: Split, around: Around): Promise<Score[]>;

  /** Copies of the parameters, in the order and the shapes of `parametersOf`. */
  parameters(): Tensor[];
  /** Replaces parameters, by name; the optimizer's moments stay. Throws when one is missing or has another shape. */
  setParameters(tensors: readonly Tensor[]): void;
  /** All that a checkpoint holds, by name: `model.`, and the optimizer's moments `adam.m.` and `adam.v.`. */
  state(): Map<string, Tensor>;
  /** The other way round; whatever backend wrote it. Throws as setParameters. */
  restore(state: ReadonlyMap<string, Tensor>): void;
  /** A parameter that is not finite or beyond all use, and its layer; cheap enough for several times a second. */
  broken(): { layer: number; value: number } | undefined;

  /**
   * Looks into the network while it works on a batch, dropout off; parameters and moments stay as they are. Here L is the
   * loss of each sample by itself, without class weights and the price of spikes. Throws a RangeError when `ask` names a
   * layer that has not what is asked of it, or when a sample does not fit the network. Of a batch without samples the
   * arrays are empty, and the gradient of the parameters, which nothing pulls at, is zero.
   */
  probe(batch: Batch, ask: Probe): Promise<Recording>;
  /**
   * The strongest entries of each sample's dL/dx [T, M], or the moves of its spikes by which L rises or falls most, without the
   * rest: as they come out of `probe`, to the bit. Absent where a network knows no way that is faster than that.
   */
  readonly steepest?: ((samples: readonly Sample[], ask: Steepest) => Promise<Slopes>) | undefined;

  close(): Promise<void>;
}

/** What the optimizer needs for some weight updates. */
export interface OptimizerStep {
  optimizer: Training['optimizer'];
  /** Weight updates of the run before this one. */
  updates: number;
  /** One learning rate per update. */
  learningRates: number[];
  /** What learned leaks take of it. Default 1. */
  leakFactor?: number | undefined;
  /** Longest gradient of a batch, in the Euclidean norm. */
  clipNorm?: number | undefined;
}

export interface Sums {
  samples: number;
  /** Sums over the samples. */
  loss: number;
  accuracy: number;
  /** Spikes per layer: of spiking layers and integrators (none), in their order; [] where neither is. */
  spikes: number[];
  /** Where the loss stopped being finite: the first layer with such a potential (one beyond the last: the loss itself). */
  divergedLayer?: number;
}

export interface EvaluateOptions {
  /** How many samples of the split, from the first on; default all. */
  samples?: number;
  perClass?: boolean;
  perSample?: boolean;
  /** Counts what the neurons do. */
  activity?: ActivityOptions | undefined;
  signal?: AbortSignal | undefined;
  /** Called now and then with the samples done: time for a checkpoint. What it throws, `evaluate` rejects with. */
  onPart?: (done: number) => void;
}

/** Points parameters + Σ scales[d]·directions[d]. */
export interface Around {
  /** Tensors as `parameters` gives them. */
  directions: readonly (readonly Tensor[])[];
  /** For each point a factor for each direction. */
  points: readonly (readonly number[])[];
  /** How many samples of the split, from the first on; default all. */
  samples?: number;
  signal?: AbortSignal | undefined;
}

/** Sums over samples. */
export interface Score {
  loss: number;
  accuracy: number;
}

export interface Evaluation extends Sums {
  /** By label: sums over the samples of each class. */
  perClass?: { samples: number; loss: number; accuracy: number }[];
  /** In the order of the split. */
  perSample?: SampleScores;
  activity?: Activity;
}

export interface ActivityOptions {
  /** Steps of a stretch of time; the last one may be shorter. */
  stepsPerBin: number;
  /** Intervals are looked at in every n-th sample, from the first on: they cost more than all the rest. */
  intervalsEvery: number;
}

/**
 * What the neurons did over the samples of an evaluation: spikes of so many samples would be too many to record. All are
 * counts, the same bits whoever made them.
 */
export interface Activity {
  /** Of each sample [B], in the order of the split: label, non-zero inputs (pairs of step and channel). */
  labels: Uint32Array;
  inputs: Float64Array;
  /** 1 where an input of the sample is neither 0 nor 1 [B]. */
  graded: Uint8Array;
  /**
   * Effective synaptic operations of each sample [B]: pairs of a non-zero input and a non-zero weight, in all steps, biases
   * left out. By layer those from below, and those of layers that receive what they gave in the step before. A linear readout
   * works once in a sample, on what it reads.
   */
  below: Float64Array[];
  within: Map<number, Float64Array>;
  /** Of spiking layers, by layer. */
  layers: Map<number, LayerActivity>;
}

/** Sums over samples. */
export interface LayerActivity {
  /** Spikes by stretch of time [bins, N] and by class [C, N]. */
  byTime: Float64Array;
  byClass: Float64Array;
  /** Steps with |u − θ| less than the width of the surrogate [N]. */
  inWindow: Float64Array;
  /** Of intervals between spikes within a sample, each with the next one: how many pairs, and the terms of CV2 and LV [N]. */
  pairs: Float64Array;
  cv2: Float64Array;
  lv: Float64Array;
}

export interface SampleScores {
  /** [B] */
  labels: Uint32Array;
  /** [B]; accuracy is 0 or 1, or the share of the steps for each-step. */
  loss: Float64Array;
  accuracy: Float64Array;
  /** Class scores [B, C]; for each-step their mean over the window. */
  scores: Float32Array;
}

/** What to look into: samples of a split by their numbers, or others that are in no data set. */
export type Batch = { split: Split; indices: ArrayLike<number> } | { samples: readonly Sample[] };

export type Sample = { label: number } & (
  | {
      /** Events: those of step t are channels[offsets[t] .. offsets[t+1]), T + 1 offsets; one may come more than once. */
      offsets: ArrayLike<number>;
      channels: ArrayLike<number>;
    }
  | {
      /** The constant input of each channel [M]. */
      current: ArrayLike<number>;
    }
);

/** What to record; layers by their place in the plan. */
export interface Probe {
  /** Of spiking layers. */
  spikes?: readonly number[];
  counts?: readonly number[];
  /** Of spiking layers and integrators; of an RNN, LSTM or GRU the state h. */
  potentials?: readonly number[];
  /** What the last hidden layer tells the readout. */
  features?: boolean;
  /** Of spiking layers and integrators; of an RNN, LSTM or GRU by the input part of its G gates. */
  delta?: readonly number[];
  inputGradient?: boolean;
  parameterGradient?: boolean;
}

/** `wanted`: how many entries, or moves, of each sample [B]; 0: none, WHOLE: all of its dL/dx. */
export type Steepest = { wanted: Uint32Array } & ({ what: 'bins' } | ({ what: 'moves' } & Moves));

export const WHOLE = 0xffffffff;

/**
 * Each spike may go to the bins of its channel within `maxShift` steps of its home that hold no spike, but not home itself. L changes
 * by amount·(dL/dx there − dL/dx here), to first order. `rises`: 1 when it is to rise, −1 when it is to fall.
 */
export interface Moves {
  rises: 1 | -1;
  maxShift: number;
  spikes: MovableSpikes;
}

/**
 * Those of sample b are [starts[b], starts[b + 1]). Bins t·M + c: where each belongs and where it is, which is in the same channel; how
 * many events it holds.
 */
export interface MovableSpikes {
  starts: Uint32Array;
  home: Uint32Array;
  place: Uint32Array;
  amount: Uint16Array;
}

export interface Slopes {
  samples: SampleScores;
  /** Of each sample [B]; fewer than wanted only where all others are zero (bins) or not positive (moves). NOT_FOUND: only WHOLE tells. */
  found: Uint32Array;
  /**
   * Strongest first [B, the most that are wanted of any]. Bins t·M + c by |dL/dx|, of equal ones the lower first, and dL/dx. Or spikes,
   * counted within their sample, by what L changes by in the wanted direction, of equal ones the lower first, that, and the bins that
   * they go to, of equally good ones the earliest.
   */
  places: Uint32Array;
  values: Float64Array;
  to: Uint32Array;
  /** dL/dx of the samples that it is wanted of, in their order [.., T, M]. */
  whole: Float32Array;
}

export const NOT_FOUND = 0xffffffff;

/** Every array is there when it was asked for. */
export interface Recording {
  /** Of every sample, whatever is asked. */
  samples: SampleScores;
  /** By layer. 0 or 1 [B, T, N]; and how many in all steps [B, N]. */
  spikes: Map<number, Uint8Array>;
  counts: Map<number, Uint32Array>;
  /** u before the reset, [B, T, N]. */
  potentials: Map<number, Float32Array>;
  /** Mean spikes over all steps [B, N]; of an RNN, LSTM or GRU what the linear layer sees. */
  features?: Float32Array;
  /** dL/du through all that follows, [B, T, N]; dL/da of gates [B, T, G·N]. */
  delta: Map<number, Float32Array>;
  /** dL/dx at every step and channel, whether it fired or not [B, T, M]; for a constant input the part of each step. */
  inputGradient?: Float32Array;
  /** Gradient of the mean loss of the batch, as `parameters`. */
  parameterGradient?: Tensor[];
}
