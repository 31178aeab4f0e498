import type { Split } from '../metrics.ts';

/** The answer of `evaluate`. */
export interface EvaluateResult {
  split: Split;
  samples: number;
  /** Mean over the samples, in [0, 1]. */
  accuracy: number;
  loss: number;
  /** By label. Means over the samples of the class; null where there are none. */
  perClass: { samples: number; accuracy: number | null; loss: number | null }[];
  /** confusion[label][class with the highest score], in samples. */
  confusion: number[][];
}
