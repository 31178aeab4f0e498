/** What a trainer is, for those who start one. The trainer itself is train.ts. */
import type { PreparedDataset } from '../datasets/dataset.ts';
import type { RunSpec } from '../experiment/schema.ts';
import type { MetricLine } from '../runs/format.ts';

export interface TrainObserver {
  metric(line: MetricLine): void;
  /** Several times a second. */
  progress(p: { epoch: number; progress: number; seconds: number; samplesPerSecond: number }): void;
  /** A complete checkpoint (safetensors) after `step` weight updates. That of the epoch that counts comes before later ones. */
  checkpoint(step: number, bytes: Uint8Array): void;
  /** What is being made ready before training begins, in words; undefined when all is. */
  preparing(text: string | undefined): void;
  /** What the data set was read from, once known: file → SHA-256. */
  dataset(checksums: Record<string, string>, samples: PreparedDataset['sizes'], remarks: readonly string[]): void;
  log(line: string): void;
}

export interface TrainOptions {
  threads: number;
  /** Resume from these bytes of an earlier checkpoint of the same run. */
  checkpoint?: Uint8Array;
  /** Aborting stops at the next weight update, after a last checkpoint. */
  signal: AbortSignal;
  /** Between two checkpoints while training; default 10. */
  checkpointSeconds?: number;
  observer: TrainObserver;
}

/** Resolves when done or stopped; rejects with one sentence when the run fails (bad data, NaN loss, …). */
export type Trainer = (spec: RunSpec, options: TrainOptions) => Promise<'finished' | 'stopped'>;
