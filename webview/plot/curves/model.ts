import { tQuantile } from '../../../protocol/comparison/student.ts';
import type { LineStyle } from '../../../protocol/drawing/palette.ts';
import type { Range, ValueAxis } from '../../../protocol/drawing/scales.ts';
import { describeMetric, type Metric, type Series } from '../../../protocol/metrics.ts';
import type { AxisId, BandId } from '../../../protocol/views.ts';
import { type Aligned, align, fillBetween, nearest, type Points, sharedGrid } from './grid.ts';
import { smooth } from './smoothing.ts';

/** One variant as it goes into a chart. */
export interface VariantInput {
  name: string;
  style: LineStyle;
  /** One entry per seed. `along`: where the points of the series lie on the axis; absent where that is of epochs. */
  seeds: { seed: number; series: Series; along?: readonly number[] }[];
  /** Where something was found wrong with a network. */
  warned?: readonly number[];
  /** Where the epochs are that count, of runs that have ended and whose last epoch is another one. */
  counting?: readonly number[];
  /** Where runs went on after they had ended. */
  resumed?: readonly number[];
  /** Where runs ended before their time. */
  ended?: readonly { x: number; kind: Ending }[];
}

/** What bands are, in words. */
export const BANDS: Record<BandId, string> = {
  range: 'min to max',
  deviation: '± standard deviation',
  interval: '95 % interval of the mean, t',
  none: '',
};

/** What a mean is over, in words. */
export function meanText({ pooled }: Pick<ChartModel, 'pooled'>): string {
  return pooled ? 'mean of the runs of all variants with that value' : 'mean of the seeds';
}

export type Ending = 'stopped' | 'failed';

/** Where a curve stops being a number. */
export interface NotANumber {
  x: number;
  /** The last value before; undefined when there was none. */
  y: number | undefined;
  seed: number;
}

export interface Curve {
  name: string;
  style: LineStyle;
  /** Mean over the seeds that have got this far, smoothed. */
  mean: Aligned;
  /** The same without smoothing; absent when it is the same. */
  raw?: Aligned;
  /** The band around the mean; absent for a single seed. */
  low?: Aligned;
  high?: Aligned;
  /** Each seed by itself, when asked for. */
  seeds?: Aligned[];
  seedCount: number;
  notANumber: NotANumber[];
  /** Where warnings begin. */
  warned: number[];
  /** Where the epochs that count are on the mean; within a pair of grid points that is the nearest one. */
  counting: { x: number; y: number }[];
  resumed: { x: number; y: number }[];
  ended: { x: number; y: number; kind: Ending }[];
}

export interface ChartModel {
  metric: Metric;
  xs: number[];
  curves: Curve[];
  axis: AxisId;
  /** The axis is logarithmic: nothing at or before 0 is drawn. */
  logX?: true;
  band: BandId;
  /** Whether a mean is over the runs of several variants, and not over the seeds of one. */
  pooled?: true;
  /** Of the outermost values that the value axis leaves out: how many there are, of all that are drawn. */
  outliers?: { range: [number, number]; outside: number; of: number };
  /** Curves that the value axis does not reach to, because all others would be a flat line beside them. */
  beyond?: Beyond;
}

export interface Beyond {
  names: string[];
  /** Their highest value. */
  highest: number;
  /** Up to where the axis reaches. */
  limit: number;
}

export interface ModelOptions {
  smoothing: number;
  showSeeds: boolean;
  axis?: AxisId;
  logX?: boolean;
  band?: BandId;
  ignoreOutliers?: boolean;
  pooled?: boolean;
  /** Numbers that a chart may hold, over all its lines. */
  budget: number;
  /** Points that a single line may have. */
  maxPoints: number;
}

