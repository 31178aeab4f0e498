/** What the three sides call a run. Plain data: everything here survives JSON. */

/**
 * queued       created, waits for a free slot
 * running      a process is training it and its heartbeat is fresh
 * finished     all epochs done
 * stopped      stopped on request; can be resumed
 * failed       ended by an error (`message` says which); can be resumed when it has a checkpoint
 * interrupted  says "running", but its heartbeat is stale: the process died; can be resumed
 */
export type RunState = 'queued' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

export interface Score {
  /** Mean loss per sample. */
  loss: number;
  /** Fraction in [0, 1]. */
  accuracy: number;
}

/** One run as lists and tables show it. */
export interface RunSummary {
  id: string;
  /** Absolute path of the run's folder. */
  folder: string;
  study: string;
  variant: string;
  seed: number;
  /** Absolute path of the experiment file that started it. */
  file: string;
  state: RunState;
  /** Epochs done and epochs asked for. `progress` in [0, 1] also counts within an epoch. */
  epoch: number;
  epochs: number;
  progress: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Last heartbeat. */
  updatedAt: number;
  /** Seconds of training so far, over all resumptions. */
  seconds: number;
  samplesPerSecond: number;
  /** The newest score on each split; absent before the first evaluation. */
  train?: Score;
  validation?: Score;
  test?: Score;
  /**
   * The test score that counts in comparisons: at the epoch with the best validation accuracy when there is a
   * validation set, else at the last epoch. The test set itself never chooses.
   */
  result?: Score & { epoch: number };
  /** Mean spikes per neuron and step of each spiking layer at the last evaluation. */
  spikeRates?: number[];
  message?: string;
  /** What is wrong with the files of this run, one sentence each; the rest of the summary is what could be saved. */
  damage: string[];
}

/** Mean and sample standard deviation over seeds. */
export interface Spread {
  mean: number;
  /** Absent for a single value. */
  deviation?: number;
  count: number;
}

export interface ComparisonRow {
  variant: string;
  /** What the variant changes against the study's settings: dotted path → value as text. */
  changes: Record<string, string>;
  /** Of the runs that count: the newest run of each seed under the settings now in the file. */
  runs: RunSummary[];
  accuracy?: Spread;
  loss?: Spread;
  /** One entry per spiking layer. */
  spikeRates?: Spread[];
  seconds?: Spread;
}

export interface Comparison {
  study: string;
  file: string;
  rows: ComparisonRow[];
  /** Runs of this file whose settings are no longer those of the file; not in the rows. */
  outdated: RunSummary[];
}

export type Metric =
  | 'train.loss'
  | 'train.accuracy'
  | 'validation.loss'
  | 'validation.accuracy'
  | 'test.loss'
  | 'test.accuracy';

/** x in epochs (fractions within an epoch), y as logged. NaN in y is kept as null. Ascending x. */
export interface Series {
  runId: string;
  metric: Metric;
  x: number[];
  y: (number | null)[];
  /** Points before downsampling; equal to x.length when nothing was left out. */
  total: number;
}
