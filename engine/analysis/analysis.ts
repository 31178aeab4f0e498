/** What an analysis is: a question to a trained network, its parameters and its answer, each described by a schema. */
import type { z } from 'zod';
import type { Network } from '../backends/backend.ts';
import type { PreparedDataset } from '../datasets/dataset.ts';
import type { RunSpec } from '../experiment/schema.ts';

export interface AnalysisContext {
  /** With the parameters of the checkpoint; the analysis may change them, nobody uses it afterwards. */
  network: Network;
  data: PreparedDataset;
  spec: RunSpec;
  /** How much is done, in [0, 1]. */
  progress(done: number): void;
  /** Aborting rejects within about a second with the signal's reason. */
  signal: AbortSignal;
}

/** Its parameters and the checkpoint decide every bit of the result. */
export interface Analysis<P, R> {
  readonly id: string;
  /** In a sentence, for lists. */
  readonly title: string;
  readonly params: z.ZodType<P>;
  readonly result: z.ZodType<R>;
  run(context: AnalysisContext, params: P): Promise<R>;
}