/** Everything a chart, its table, its legend and its export show, as plain data. */
export function buildModel(metric: Metric, all: readonly VariantInput[], options: ModelOptions): ChartModel {
  const variants = options.logX ? all.map(afterZero) : all;
  const prepared = variants.map((variant) => ({
    variant,
    curves: variant.seeds.map(({ series, along }) => ({
      x: along ?? series.x,
      y: smooth(series.x, series.y, series.total, options.smoothing),
    })),
  }));
  const drawn = prepared.flatMap((p) => p.curves);
  const lines = variants.length * 4 + (options.showSeeds ? drawn.length : 0);
  const limit = Math.max(64, Math.min(options.maxPoints, Math.floor(options.budget / Math.max(1, lines))));
  const grid = sharedGrid(drawn, limit);
  const { axis = 'epoch', band = 'range' } = options;
  const curves = prepared.map(({ variant, curves }): Curve => {
    const seeds = curves.map((c) => align(c, grid));
    const raws =
      options.smoothing > 0
        ? variant.seeds.map(({ series, along }) => align({ x: along ?? series.x, y: series.y }, grid))
        : undefined;
    const combined = combine(seeds, grid, band);
    const onMean = (x: number) => lastUntil(combined.mean, grid.xs, x);
    return {
      name: variant.name,
      style: variant.style,
      seedCount: seeds.length,
      warned: [...(variant.warned ?? [])],
      counting: (variant.counting ?? []).flatMap((x) => {
        const y = combined.mean[nearest(grid.xs, x)];
        return typeof y === 'number' ? [{ x, y }] : [];
      }),
      resumed: (variant.resumed ?? []).flatMap((x) => onMean(x) ?? []),
      ended: (variant.ended ?? []).flatMap(({ x, kind }) => {
        const place = onMean(x);
        return place ? [{ ...place, kind }] : [];
      }),
      notANumber: variant.seeds.flatMap(({ seed, series, along }) =>
        breaks({ x: along ?? series.x, y: series.y }).map((b) => ({ ...b, seed })),
      ),
      ...combined,
      ...(raws ? { raw: combine(raws, grid, 'none').mean } : {}),
      ...(options.showSeeds && seeds.length > 1 ? { seeds } : {}),
    };
  });
  const beyond = describeMetric(metric).range ? undefined : beyondOf(curves);
  const outliers = options.ignoreOutliers ? outliersOf(curves) : undefined;
  return {
    metric,
    xs: grid.xs,
    axis,
    ...(options.logX && { logX: true as const }),
    band,
    curves,
    ...(options.pooled && { pooled: true as const }),
    ...(outliers && { outliers }),
    ...(beyond && { beyond }),
  };
}

/** What a logarithmic axis has places for. */
function afterZero({ seeds, ...variant }: VariantInput): VariantInput {
  const cut = seeds.map(({ seed, series, along }) => {
    const xs = along ?? series.x;
    const from = xs.findIndex((x) => x > 0);
    const first = from < 0 ? xs.length : from;
    const rest = { ...series, x: series.x.slice(first), y: series.y.slice(first), total: series.total - first };
    return { seed, series: rest, ...(along && { along: along.slice(first) }) };
  });
  const { warned = [], counting = [], resumed = [], ended = [] } = variant;
  const positive = (x: number): boolean => x > 0;
  return {
    ...variant,
    seeds: cut,
    warned: warned.filter(positive),
    counting: counting.filter(positive),
    resumed: resumed.filter(positive),
    ended: ended.filter(({ x }) => positive(x)),
  };
}

/** The last number of a curve up to a place, and where that is; undefined before the first. */
function lastUntil(mean: Aligned, xs: readonly number[], x: number): { x: number; y: number } | undefined {
  for (let i = nearest(xs, x); i >= 0; i--) {
    const y = mean[i];
    if (typeof y === 'number') return { x: xs[i]!, y };
  }
  return undefined;
}

/** What is left out at either end of the values. */
const OUTERMOST = 0.01;

/** From the first to the last hundredth of what is drawn; undefined where nothing lies beyond. */
function outliersOf(curves: readonly Curve[]): ChartModel['outliers'] {
  const values = curves
    .flatMap(({ mean, raw = [], seeds = [] }) => [mean, raw, ...seeds].flat())
    .filter((value) => typeof value === 'number')
    .sort((a, b) => a - b);
  const cut = Math.floor(OUTERMOST * values.length);
  const [low, high] = [values[cut], values[values.length - 1 - cut]];
  if (low === undefined || high === undefined || low >= high) return undefined;
  const outside = values.filter((value) => value < low || value > high).length;
  return outside > 0 ? { range: [low, high], outside, of: values.length } : undefined;
}

/** How the values of a model are laid out on the axis. */
export function valueAxis({ metric, beyond, outliers }: ChartModel, zoom: Range | null, log: boolean): ValueAxis {
  const { range } = describeMetric(metric);
  return { zoom, log, bounds: range && [...range], limit: beyond?.limit, clip: outliers?.range };
}

/** A curve that climbs this many times higher than most do has diverged. */
const DIVERGED = 20;

function beyondOf(curves: readonly Curve[]): Beyond | undefined {
  const tops = curves.map((curve) => ({ name: curve.name, peak: extremesOf(curve)[1] }));
  const peaks = tops.map(({ peak }) => peak).filter((peak) => Number.isFinite(peak));
  const typical = [...peaks].sort((a, b) => a - b)[(peaks.length - 1) >> 1];
  if (typical === undefined || typical <= 0) return undefined;
  const limit = Math.max(...peaks.filter((peak) => peak <= DIVERGED * typical));
  const out = tops.filter(({ peak }) => peak > DIVERGED * typical);
  if (out.length === 0) return undefined;
  return { names: out.map(({ name }) => name), highest: Math.max(...out.map(({ peak }) => peak)), limit };
}

