/**
 * Numbers that TypeScript, AssemblyScript and C++ must agree on. This is the only place where they stand: the build writes
 * them into a header and a module (emit.ts), and the kernels refuse to be compiled with values that they cannot work with.
 */
export const CONSTANTS = {
  /** Columns of a panel: one cache line of float32. */
  PANEL: 16,
  /** lifBackward goes panel by panel below at most this many columns of the next layer; above, lifBackwardSteps. */
  MAX_PANELWISE_COLUMNS: 48,
  /** lifBackwardRecurrent takes at most this many recurrent neurons; more, lifBackwardSteps. */
  MAX_PANELWISE_RECURRENT: 64,
  /** Rows of the look-up tables that gatherSpikes makes: all patterns of eight neurons, for each half of a panel. */
  TABLE_ROWS: 512,
  /** Entries beyond the end of a list that may be overwritten while it grows. */
  SPARE_EVENTS: 16,
  /** Samples that the native lifBackwardRecurrent and lifBackwardSteps take at once; their scratch grows with it. */
  RECURRENT_SAMPLES: 8,
  STEPS_SAMPLES: 16,
  /** Rows of which multiplyBytes says together how large the product may be. */
  GROUP_ROWS: 8,
} as const;

/** Numbers for the names that an experiment file uses, and for how a sum of rows starts. */
export const CODES = {
  /** From zero, from one row for all (a bias), or from what the output holds. */
  START: { zero: 0, bias: 1, out: 2 },
  RESET: { hard: 0, soft: 1, none: 2, 'soft-undecayed': 3 },
  SURROGATE: { rectangular: 0, triangular: 1, sigmoid: 2, arctan: 3, superspike: 4, 'multi-gaussian': 5 },
  DECODE: { rate: 0, mean: 1, last: 2, max: 3, 'each-step': 4 },
  LOSS: { 'cross-entropy': 0, mse: 1, 'double-softmax': 2 },
  CELL: { rnn: 0, lstm: 1, gru: 2 },
} as const;

export const { PANEL, MAX_PANELWISE_COLUMNS, MAX_PANELWISE_RECURRENT, TABLE_ROWS, SPARE_EVENTS, GROUP_ROWS } =
  CONSTANTS;
export const { START, RESET, SURROGATE, DECODE, LOSS, CELL } = CODES;
