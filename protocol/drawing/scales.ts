export type Range = [number, number];

/** Epochs from 0 to the newest, or from the first on a logarithmic axis, unless the user zoomed. */
export function epochRange(xs: readonly number[], zoom: Range | null, log = false): Range {
  const last = xs.at(-1);
  const end = last === undefined || last <= 0 ? 1 : last;
  if (!log) return zoom ?? [0, end];
  const first = Math.min(xs.find((x) => x > 0) ?? end, end);
  const [from, to] = zoom ?? [first, end];
  const low = from > 0 ? from : Math.min(first, to / 2);
  return low < to ? [low, to] : [low / 2, low * 2];
}

/** How the values of a chart are laid out. */
export interface ValueAxis {
  zoom: Range | null;
  /** Values that there cannot be any beyond; no room is left there. */
  bounds?: Range | undefined;
  /** Curves that climb higher leave the chart. */
  limit?: number | undefined;
  /** What is looked at; values beyond leave the chart. */
  clip?: Range | undefined;
  log: boolean;
}

/** Room above and below the data. */
export function valueRange(
  low: number | null,
  high: number | null,
  { zoom, bounds, limit, clip, log }: ValueAxis,
): Range {
  if (zoom) return zoom;
  if (clip && low !== null && high !== null) [low, high] = [Math.max(low, clip[0]), Math.min(high, clip[1])];
  if (!log && limit !== undefined && high !== null && low !== null && low < limit) high = Math.min(high, limit);
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) {
    return log ? [0.1, 10] : [0, 1];
  }
  if (log) {
    const bottom = Math.max(low, 1e-12);
    const top = Math.max(high, bottom);
    const room = Math.max((top / bottom) ** 0.06, 1.05);
    return [bottom / room, top * room];
  }
  const room = Math.max((high - low) * 0.06, Math.abs(high) * 1e-3, 1e-6);
  const range: Range = [low - room, high + room];
  if (bounds) {
    const edge = 0.005 * (bounds[1] - bounds[0]);
    return [Math.max(bounds[0] - edge, range[0]), Math.min(bounds[1] + edge, range[1])];
  }
  return [low >= 0 ? Math.max(0, range[0]) : range[0], range[1]];
}

/**
 * Round numbers that divide a linear axis into about `wanted` parts.
 * @param factors that a step between them may have before a power of ten; the last one is 10
 */
export function ticks(range: Range, wanted: number, factors: readonly number[] = [1, 2, 2.5, 5, 10]): number[] {
  const span = range[1] - range[0];
  const rough = span / Math.max(1, wanted);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = factors.map((m) => m * magnitude).find((s) => s >= rough)!;
  const first = Math.ceil(range[0] / step - 1e-9);
  const out: number[] = [];
  for (let i = first; i * step <= range[1] + step * 1e-9; i++) out.push(Number((i * step).toPrecision(12)));
  return out;
}

/** Ticks of a logarithmic axis: powers of ten, with 2 and 5 between them when there are few. */
export function logTicks(range: Range): number[] {
  const decades = Math.log10(range[1] / range[0]);
  const factors = decades > 3 ? [1] : decades > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
  const out: number[] = [];
  for (let e = Math.floor(Math.log10(range[0])); e <= Math.ceil(Math.log10(range[1])); e++) {
    for (const f of factors) {
      const tick = Number((f * 10 ** e).toPrecision(6));
      if (tick >= range[0] && tick <= range[1]) out.push(tick);
    }
  }
  return out;
}

/** Labels with as many decimals as it takes to tell neighbours apart, and never too long for the axis. */
export function tickLabels(ticks: readonly (number | null)[], percent: boolean, log: boolean): string[] {
  const scale = percent ? 100 : 1;
  const values = ticks.filter((t) => t !== null);
  const step = values.length > 1 ? Math.abs(values[1]! - values[0]!) * scale : 1;
  const decimals = [0, 1, 2, 3, 4].find((d) => Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-6) ?? 5;
  const largest = values.reduce((largest, tick) => Math.max(largest, Math.abs(tick * scale)), 0);
  const long = largest >= 1e5 || (largest > 0 && largest < 1e-3);
  return ticks.map((tick) => {
    if (tick === null) return '';
    if (long && !log)
      return tick === 0
        ? '0'
        : Number((tick * scale).toPrecision(6))
            .toExponential()
            .replace('e+', 'e');
    if (log) return logLabel(tick * scale);
    return (tick * scale).toFixed(decimals);
  });
}

function logLabel(value: number): string {
  return value >= 1e-3 && value < 1e4 ? String(Number(value.toPrecision(3))) : value.toExponential(0);
}
