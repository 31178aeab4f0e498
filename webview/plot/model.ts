import type { LineStyle } from '../../protocol/drawing/palette.ts';
import type { Range, ValueAxis } from '../../protocol/drawing/scales.ts';
import { describeMetric, type Metric, type Series } from '../../protocol/metrics.ts';
import { type Aligned, align, fillBetween, nearest, type Points, sharedGrid } from './grid.ts';
import { smooth } from './smoothing.ts';

/** One variant as it goes into a chart. */
export interface VariantInput {
  name: string;
  style: LineStyle;
  /** One entry per seed. */
  seeds: { seed: number; series: Series }[];
  /** Epochs at which something was found wrong with a network. */
  warned?: readonly number[];
  /** Epochs that count, of runs that have ended and whose last epoch is another one. */
  counting?: readonly number[];
}

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
  /** Smallest and largest over the seeds; absent for a single seed. */
  low?: Aligned;
  high?: Aligned;
  /** Each seed by itself, when asked for. */
  seeds?: Aligned[];
  seedCount: number;
  notANumber: NotANumber[];
  /** Epochs, none before the first point. */
  warned: number[];
  /** Where the epochs that count are on the mean; within a pair of grid points that is the nearest one. */
  counting: { x: number; y: number }[];
}

export interface ChartModel {
  metric: Metric;
  xs: number[];
  curves: Curve[];
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
  /** Numbers that a chart may hold, over all its lines. */
  budget: number;
  /** Points that a single line may have. */
  maxPoints: number;
}

/** Everything a chart, its table, its legend and its export show, as plain data. */
export function buildModel(metric: Metric, variants: readonly VariantInput[], options: ModelOptions): ChartModel {
  const prepared = variants.map((variant) => ({
    variant,
    curves: variant.seeds.map(({ series }) => ({
      x: series.x,
      y: smooth(series.x, series.y, series.total, options.smoothing),
    })),
  }));
  const all = prepared.flatMap((p) => p.curves);
  const lines = variants.length * 4 + (options.showSeeds ? all.length : 0);
  const limit = Math.max(64, Math.min(options.maxPoints, Math.floor(options.budget / Math.max(1, lines))));
  const grid = sharedGrid(all, limit);
  const curves = prepared.map(({ variant, curves }): Curve => {
    const seeds = curves.map((c) => align(c, grid));
    const raws = options.smoothing > 0 ? variant.seeds.map(({ series }) => align(series, grid)) : undefined;
    const combined = combine(seeds, grid);
    return {
      name: variant.name,
      style: variant.style,
      seedCount: seeds.length,
      warned: (variant.warned ?? []).map((x) => Math.max(x, grid.xs[0] ?? x)),
      counting: (variant.counting ?? []).flatMap((x) => {
        const y = combined.mean[nearest(grid.xs, x)];
        return typeof y === 'number' ? [{ x, y }] : [];
      }),
      notANumber: variant.seeds.flatMap(({ seed, series }) => breaks(series).map((b) => ({ ...b, seed }))),
      ...combined,
      ...(raws ? { raw: combine(raws, grid).mean } : {}),
      ...(options.showSeeds && seeds.length > 1 ? { seeds } : {}),
    };
  });
  const beyond = describeMetric(metric).range ? undefined : beyondOf(curves);
  return { metric, xs: grid.xs, curves, ...(beyond ? { beyond } : {}) };
}

/** How the values of a model are laid out on the axis. */
export function valueAxis({ metric, beyond }: ChartModel, zoom: Range | null, log: boolean): ValueAxis {
  const { range } = describeMetric(metric);
  return { zoom, log, bounds: range && [...range], limit: beyond?.limit };
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
 * Mean, smallest and largest over seeds, at every x where at least one of them has a point. On an even grid the two
 * points of a pair are extremes, so their mean is taken over the pair.
 */
function combine(
  seeds: readonly Aligned[],
  { xs, exact }: { xs: readonly number[]; exact: boolean },
): { mean: Aligned; low?: Aligned; high?: Aligned } {
  if (seeds.length <= 1) return { mean: seeds[0] ?? new Array(xs.length).fill(undefined) };
  const filled = seeds.map((s) => fillBetween(s, xs));
  const mean: Aligned = [];
  const low: Aligned = [];
  const high: Aligned = [];
  for (let i = 0; i < xs.length; i++) {
    let sum = 0;
    let n = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    let seen = false;
    let broken = false;
    for (let s = 0; s < seeds.length; s++) {
      if (seeds[s]![i] !== undefined) seen = true;
      const value = filled[s]![i];
      if (value === null) broken = true;
      if (value === null || value === undefined) continue;
      sum += value;
      n++;
      min = Math.min(min, value);
      max = Math.max(max, value);
    }
    const nothing = broken ? null : undefined;
    mean.push(seen && n > 0 ? sum / n : nothing);
    low.push(seen && n > 0 ? min : nothing);
    high.push(seen && n > 0 ? max : nothing);
  }
  for (let i = 1; !exact && i < xs.length; i += 2) {
    const a = mean[i - 1];
    const b = mean[i];
    if (typeof a === 'number' && typeof b === 'number') mean[i - 1] = mean[i] = (a + b) / 2;
  }
  return { mean, low, high };
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
