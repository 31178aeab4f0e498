/** Where jobs are carried out. Callers name jobs and look at the store; how a process comes about is not their business. */
import type { Job } from '../jobs/job.ts';

/** How a job is carried out; none of it changes a bit of what comes out. */
export interface JobOptions {
  /** Threads of each job; by default the cores are shared out. */
  threads?: number | undefined;
  /** Between two checkpoints; by default as the trainer sees fit. */
  checkpointSeconds?: number | undefined;
  /** Each run trains this long at most, from when its process begins, and stops after a last checkpoint. */
  maxSeconds?: number | undefined;
}

export interface Executor {
  readonly id: string;
  /** Rejects with a UserError where this executor cannot be had; asked before there are runs. */
  ready(): Promise<void>;
  /**
   * Takes over jobs that are queued in `store`, in this order, and returns as soon as they no longer need the caller:
   * from then on the store tells what becomes of them. Rejects with a UserError, and then none of them is done.
   */
  submit(jobs: readonly Job[], options: JobOptions & { store: string }): Promise<void>;
}
