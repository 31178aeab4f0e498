/** What the main thread asks of the worker threads. All of them run the same command together. */
import type { PreparedDataset, Split } from '../../../datasets/dataset.ts';
import type { FanOut } from '../../activity.ts';
import type {
  Activity,
  ActivityOptions,
  LayerActivity,
  OptimizerStep,
  Probe,
  Recording,
  SampleScores,
  Slopes,
  Steepest,
} from '../../backend.ts';
import type { Masks } from '../layout/around.ts';
import type { Layout } from '../layout/layout.ts';
import type { Bytes } from '../layout/units.ts';
import type { SharedSamples } from './shared-samples.ts';

export interface WorkerStart {
  memory: WebAssembly.Memory;
  kernels: Uint8Array<ArrayBuffer>;
  layout: Layout;
  dataset: PreparedDataset;
  thread: number;
  threads: number;
  /** Of the run: dropout draws from it. */
  seed: number;
}

export type ThreadCommand =
  /** Weight updates number [from, to) of an epoch; the layout's `order` holds the epoch's permutation. */
  | { kind: 'train'; epoch: number; samples: number; from: number; to: number; step: OptimizerStep }
  /** Chunks [from, to), of EVALUATION_CHUNK samples each, of the first `samples` of a split; `scores` over shared memory. */
  | {
      kind: 'evaluate';
      split: Split;
      samples: number;
      from: number;
      to: number;
      scores: SampleScores | undefined;
      counts: SharedCounts | undefined;
    }
  /** Tasks [0, to) of `group` samples each, of the first `samples` of a split; `out` over shared memory [tasks, points, 2]. */
  | {
      kind: 'around';
      split: Split;
      samples: number;
      group: number;
      masks: Masks | undefined;
      directions: Bytes[];
      points: { scales: readonly number[]; weights: Bytes }[];
      out: Float64Array;
    }
  /** Gradient of one batch without the optimizer, summed into the first shard. For tests and benchmarks. */
  | { kind: 'gradient'; split: Split; epoch: number; from: number; to: number; dropout: boolean }
  /** The strongest entries of dL/dx; `quantize` as `transpose` of a probe, for the weights that are rounded to bytes. */
  | {
      kind: 'steepest';
      samples: SharedSamples;
      ask: Steepest;
      slopes: Slopes;
      transpose: boolean;
      quantize: boolean;
    }
  /**
   * Records what is asked of a batch; the gradients of the parameters go to the first shard. `transpose`: the weights of the
   * first layer changed since they were transposed for dL/dx.
   */
  | { kind: 'probe'; batch: SharedBatch; count: number; ask: Probe; recording: Recording; transpose: boolean };

/** Activity that is counted, over shared memory: what belongs to single samples once, sums for each thread. */
export interface SharedCounts extends ActivityOptions {
  activity: Activity;
  fanOut: readonly FanOut[];
  sums: Map<number, LayerActivity>[];
}

/** A batch over shared memory. */
export type SharedBatch = { split: Split; indices: Uint32Array } | { samples: SharedSamples };

export type WorkerAnswer = { kind: 'ready' } | { kind: 'done' } | { kind: 'error'; message: string };