/** Least and greatest of everything that is drawn of a curve; infinite for an empty one. */
function extremesOf({ mean, low, high, raw, seeds = [] }: Curve): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const values of [mean, low, high, raw, ...seeds]) {
    for (const value of values ?? []) {
      if (typeof value !== 'number') continue;
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
  }
  return [least, greatest];
}

/** From the least to the greatest value of all curves, diverged ones too. */
export function fullRange({ curves }: ChartModel): [number, number] {
  const all = curves.map(extremesOf);
  return [Math.min(...all.map(([least]) => least)), Math.max(...all.map(([, greatest]) => greatest))];
}

/**
 * Mean over seeds with the band around it, at every x where at least one of them has a point; the band is of those that have
 * got this far. On an even grid the two
 * points of a pair are extremes, so their mean is taken over the pair.
 */
function combine(
  seeds: readonly Aligned[],
  { xs, exact }: { xs: readonly number[]; exact: boolean },
  band: BandId,
): { mean: Aligned; low?: Aligned; high?: Aligned } {
  if (seeds.length <= 1) return { mean: seeds[0] ?? new Array(xs.length).fill(undefined) };
  const filled = seeds.map((s) => fillBetween(s, xs));
  const mean: Aligned = [];
  const low: Aligned = [];
  const high: Aligned = [];
  for (let i = 0; i < xs.length; i++) {
    let sum = 0;
    let squares = 0;
    let n = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let first = 0;
    let seen = false;
    let broken = false;
    for (let s = 0; s < seeds.length; s++) {
      if (seeds[s]![i] !== undefined) seen = true;
      const value = filled[s]![i];
      if (value === null) broken = true;
      if (value === null || value === undefined) continue;
      // Around the first value: squares of differences lose no digits.
      if (n === 0) first = value;
      sum += value - first;
      squares += (value - first) ** 2;
      n++;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    const nothing = broken ? null : undefined;
    const shown = seen && n > 0;
    const middle = first + sum / n;
    const deviation = n > 1 ? Math.sqrt(Math.max(0, squares - sum ** 2 / n) / (n - 1)) : 0;
    const half = band === 'interval' && n > 1 ? (tOf(n - 1) * deviation) / Math.sqrt(n) : deviation;
    mean.push(shown ? middle : nothing);
    low.push(shown ? (band === 'range' ? min : middle - half) : nothing);
    high.push(shown ? (band === 'range' ? max : middle + half) : nothing);
  }
  for (let i = 1; !exact && i < xs.length; i += 2) {
    const a = mean[i - 1];
    const b = mean[i];
    if (typeof a === 'number' && typeof b === 'number') mean[i - 1] = mean[i] = (a + b) / 2;
  }
  return band === 'none' ? { mean } : { mean, low, high };
}

const quantiles = new Map<number, number>();

/** Of Student's t at 97.5 %. */
function tOf(degrees: number): number {
  const known = quantiles.get(degrees) ?? tQuantile(0.975, degrees);
  quantiles.set(degrees, known);
  return known;
}

/** The first point of every stretch that is not a number. */
function breaks(series: Points): { x: number; y: number | undefined }[] {
  const found: { x: number; y: number | undefined }[] = [];
  let last: number | undefined;
  series.y.forEach((y, i) => {
    if (y !== null) last = y;
    else if (i === 0 || series.y[i - 1] !== null) found.push({ x: series.x[i]!, y: last });
  });
  return found;
}

export interface Reading {
  name: string;
  style: LineStyle;
  /** null: not a number. */
  value: number | null;
  low?: number;
  high?: number;
}

/** What the curves say at one grid point, best first, or else largest first; curves without a value there are left out. */
export function readAt(model: ChartModel, index: number): Reading[] {
  const descending = describeMetric(model.metric).better !== 'less';
  const readings: Reading[] = [];
  for (const curve of model.curves) {
    const value = curve.mean[index] === undefined ? between(curve.mean, model.xs, index) : curve.mean[index];
    if (value === undefined) continue;
    const reading: Reading = { name: curve.name, style: curve.style, value };
    const low = curve.low?.[index];
    const high = curve.high?.[index];
    if (typeof low === 'number' && typeof high === 'number') Object.assign(reading, { low, high });
    readings.push(reading);
  }
  return readings.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    return descending ? b.value - a.value : a.value - b.value;
  });
}

/** The line's value between two of its points. */
function between(values: Aligned, xs: readonly number[], index: number): number | null | undefined {
  let a = index;
  let b = index;
  while (a >= 0 && values[a] === undefined) a--;
  while (b < values.length && values[b] === undefined) b++;
  const from = values[a];
  const to = values[b];
  if (from === undefined || to === undefined) return undefined;
  if (from === null || to === null) return null;
  return from + ((to - from) * (xs[index]! - xs[a]!)) / (xs[b]! - xs[a]!);
}

/** The newest value of a curve; undefined before the first. */
export function newest(curve: Curve): number | null | undefined {
  return curve.mean.findLast((v) => v !== undefined);
}
