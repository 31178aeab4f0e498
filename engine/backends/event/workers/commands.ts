/** What the main thread asks of the worker threads. All of them run the same command together. */
import type { PreparedDataset, Split } from '../../../datasets/dataset.ts';
import type { Training } from '../../../experiment/schema.ts';
import type { Layout } from '../layout/layout.ts';

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

export interface OptimizerStep {
  optimizer: Training['optimizer'];
  /** Weight updates before this one. */
  updates: number;
  /** One learning rate per update of the command. */
  learningRates: number[];
  clipNorm?: number | undefined;
}

export type Command =
  /** Weight updates number [from, to) of an epoch; `order` holds the epoch's permutation. */
  | { kind: 'train'; epoch: number; samples: number; from: number; to: number; step: OptimizerStep }
  /** Samples [0, count) of a split, in chunks of EVALUATION_CHUNK. */
  | { kind: 'evaluate'; split: Split; samples: number }
  /** Gradient of one batch without the optimizer, summed into the first shard. For tests and analyses. */
  | { kind: 'gradient'; split: Split; epoch: number; from: number; to: number; dropout: boolean };

export type Answer = { kind: 'ready' } | { kind: 'done' } | { kind: 'error'; message: string };
