/** What works on dense numbers: the readout, products of matrices, the cells of RNN, LSTM and GRU, the optimizer, the leak's parameter. */
import { portable, twofold } from './signature.ts';

export const readout = {
  /** Scores, loss, accuracy and the gradient that starts the backward pass, of one sample; returns the predicted class. */
  readout: portable(
    {
      decode: 'DECODE',
      /** The window is the steps [windowStart, steps). */
      windowStart: 'i32',
      steps: 'i32',
      /** Classes with their padding */
      size: 'i32',
      classes: 'i32',
      /** f32 [rows × size]: potentials of the output layer; step t of the sample is row firstRow + t */
      u: 'pointer',
      rows: 'i32',
      firstRow: 'i32',
      threshold: 'f32',
      loss: 'LOSS',
      label: 'i32',
      /** What gradients are multiplied with: 1 / batch size */
      scale: 'f32',
      /** f32 [2·size]: on return the scores of the classes (each-step: their mean over the window), then scratch */
      scores: 'pointer',
      /** Rate: f32 [size], dL/do per step of the window; else f32 [steps − windowStart × size], dL/du */
      gradient: 'pointer?',
      /** f64 [2]: loss and accuracy of this sample are added to it */
      result: 'pointer',
    },
    'i32',
  ),
};

/** Numbers of columns and of inner terms are multiples of 16. */
export const product = {
  /** out = start + a·b */
  multiply: twofold({
    /** f32 [rows × columns] */
    out: 'pointer',
    start: 'START',
    /** f32 [columns], where sums start from it */
    bias: 'pointer?',
    /** f32 [rows × inner] */
    a: 'pointer',
    /** f32 [inner × columns] */
    b: 'pointer',
    rows: 'i32',
    inner: 'i32',
    columns: 'i32',
  }),
  /** out (+)= aᵀ·b, summed over the rows: the gradient of a matrix. */
  multiplyTransposed: twofold({
    /** f32 [m × n] */
    out: 'pointer',
    accumulate: 'flag',
    /** f32 [rows × m] */
    a: 'pointer',
    /** f32 [rows × n] */
    b: 'pointer',
    rows: 'i32',
    m: 'i32',
    n: 'i32',
  }),
  /** out = a·b, where a is sparse: what row r has are values[e] at columns indices[e], offsets[r] ≤ e < offsets[r + 1]. */
  multiplySparse: twofold({
    /** f32 [rows × columns], plain rows one behind the other */
    out: 'pointer',
    /** u32 [rows + 1] */
    offsets: 'pointer',
    /** u16, one for each value */
    indices: 'pointer',
    /** f32 */
    values: 'pointer',
    /** f32 [inner × columns] */
    b: 'pointer',
    rows: 'i32',
    inner: 'i32',
    columns: 'i32',
  }),
  transposeMatrix: portable({
    /** f32 [columns × rows] */
    out: 'pointer',
    /** f32 [rows × columns] */
    source: 'pointer',
    rows: 'i32',
    columns: 'i32',
  }),
};

/** Of `groups` gates (cell.ts); matrices [steps·samples × …] have step t of sample b in row t·samples + b. */
export const cell = {
  /** One step of all samples of a block. */
  cellForward: portable({
    kind: 'CELL',
    samples: 'i32',
    steps: 'i32',
    t: 'i32',
    size: 'i32',
    /** f32 [inputRows × groups·size]: input part of sample s in row inputFirst + s; may be `gates` */
    input: 'pointer',
    inputRows: 'i32',
    inputFirst: 'i32',
    /** f32 [samples × groups·size]: recurrent part */
    r: 'pointer',
    /** f32 [steps·samples × groups·size]: on return the gates of step t */
    gates: 'pointer',
    /** f32 [steps·samples × size]: on return h before step t */
    before: 'pointer',
    /** f32 [steps·samples × size]: on return the cell state (LSTM) or the recurrent part of the candidate (GRU) */
    extra: 'pointer',
    /** f32 [samples × size]: h before the step, on return after it */
    h: 'pointer',
    /** f32 [samples × size]: share·h is added, unless share is 0 */
    mean: 'pointer?',
    share: 'f32',
  }),
  /** One step backward of all samples of a block. */
  cellBackward: portable({
    kind: 'CELL',
    samples: 'i32',
    steps: 'i32',
    t: 'i32',
    size: 'i32',
    /** f32 [steps·samples × groups·size]: gates, on return dL/da */
    gates: 'pointer',
    /** f32 [steps·samples × size]: h before the step */
    before: 'pointer',
    /** f32 [steps·samples × size]: as cellForward left it; GRU: on return dL/dr of the candidate */
    extra: 'pointer',
    /** f32 [samples × size]: dL/dh from the step after, on return what does not pass through V */
    dh: 'pointer',
    /** f32 [samples × size]: dL/dc from the step after, on return for the step before (LSTM) */
    dc: 'pointer',
    /** f32 [samples × groups·size]: on return dL/dr */
    dr: 'pointer',
    /** f32 [samples × size]: share·dMean is added to dL/dh, unless share is 0 */
    dMean: 'pointer?',
    share: 'f32',
  }),
};

/** Elements [begin, end) of the parameter vector, multiples of 4. */
const range = { begin: 'i32', end: 'i32' } as const;

/** The gradients of the shards, f32 [shards][parameters], one `shardBytes` behind the other. */
const shards = { gradients: 'pointer', shardBytes: 'bytes', shards: 'i32' } as const;

export const optimizer = {
  /** The sum of the shards, in their order, into the first. */
  reduceShards: twofold({ ...shards, ...range }),
  /** Adam and AdamW on the sum of the shards times `scale`; equation in assembly/optimizer.ts. */
  adam: twofold({
    /** f32 [parameters] */
    w: 'pointer',
    /** f32 [parameters]: first moment */
    m: 'pointer',
    /** f32 [parameters]: second moment */
    v: 'pointer',
    ...shards,
    ...range,
    scale: 'f32',
    /** What weights are multiplied with before the step: 1, or 1 − lr·decay */
    weightFactor: 'f32',
    /** lr / (1 − β1^t) */
    rate: 'f32',
    beta1: 'f32',
    beta2: 'f32',
    epsilon: 'f32',
    /** 1 / √(1 − β2^t) */
    correction: 'f32',
  }),
  /** m = momentum·m + scale·Σ, w = w − rate·m */
  sgd: twofold({
    /** f32 [parameters] */
    w: 'pointer',
    /** f32 [parameters]: first moment */
    m: 'pointer',
    ...shards,
    ...range,
    scale: 'f32',
    rate: 'f32',
    momentum: 'f32',
  }),
  /** Σ g², in float64 */
  sumSquares: portable({ g: 'pointer', ...range }, 'f64'),
  /** k = σ(a) */
  leakFromParameter: portable({
    /** f32 [size] */
    k: 'pointer',
    /** f32 [size], or [1] when one is shared by the layer */
    a: 'pointer',
    size: 'i32',
    shared: 'flag',
  }),
  /** da += dk·k·(1 − k) */
  leakGradient: portable({
    /** f32 [size], or [1] when one is shared by the layer */
    da: 'pointer',
    /** f32 [size] */
    dk: 'pointer',
    /** f32 [size] */
    k: 'pointer',
    size: 'i32',
    shared: 'flag',
  }),
};
