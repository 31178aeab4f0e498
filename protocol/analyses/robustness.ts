import type { Split } from '../metrics.ts';

/** What is disturbed, in the order in which it is shown. */
export const DISTURBANCES = {
  drop: { title: 'Events dropped', unit: 'share of the events' },
  jitter: { title: 'Event times jittered', unit: 'standard deviation in steps' },
  noise: { title: 'Events added', unit: 'share of the events' },
  'hot-pixels': { title: 'Hot pixels', unit: 'share of the channels' },
  weights: { title: 'Weight noise', unit: "of the norm of a neuron's weights" },
  quantisation: { title: 'Weights quantised', unit: 'bits' },
} as const;

export type Disturbance = keyof typeof DISTURBANCES;

/** The answer of `robustness`. */
export interface RobustnessResult {
  split: Split;
  samples: number;
  /** Names the draws: the same for every network. */
  seed: number;
  draws: number;
  /** Accuracy of the same samples undisturbed. */
  clean: number;
  /** Mean events of a sample undisturbed; null for constant currents. */
  events: number | null;
  curves: RobustnessCurve[];
  /** What this network or its input does not have, a sentence each. */
  left: string[];
}

export interface RobustnessCurve {
  disturbance: Disturbance;
  /** Ascending; of `quantisation` descending in bits. The undisturbed network is not among them. */
  points: RobustnessPoint[];
}

export interface RobustnessPoint {
  strength: number;
  /** One for each draw; a single one where nothing is drawn. */
  accuracies: number[];
  mean: number;
  /** Standard deviation over the draws (n − 1); null for one. */
  deviation: number | null;
  /** Mean events of a disturbed sample, over all draws; null where the input is as it was. */
  events: number | null;
}
