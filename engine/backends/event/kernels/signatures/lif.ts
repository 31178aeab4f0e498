/**
 * Layers of LIF neurons over all steps of their samples. Step t of sample b is row b·steps + t of the panel matrices; sizes are
 * multiples of 4, and padding has zero weights. The equations: assembly/lif/forward.ts and backward.ts.
 */
import { twofold } from './signature.ts';

/** u on entry: what neurons receive, unless `constant` has it; on return their potentials. */
const forwardRows = {
  /** f32 [rows × columns] */
  u: 'pointer',
  rows: 'i32',
  samples: 'i32',
  steps: 'i32',
} as const;

/** What a sample receives in every step. */
const constantInput = {
  /** f32 [constantRows × columns], a row for each sample */
  constant: 'pointer?',
  constantRows: 'i32',
} as const;

const neuron = {
  /** f32 [columns]: k of each neuron */
  leak: 'pointer',
  threshold: 'f32',
  reset: 'RESET',
} as const;

/** h', the surrogate derivative of the spike. */
const surrogate = {
  shape: 'SURROGATE',
  width: 'f32',
  height: 'f32',
} as const;

/** Backward of all neurons of a step before the step below it. On entry u holds potentials, on return δ = dL/du. */
const backwardBySteps = {
  /** f32 [rows × size] */
  u: 'pointer',
  rows: 'i32',
  samples: 'i32',
  steps: 'i32',
  size: 'i32',
  ...neuron,
  resetGradient: 'flag',
  ...surrogate,
  /** f32 [size × nextSize, padded]: W⁺ of the next layer, if there is one */
  next: 'pointer?',
  nextSize: 'i32',
  /** f32 [rows × nextSize, padded]: δ⁺ of the next layer */
  nextDelta: 'pointer?',
  /** f32 [samples × size]: factors of dropout on what the next layer receives */
  dropoutMask: 'pointer?',
  /** f32 [size × size]: V */
  recurrent: 'pointer?',
  /** f32 [samples × size]: dL/do from outside, the same in every step of the window */
  gO: 'pointer?',
  /** f32 [samples][steps − windowStart × size]: dL/du from outside, a panel matrix for each sample */
  gU: 'pointer?',
  /** First step that gO and gU enter at */
  windowStart: 'i32',
  /** f32 [size]: dL/dk, added to where leaks are learned */
  dk: 'pointer?',
  /** f32, see scratch.ts */
  work: 'pointer',
} as const;

