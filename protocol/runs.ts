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
  message?: string;
  /** What is wrong with the files of this run, one sentence each; the rest of the summary is what could be saved. */
  damage: string[];
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
  variant: string;
  /** Ids of those in `outdated`, by seed: of each seed the newest, but first one that goes on. */
  runs: string[];
  /** Dotted path → what they had where the variant has something else now, as it would be written. Empty: only the seeds are gone from the file; absent: not known, or the variant is gone. */
  had?: Record<string, string>;
}

export interface Comparison {
  study: string;
  file: string;
  /** Those of the file: a row with fewer results is not complete. */
  seeds: number[];
  rows: ComparisonRow[];
  /** Runs of this file whose settings are no longer those of the file; not in the rows. */
  outdated: RunSummary[];
  /** Those by variant and settings, the newest first. */
  earlier: EarlierSettings[];
  /** Where nothing else is: runs that differ in the number of their epochs alone, and could go on to those of the file. */
  beginnings?: Beginning[];
  /** Those of the rows, each once. */
  fewer?: string[];
}

/** What is evaluated on a part of the data, and what each spiking layer says of itself. */
export const SPLITS = ['train', 'validation', 'test'] as const;
export type Split = (typeof SPLITS)[number];

export interface MetricInfo {
  label: string;
  /** Shown beside the label; a `%` also says that the value is a fraction in [0, 1]. */
  unit: '' | '%';
  /** Which end of the scale one hopes for. */
  better: 'more' | 'less' | 'neither';
  /** Values that there cannot be any beyond. */
  range?: readonly [number, number];
  /** Whether a logarithmic axis is of use: values that may lie decades apart. */
  log?: true;
  /** One series for each split, or one for each spiking layer. */
  of: 'split' | 'layer';
}

/** The list of everything that a run logs over its epochs; views, exports and the query process read it. */
export const METRICS = {
  accuracy: { label: 'Accuracy', unit: '%', better: 'more', range: [0, 1], of: 'split' },
  loss: { label: 'Loss', unit: '', better: 'less', log: true, of: 'split' },
  spikes: { label: 'Spike rate', unit: '%', better: 'neither', range: [0, 1], log: true, of: 'layer' },
  leak: { label: 'Leak k', unit: '', better: 'neither', range: [0, 1], of: 'layer' },
  window: { label: 'In the surrogate’s window', unit: '%', better: 'neither', range: [0, 1], log: true, of: 'layer' },
  gradient: { label: 'Gradient norm', unit: '', better: 'neither', log: true, of: 'layer' },
} as const satisfies Record<string, MetricInfo>;

export type Quantity = keyof typeof METRICS;
type QuantityOf<K extends MetricInfo['of']> = {
  [Q in Quantity]: (typeof METRICS)[Q]['of'] extends K ? Q : never;
}[Quantity];

export type LayerQuantity = QuantityOf<'layer'>;
export const LAYER_QUANTITIES = (Object.keys(METRICS) as Quantity[]).filter(
  (quantity): quantity is LayerQuantity => METRICS[quantity].of === 'layer',
);

/** `test.accuracy`; `spikes.1` of the first spiking layer; `leak.1` of the first layer, the mean over its neurons. */
export type Metric = `${Split}.${QuantityOf<'split'>}` | `${QuantityOf<'layer'>}.${number}`;

/** The parts of a metric's name; undefined when it names none. */
export function parseMetric(
  name: string,
):
  | { quantity: QuantityOf<'split'>; split: Split; layer?: never }
  | { quantity: QuantityOf<'layer'>; layer: number; split?: never }
  | undefined {
  const [first, second = ''] = name.split('.');
  const is = (quantity: string, of: MetricInfo['of']): boolean =>
    Object.hasOwn(METRICS, quantity) && METRICS[quantity as Quantity].of === of;
  if (SPLITS.includes(first as Split) && is(second, 'split') && name === `${first}.${second}`) {
    return { split: first as Split, quantity: second as QuantityOf<'split'> };
  }
  if (is(first!, 'layer') && /^[1-9]\d{0,3}$/.test(second) && name === `${first}.${second}`) {
    return { quantity: first as QuantityOf<'layer'>, layer: Number(second) };
  }
  return undefined;
}

/** What there is to say about a metric, `layer 2` included. */
export function describeMetric(metric: Metric): MetricInfo {
  const { quantity, layer } = parseMetric(metric)!;
  const info: MetricInfo = METRICS[quantity];
  return layer === undefined ? info : { ...info, label: `${info.label}, layer ${layer}` };
}

/** What each layer says of itself in these scores, layer by layer. */
export function ofLayers(scores: Partial<EpochScores> = {}): Record<LayerQuantity, readonly unknown[]> {
  const { spikeRates = [], leaks = [], windowShares = [], gradientNorms = [] } = scores;
  return { spikes: spikeRates, leak: leaks, window: windowShares, gradient: gradientNorms };
}

/** Layers that say something of themselves in these scores. */
export function layersIn(scores: Partial<EpochScores> | undefined): number {
  return Math.max(...Object.values(ofLayers(scores)).map(({ length }) => length));
}

/** Names of all metrics of runs with this many layers. */
export function allMetrics(layers: number): Metric[] {
  const quantities = Object.keys(METRICS) as Quantity[];
  const numbers = Array.from({ length: layers }, (_, i) => i + 1);
  return quantities.flatMap((quantity) => {
    const places = METRICS[quantity].of === 'split' ? SPLITS.map((split) => `${split}.${quantity}`) : [];
    return (places.length > 0 ? places : numbers.map((n) => `${quantity}.${n}`)) as Metric[];
  });
}

/** x in epochs (fractions within an epoch), y as logged. NaN in y is kept as null. Ascending x. */
export interface Series {
  runId: string;
  metric: Metric;
  x: number[];
  y: (number | null)[];
  /** Points before downsampling; equal to x.length when nothing was left out. */
  total: number;
}

/**
 * Spike rates of the neurons of a run over its epochs, in a few training samples. Groups are of neighbours: group g of G
 * holds the neurons [⌊g·N/G⌋, ⌊(g+1)·N/G⌋) of the layer's N.
 */
export interface NeuronRates {
  runId: string;
  /** E epochs, ascending; of more than 256 some are left out. */
  epochs: number[];
  /**
   * By layer; null where it does not spike. `rates` [E, G]: spikes per neuron and step. `leaks` [G]: k after the last of these
   * epochs, where every neuron learns its own.
   */
  layers: ({ neurons: number; groups: number; rates: number[]; leaks?: number[] } | null)[];
}
