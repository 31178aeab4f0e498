/** What a run logs over its epochs: the list of it, names such as `test.accuracy` and `leak.1`, and their values. */
import type { EpochScores } from './runs.ts';

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
  /** One series for each split, one for each spiking layer, or one in all. */
  of: 'split' | 'layer' | 'run';
}

/** The list of everything that a run logs over its epochs; views, exports and the query process read it. */
export const METRICS = {
  accuracy: { label: 'Accuracy', unit: '%', better: 'more', range: [0, 1], of: 'split' },
  loss: { label: 'Loss', unit: '', better: 'less', log: true, of: 'split' },
  spikes: { label: 'Spike rate', unit: '%', better: 'neither', range: [0, 1], log: true, of: 'layer' },
  leak: { label: 'Leak k', unit: '', better: 'neither', range: [0, 1], of: 'layer' },
  window: { label: 'In the surrogate’s window', unit: '%', better: 'neither', range: [0, 1], log: true, of: 'layer' },
  gradient: { label: 'Gradient norm', unit: '', better: 'neither', log: true, of: 'layer' },
  rate: { label: 'Learning rate', unit: '', better: 'neither', log: true, of: 'run' },
  /** Of the epoch: its training samples by the seconds it took, evaluations included. */
  pace: { label: 'Samples per second', unit: '', better: 'neither', of: 'run' },
  /** Weight updates, and seconds of training over all resumptions, until the end of the epoch. */
  update: { label: 'Weight updates', unit: '', better: 'neither', of: 'run' },
  time: { label: 'Seconds of training', unit: '', better: 'neither', of: 'run' },
} as const satisfies Record<string, MetricInfo>;

export type Quantity = keyof typeof METRICS;
type QuantityOf<K extends MetricInfo['of']> = {
  [Q in Quantity]: (typeof METRICS)[Q]['of'] extends K ? Q : never;
}[Quantity];

export type LayerQuantity = QuantityOf<'layer'>;
export type RunQuantity = QuantityOf<'run'>;
export const LAYER_QUANTITIES = (Object.keys(METRICS) as Quantity[]).filter(
  (quantity): quantity is LayerQuantity => METRICS[quantity].of === 'layer',
);

/** `test.accuracy`; `spikes.1` of the first spiking layer; `leak.1` of the first layer, the mean over its neurons; `run.rate`. */
export type Metric =
  | `${Split}.${QuantityOf<'split'>}`
  | `${QuantityOf<'layer'>}.${number}`
  | `run.${QuantityOf<'run'>}`;

/** The parts of a metric's name; undefined when it names none. */
export function parseMetric(
  name: string,
):
  | { quantity: QuantityOf<'split'>; split: Split; layer?: never }
  | { quantity: QuantityOf<'layer'>; layer: number; split?: never }
  | { quantity: QuantityOf<'run'>; split?: never; layer?: never }
  | undefined {
  const [first, second = ''] = name.split('.');
  const is = (quantity: string, of: MetricInfo['of']): boolean =>
    Object.hasOwn(METRICS, quantity) && METRICS[quantity as Quantity].of === of;
  if (SPLITS.includes(first as Split) && is(second, 'split') && name === `${first}.${second}`) {
    return { split: first as Split, quantity: second as QuantityOf<'split'> };
  }
  if (first === 'run' && is(second, 'run') && name === `run.${second}`)
    return { quantity: second as QuantityOf<'run'> };
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
    const { of } = METRICS[quantity];
    if (of === 'run') return [`run.${quantity}` as Metric];
    return (
      of === 'split' ? SPLITS.map((split) => `${split}.${quantity}`) : numbers.map((n) => `${quantity}.${n}`)
    ) as Metric[];
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
