/** How a job is done in this process, and how it ends. */
import type { ClusterTask } from '../runs/format.ts';
import type { Trainer } from '../training/trainer.ts';

export interface ExecuteOptions {
  threads: number;
  checkpointSeconds?: number | undefined;
  /** The run stops after a last checkpoint when it has taken this long in this process; it can be resumed. */
  maxSeconds?: number | undefined;
  /** Loads the trainer once the run is ours. */
  loadTrainer: () => Promise<Trainer>;
  /** Aborting stops the run after a last checkpoint. */
  signal: AbortSignal;
  /**
   * Why it was stopped, when nobody asked for that and it is to go on later: it goes back into the queue with this
   * sentence instead of being stopped.
   */
  leaves?: () => string | undefined;
  /** Its task on a cluster, noted with each sign of life. */
  cluster?: () => ClusterTask;
}

/** `queued`: it goes on later, in another process. */
export type Ending = 'finished' | 'stopped' | 'queued';
