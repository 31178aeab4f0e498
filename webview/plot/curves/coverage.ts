/** What a line covers of each column of pixels. */
export interface Coverage {
  /** First column, in pixels. */
  left: number;
  /** Of each column the least and the greatest y; where the line leaves it out, `low` is above `high`. */
  low: Float64Array;
  high: Float64Array;
}

export interface Columns {
  left: number;
  columns: number;
  /** Of the line, in pixels. */
  width: number;
}

/**
 * A line as a bar in each column of pixels. Within a window as wide as the line, around the middle of the column, the line rises
 * by some pixels; a straight line of that slope is √(width² + rise²) high where it is cut upright.
 * @param xs ascending, in pixels @param ys in pixels; NaN where the line is interrupted
 */
export function coverage(xs: Float64Array, ys: Float64Array, { left, columns, width }: Columns): Coverage {
  const low = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const high = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  const half = width / 2;
  // Of column 0.
  const middle = left + 0.5;
  let before = -1;
  for (let i = 0; i < xs.length; i++) {
    const y1 = ys[i]!;
    if (Number.isNaN(y1)) {
      before = -1;
      continue;
    }
    const x1 = xs[i]!;
    // A point that nothing leads to is a line of no length.
    const x0 = before < 0 ? x1 : xs[before]!;
    const y0 = before < 0 ? y1 : ys[before]!;
    before = i;
    const slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0;
    const first = Math.max(0, Math.ceil(x0 - half - middle));
    const last = Math.min(columns - 1, Math.floor(x1 + half - middle));
    for (let column = first; column <= last; column++) {
      const from = middle + column - half;
      const to = middle + column + half;
      const a = from > x0 ? y0 + (from - x0) * slope : y0;
      const b = to < x1 ? y1 - (x1 - to) * slope : y1;
      const [top, bottom] = a < b ? [a, b] : [b, a];
      if (top < low[column]!) low[column] = top;
      if (bottom > high[column]!) high[column] = bottom;
    }
  }
  for (let column = 0; column < columns; column++) {
    const rise = high[column]! - low[column]!;
    if (rise < 0) continue;
    const more = (Math.hypot(width, rise) - rise) / 2;
    low[column]! -= more;
    high[column]! += more;
  }
  return { left, low, high };
}

/** Whether a dashed line is drawn in a column. @param dash lengths of what is drawn and of what is not, in turns; none for a whole line */
export function isOn(dash: readonly number[], column: number): boolean {
  let rest =
    column %
    Math.max(
      1,
      dash.reduce((sum, part) => sum + part, 0),
    );
  for (const [i, part] of dash.entries()) {
    if (rest < part) return i % 2 === 0;
    rest -= part;
  }
  return true;
}
