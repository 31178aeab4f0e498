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

export interface Capacity {
  /** Cores that jobs of this executor share. */
  cores: number;
  /** As a person would call it: `this machine, 8 cores`. */
  title: string;
}

export interface Executor {
  readonly id: string;
  /**
   * Takes over jobs that are queued in `store`, in this order, and returns as soon as they no longer need the caller:
   * from then on the store tells what becomes of them. Rejects with a UserError, and then none of them is done.
   */
  submit(jobs: readonly Job[], options: JobOptions & { store: string }): Promise<void>;
  /** Asks a job to stop after a last checkpoint, wherever it is carried out. Throws when it cannot be asked. */
  cancel(job: Job): void;
  describe(): Capacity;
}
