/** Curves out of a run's history, thinned to what a chart can show. */
import {
  type LayerQuantity,
  type Metric,
  parseMetric,
  type RunQuantity,
  type Series,
} from '../../../protocol/metrics.ts';
import type { EpochLine, History } from './history.ts';

interface Points {
  /** Epochs, ascending. */
  x: number[];
  /** NaN where the log says null. */
  y: number[];
}

function pointsOf(history: History, metric: Metric, trainSamples: number | undefined): Points {
  const asked = parseMetric(metric)!;
  if (asked.layer !== undefined) return layerPoints(history, asked);
  if (asked.split === undefined) return runPoints(history, asked.quantity, trainSamples);
  const { split, quantity } = asked;
  if (split === 'train' && history.train.step.length > 0) return { x: history.train.epoch, y: history.train[quantity] };
  const lines = history.epochs.filter((line: EpochLine) => line[split]);
  return { x: lines.map((line) => line.epoch), y: lines.map((line) => line[split]![quantity] ?? Number.NaN) };
}

/** What a layer, counted from 1, says of itself after an epoch. */
const OF_LAYER: Readonly<Record<LayerQuantity, (line: EpochLine, layer: number) => number | null | undefined>> = {
  spikes: ({ spikeRates }, layer) => spikeRates?.[layer - 1],
  leak: ({ leaks }, layer) => leaks?.[layer - 1]?.mean,
  window: ({ windowShares }, layer) => windowShares?.[layer - 1],
  // Null: not a number.
  gradient: ({ gradientNorms }, layer) => {
    const norm = gradientNorms?.[layer - 1];
    return norm === null ? Number.NaN : norm;
  },
};

/** What is said of the whole run at the end of each epoch. */
function runPoints({ epochs }: History, quantity: RunQuantity, trainSamples: number | undefined): Points {
  const x = epochs.map(({ epoch }) => epoch);
  switch (quantity) {
    case 'rate':
      return { x, y: epochs.map(({ learningRate }) => learningRate) };
    case 'update':
      return { x, y: epochs.map(({ step }) => step) };
    case 'time': {
      let sum = 0;
      return {
        x,
        y: epochs.map(({ seconds }) => {
          sum += seconds;
          return sum;
        }),
      };
    }
    case 'pace': {
      const timed = trainSamples === undefined ? [] : epochs.filter(({ seconds }) => seconds > 0);
      return { x: timed.map(({ epoch }) => epoch), y: timed.map(({ seconds }) => trainSamples! / seconds) };
    }
  }
}

/** Epochs that say nothing are left out. */
function layerPoints(history: History, { quantity, layer }: { quantity: LayerQuantity; layer: number }): Points {
  const points = history.epochs.flatMap((line) => {
    const y = OF_LAYER[quantity](line, layer);
    return y === undefined || y === null ? [] : [{ x: line.epoch, y }];
  });
  return { x: points.map(({ x }) => x), y: points.map(({ y }) => y) };
}

/** First index whose x is at least `value`, or beyond it. */
function bound(x: number[], value: number, beyond: boolean): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x[middle]! < value || (beyond && x[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The points of one metric with x in [from, to], at most `maxPoints` of them. Where there are more, the range is cut
 * into buckets of equally many points, and each keeps its minimum and its maximum; a bucket with a null keeps a null.
 * @param trainSamples what samples per second are computed of
 */
export function seriesOf(
  runId: string,
  history: History,
  metric: Metric,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, maxPoints = Number.POSITIVE_INFINITY } = {},
  trainSamples?: number,
): Series {
  const { x, y } = pointsOf(history, metric, trainSamples);
  const start = bound(x, from, false);
  const end = Math.max(start, bound(x, to, true));
  const kept = thin(y, start, end, Math.max(1, Math.floor(maxPoints)));
  return {
    runId,
    metric,
    x: kept.map((i) => x[i]!),
    y: kept.map((i) => (Number.isFinite(y[i]!) ? y[i]! : null)),
    total: end - start,
  };
}

/** Indices of y[start, end) to keep, ascending. */
function thin(y: number[], start: number, end: number, maxPoints: number): number[] {
  const count = end - start;
  if (count <= maxPoints) return Array.from({ length: count }, (_, i) => start + i);
  const hasNull = y.slice(start, end).some((value) => !Number.isFinite(value));
  // Minimum, maximum and, where there are any, a null: this many points may come out of one bucket.
  const buckets = Math.floor(maxPoints / (hasNull ? 3 : 2));
  if (buckets === 0) return Array.from({ length: maxPoints }, (_, i) => start + Math.floor((i * count) / maxPoints));
  const kept: number[] = [];
  for (let b = 0; b < buckets; b++) {
    const low = start + Math.floor((b * count) / buckets);
    const high = start + Math.floor(((b + 1) * count) / buckets);
    kept.push(...extremes(y, low, high));
  }
  return kept;
}

function extremes(y: number[], low: number, high: number): number[] {
  let min = -1;
  let max = -1;
  let missing = -1;
  for (let i = low; i < high; i++) {
    const value = y[i]!;
    if (!Number.isFinite(value)) {
      if (missing < 0) missing = i;
      continue;
    }
    if (min < 0 || value < y[min]!) min = i;
    if (max < 0 || value > y[max]!) max = i;
  }
  return [...new Set([min, max, missing])].filter((i) => i >= 0).sort((a, b) => a - b);
}
