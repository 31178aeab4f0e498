/** What an analysis is: a question to a trained network, its parameters and its answer, each described by a schema. */
import type * as z from 'zod';
import type { Network } from '../backends/backend.ts';
import type { PreparedDataset } from '../datasets/dataset.ts';
import type { RunSpec } from '../experiment/schema.ts';
import type { NetworkPlan } from '../models/plan.ts';

/** A network with the parameters of the checkpoint, and its data; both are closed when the analysis has ended. */
export interface Subject {
  network: Network;
  data: PreparedDataset;
  plan: NetworkPlan;
  spec: RunSpec;
}

export interface AnalysisContext<R> extends Subject {
  /**
   * The same parameters under other settings: another integration time of the data, another surrogate. Rejects with a
   * UserError when the data are not there, the backend refuses the network, or its parameters have other shapes.
   * `maxEvents`: how many one sample of a probe may have, where more are to be added than the data have.
   */
  open(change: (spec: RunSpec) => RunSpec, options?: { maxEvents?: number }): Promise<Subject>;
  /** How much is done, in [0, 1]. */
  progress(done: number): void;
  /** What an earlier attempt at the same question published before it was stopped. */
  earlier: R | undefined;
  /** Shows a part of the answer to whoever looks, and keeps it for the next attempt. Reaches the store within a second. */
  publish(part: R): void;
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
  run(context: AnalysisContext<R>, params: P): Promise<R>;
}
