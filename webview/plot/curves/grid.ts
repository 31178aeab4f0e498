/**
 * The x positions that all curves of a chart share, and each curve on them. Values: a number; null where the run
 * logged something that is not a number (the line breaks there); undefined where the curve has no point (the line
 * goes straight on).
 */
export type Aligned = (number | null | undefined)[];

export interface Points {
  /** Ascending. */
  x: readonly number[];
  y: readonly (number | null)[];
}

/**
 * All x of the curves when they are at most `limit` (runs of one study are evaluated at the same epochs, so they mostly
 * coincide); otherwise an even grid, on which `align` keeps the extremes of what falls between two of its points.
 */
export function sharedGrid(curves: readonly Points[], limit: number): { xs: number[]; exact: boolean } {
  const all = new Set<number>();
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { x } of curves) {
    if (x.length === 0) continue;
    low = Math.min(low, x[0]!);
    high = Math.max(high, x[x.length - 1]!);
    if (all.size <= limit) for (const value of x) all.add(value);
  }
  if (all.size <= limit) return { xs: [...all].sort((a, b) => a - b), exact: true };
  const n = Math.max(2, limit - (limit % 2));
  const step = (high - low) / (n - 1);
  return { xs: Array.from({ length: n }, (_, i) => low + i * step), exact: false };
}

/** A curve on the shared grid. On an even grid, each pair of grid points holds the extremes around it, in order. */
export function align(curve: Points, grid: { xs: readonly number[]; exact: boolean }): Aligned {
  const { xs, exact } = grid;
  const out: Aligned = new Array(xs.length).fill(undefined);
  if (xs.length === 0) return out;
  if (exact) {
    let position = 0;
    curve.x.forEach((x, i) => {
      while (xs[position]! < x) position++;
      out[position] = curve.y[i]!;
    });
    return out;
  }
  const first = xs[0]!;
  const pairWidth = ((xs[xs.length - 1]! - first) / (xs.length - 1)) * 2;
  let i = 0;
  for (let pair = 0; pair < xs.length / 2; pair++) {
    const end = pair === xs.length / 2 - 1 ? Number.POSITIVE_INFINITY : first + (pair + 1) * pairWidth;
    let low = -1;
    let high = -1;
    let broken = false;
    for (; i < curve.x.length && curve.x[i]! < end; i++) {
      const y = curve.y[i]!;
      if (y === null) broken = true;
      else {
        if (low < 0 || y < curve.y[low]!) low = i;
        if (high < 0 || y > curve.y[high]!) high = i;
      }
    }
    if (low >= 0) {
      out[2 * pair] = curve.y[Math.min(low, high)]!;
      out[2 * pair + 1] = broken ? null : curve.y[Math.max(low, high)]!;
    } else if (broken) out[2 * pair] = null;
  }
  return out;
}

/** Fills the holes between two points of a curve along the straight line; beyond its ends it stays undefined. */
export function fillBetween(values: Aligned, xs: readonly number[]): Aligned {
  const out = [...values];
  let before = -1;
  for (let i = 0; i < out.length; i++) {
    const value = values[i];
    if (value === undefined) continue;
    const from = before < 0 ? undefined : values[before];
    if (value !== null && from !== null && from !== undefined) {
      for (let k = before + 1; k < i; k++) {
        out[k] = from + ((value - from) * (xs[k]! - xs[before]!)) / (xs[i]! - xs[before]!);
      }
    }
    before = i;
  }
  return out;
}

/** Index of the grid point nearest to x; -1 for an empty grid. */
export function nearest(xs: readonly number[], x: number): number {
  if (xs.length === 0) return -1;
  let low = 0;
  let high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  return x - xs[low]! <= xs[high]! - x ? low : high;
}