export const lif = {
  /** Potentials and spikes without recurrence. */
  lifForward: twofold({
    ...forwardRows,
    columns: 'i32',
    ...constantInput,
    ...neuron,
    /** An integrator does not spike. */
    spiking: 'flag',
    /** u16 [samples·steps × panels]: bit i of (row, p) says that neuron 16p + i fired; where it is spiking */
    spikeMasks: 'pointer?',
    /** Panels of the whole layer, of which these columns may be a part */
    panels: 'i32',
  }),
  /** Spikes without recurrence at several points around the weights, from what the weights and the directions bring of each input. */
  lifAround: twofold({
    /** f32 [sourceRows × columns]: samples·steps rows of x·W, then as many of each x·D_d */
    source: 'pointer',
    sourceRows: 'i32',
    directions: 'i32',
    /** f32 [points × directions] */
    scales: 'pointer',
    /** f32 [columns] of each point */
    bias: 'pointer',
    /** From the biases of a point to those of the next one */
    biasStride: 'bytes',
    points: 'i32',
    samples: 'i32',
    steps: 'i32',
    columns: 'i32',
    ...neuron,
    /** u16 [points × panels × samples·steps], panel by panel */
    spikeMasks: 'pointer',
  }),
  /** Potentials and spikes with recurrent weights V. */
  lifForwardRecurrent: twofold({
    ...forwardRows,
    size: 'i32',
    ...constantInput,
    ...neuron,
    /** f32 [size × size]: V */
    recurrent: 'pointer',
    /** u16 [samples·steps × panels] as in lifForward */
    spikeMasks: 'pointer',
    /** f32, see scratch.ts */
    work: 'pointer',
  }),
  /** δ = dL/du of neurons without recurrence, a panel through all samples and steps before the next panel. */
  lifBackward: twofold({
    /** f32 [rows × columns] */
    u: 'pointer',
    rows: 'i32',
    samples: 'i32',
    steps: 'i32',
    columns: 'i32',
    ...neuron,
    resetGradient: 'flag',
    spiking: 'flag',
    ...surrogate,
    /** f32 [nextRows × nextSize, padded]: W⁺ of the next layer, if there is one */
    next: 'pointer?',
    nextRows: 'i32',
    /** Row of W⁺ that belongs to the first of these neurons */
    nextFirst: 'i32',
    nextSize: 'i32',
    /** f32 [rows × nextSize, padded]: δ⁺ of the next layer */
    nextDelta: 'pointer?',
    /** f32 [samples × stride]: factors of dropout on what the next layer receives */
    dropoutMask: 'pointer?',
    /** f32 [samples × stride]: dL/do from outside, the same in every step of the window */
    gO: 'pointer?',
    /** f32 [samples][steps − windowStart × stride]: dL/du from outside, a panel matrix for each sample */
    gU: 'pointer?',
    /** Neurons of the whole layer, of which these columns may be a part */
    stride: 'i32',
    /** First step that gO and gU enter at */
    windowStart: 'i32',
    /** f32 [columns]: dL/dk, added to where leaks are learned */
    dk: 'pointer?',
    /** f32, see scratch.ts */
    work: 'pointer',
  }),
  /** δ with at most MAX_PANELWISE_RECURRENT recurrent neurons, below at most MAX_PANELWISE_COLUMNS columns. */
  lifBackwardRecurrent: twofold(backwardBySteps),
  /** δ of a wide recurrent layer or below a wide one: products are formed for the neurons inside the surrogate's window alone. */
  lifBackwardSteps: twofold(backwardBySteps),
};

/** What is made of masks of spikes, u16 [rows × panels]: bit i of (row, p) says that neuron 16p + i fired. */
export const spikes = {
  /** The neurons that fired, row by row. */
  listSpikes: twofold({
    spikeMasks: 'pointer',
    panels: 'i32',
    rows: 'i32',
    /** u32 [rows + 1] */
    offsets: 'pointer',
    /** u16, one for each spike, and SPARE_EVENTS more that may be overwritten */
    channels: 'pointer',
  }),
  /** counts[b] = how many neurons fired in all the steps of sample b. */
  countSpikes: twofold({
    spikeMasks: 'pointer',
    panels: 'i32',
    samples: 'i32',
    steps: 'i32',
    /** u32 [samples] */
    counts: 'pointer',
  }),
  /** From masks that lie panel by panel, u16 [panels × rows], to [rows × panels]. */
  transposeMasks: twofold({
    spikeMasks: 'pointer',
    panels: 'i32',
    rows: 'i32',
    out: 'pointer',
  }),
  /** out[r] = bias + Σ source[i] over the neurons i that fired in row r, for at most one panel of columns, looked up in tables. */
  gatherSpikes: twofold({
    /** f32 [rows × columns] */
    out: 'pointer',
    /** f32 [columns] */
    bias: 'pointer',
    /** f32 [inputs × columns] */
    source: 'pointer',
    inputs: 'i32',
    /** Panel by panel: u16 [panels × rows] */
    spikeMasks: 'pointer',
    rows: 'i32',
    columns: 'i32',
    /** f32 [TABLE_ROWS × columns] */
    tables: 'pointer',
  }),
  /** out[i] += source[r] for every row r and neuron i that fired in it: the gradient of weights to at most one panel. */
  scatterSpikes: twofold({
    /** f32 [outRows × columns] */
    out: 'pointer',
    outRows: 'i32',
    /** f32 [rows × columns] */
    source: 'pointer',
    spikeMasks: 'pointer',
    panels: 'i32',
    rows: 'i32',
    columns: 'i32',
  }),
};
