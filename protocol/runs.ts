/** What the three sides call a run. Plain data: everything here survives JSON. */

import type { ShareInterval, Verdict } from './comparison/verdicts.ts';
import type { RunWarning } from './warnings.ts';

/**
 * queued       created, waits for a free slot
 * running      a process is training it and its heartbeat is fresh
 * finished     all epochs done
 * stopped      stopped on request; can be resumed
 * failed       ended by an error (`message` says which); can be resumed when it has a checkpoint
 * interrupted  says "running", but its heartbeat is stale: the process died; can be resumed
 */
export type RunState = 'queued' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';

/** Whether a run still occupies or waits for a process. */
export function isActive(state: RunState): boolean {
  return state === 'running' || state === 'queued';
}

/** Whether a run ended before its time and can go on. */
export function isResumable(state: RunState): boolean {
  return state === 'stopped' || state === 'failed' || state === 'interrupted';
}

/** What goes on comes first, then what needs a look. */
export const STATES_BY_URGENCY: readonly RunState[] = [
  'running',
  'queued',
  'failed',
  'interrupted',
  'stopped',
  'finished',
];

/** The one word for a group of runs; undefined for none. */
export function overallState(runs: readonly { state: RunState }[]): RunState | undefined {
  return STATES_BY_URGENCY.find((state) => runs.some((run) => run.state === state));
}

export interface Score {
  /** Mean loss per sample. */
  loss: number;
  /** Fraction in [0, 1]. */
  accuracy: number;
}

/** What was measured after one epoch. */
export interface EpochScores {
  epoch: number;
  train?: Score;
  validation?: Score;
  test?: Score;
  /** Mean spikes per neuron and step of each spiking layer, on the test set. */
  spikeRates?: number[];
  /** The leak k of each layer over its neurons, where it is learned; null where it is fixed. */
  leaks?: (LeakSpread | null)[];
  /**
   * Of a few training samples, by layer: the share of the potentials inside the surrogate's window, null where the layer
   * does not spike; and the norm of the gradient by the layer's parameters, null where it is not a number.
   */
  windowShares?: (number | null)[];
  gradientNorms?: (number | null)[];
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
  /** Of a stopped run: that nobody asked, but its time (`--max-seconds`) was over. */
  stoppedBy?: 'max-seconds';
  /** Of one that waits or trains: that somebody asked it to stop, which it has not done yet. */
  stopping?: true;
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
  /** How many samples there were of each split; absent before the data set was opened. */
  samples?: { train: number; validation: number; test: number };
  /** The newest score on each split; absent before the first evaluation. */
  train?: Score;
  validation?: Score;
  test?: Score;
  /**
   * The epoch that counts in comparisons, and its test score: the one with the best validation accuracy when there is a
   * validation set, else the last one tested. The test set itself never chooses. Everything in it is of that epoch.
   */
  result?: Score & EpochScores & { chosenBy: 'best validation' | 'last epoch' };
  /** The newest evaluated epoch, to stand beside the result. */
  last?: EpochScores;
  /** What looks into the network found wrong, in the order in which it was found: at most the last twenty. */
  warnings?: RunWarning[];
  /** Epochs, fractions included, from which the run went on after it had ended: at most the last twenty. */
  resumed?: number[];
  /** What had to be said of its data, a sentence each: samples or classes that are missing, parts that are the same. */
  dataRemarks?: string[];
  /** What somebody thinks of it. */
  starred?: true;
  note?: string;
  tags?: string[];
  message?: string;
  /** Of a run that a cluster carries out; CPU time used, and cores × time given, over all its attempts. */
  cluster?: { task?: string; node?: string; cpuSeconds: number; givenSeconds: number };
  /** What is wrong with the files of this run, one sentence each; the rest of the summary is what could be saved. */
  damage: string[];
}

/** CPU-seconds that tasks of a cluster used, and that they were given; undefined where none was. */
export function clusterUse(
  tasks: readonly (Pick<NonNullable<RunSummary['cluster']>, 'cpuSeconds' | 'givenSeconds'> | undefined)[],
): { used: number; given: number; share: number } | undefined {
  const used = tasks.reduce((sum, task) => sum + (task?.cpuSeconds ?? 0), 0);
  const given = tasks.reduce((sum, task) => sum + (task?.givenSeconds ?? 0), 0);
  return given === 0 ? undefined : { used, given, share: used / given };
}

/** Points (fraction) by which the test accuracy fell between the epoch that counts and the last one; 0 when it did not. */
export function fallAfterBest({ result, last }: Pick<RunSummary, 'result' | 'last'>): number {
  return result && last?.test ? Math.max(0, result.accuracy - last.test.accuracy) : 0;
}

/** From this fall on a run is said to have collapsed after its best epoch. */
export const NOTABLE_FALL = 0.05;

/** The learned leak k = σ(a) of the neurons of a layer; all the same where the layer has one for all. */
export interface LeakSpread {
  mean: number;
  least: number;
  lowerQuartile: number;
  median: number;
  upperQuartile: number;
  greatest: number;
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
  /** The newest run of each seed under the settings now in the file. */
  runs: RunSummary[];
  /** The finished runs whose numbers these are: the newest of each seed. A result stays until it is replaced. */
  results: RunSummary[];
  /** Accuracy, loss and spike rates are of the epoch that counts in each run; `lastAccuracy` is of the last epoch. */
  accuracy?: Spread;
  lastAccuracy?: Spread;
  loss?: Spread;
  /** One entry per spiking layer. */
  spikeRates?: Spread[];
  seconds?: Spread;
  /** Of the mean accuracy, as far as the test set alone goes: other test samples could have given any of it. */
  testInterval?: ShareInterval;
  /** Sentences: of which data there were fewer samples than the data set is known to have. */
  fewer?: string[];
  /** What the seeds allow to be said of the accuracy against the first variant; absent where that one is not compared. */
  verdict?: Verdict;
}

/** A run that is the beginning of a missing one, bit for bit. */
export interface Beginning {
  id: string;
  variant: string;
  seed: number;
  /** Epochs that it has done, and those that are wanted. */
  epoch: number;
  epochs: number;
}

/** Runs of one variant that were trained with one set of settings that the file no longer has. */
export interface EarlierSettings {
  /** The same for this variant with these settings, whatever there is beside them and whatever the file says. */
  id: string;
  variant: string;
  /** Ids of those in `outdated`, by seed: of each seed the newest, but first one that goes on. */
  runs: string[];
  /** Dotted path → what they had where the variant has something else now, as it would be written. Empty: only the seeds are gone from the file; absent: not known, or the variant is gone. */
  had?: Record<string, string>;
}

/** An experiment file of which there are runs. */
export interface StudyEntry {
  file: string;
  /** As its newest run calls it. */
  study: string;
  runs: number;
}

export interface Comparison {
  study: string;
  file: string;
  /** Those of the file: a row with fewer results is not complete. */
  seeds: number[];
  rows: ComparisonRow[];
  /** Runs of this file whose settings are no longer those of the file; not in the rows. */
  outdated: RunSummary[];
  /** Those by variant and settings: variants in the order of the file, of each the newest first. */
  earlier: EarlierSettings[];
  /** Where nothing else is: runs that differ in the number of their epochs alone, and could go on to those of the file. */
  beginnings?: Beginning[];
  /** Those of the rows, each once. */
  fewer?: string[];
  /** Runs of the stores that have not been read yet: there may be more of these than are told here. */
  unread?: number;
}
