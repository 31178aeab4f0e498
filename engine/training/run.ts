/** A run on its way, and all that the parts of the training loop need of it. */
import type { Network } from '../backends/backend.ts';
import type { PreparedDataset } from '../datasets/dataset.ts';
import type { RunSpec } from '../experiment/schema.ts';
import type { NetworkPlan } from '../models/plan.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { Position } from './codec.ts';
import type { Replay } from './divergence.ts';
import type { Pace, Stopwatch } from './pace.ts';
import type { TrainObserver } from './trainer.ts';

export interface TrainingRun {
  spec: RunSpec;
  plan: NetworkPlan;
  network: Network;
  sizes: PreparedDataset['sizes'];
  /** Weight updates in an epoch. */
  updates: number;
  position: Position;
  clock: Stopwatch;
  pace: Pace;
  checkpoints: Checkpoints;
  /** For finding out what broke. */
  replay: Omit<Replay, 'from'>;
  signal: AbortSignal;
  observer: TrainObserver;
}
