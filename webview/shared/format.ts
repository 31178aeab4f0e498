import { duration as durationText } from '../../protocol/format.ts';
import { describeMetric, type Metric, type Spread } from '../../protocol/runs.ts';

/** Between a number and its unit: narrow and never broken. */
export { count } from '../../protocol/format.ts';

const THIN = '\u202f';
const MINUS = '\u2212';

/** A fraction as percent without the sign, `0.774` → `77.4`. */
export function percent(fraction: number | null | undefined, digits = 1): string {
  if (fraction === null || fraction === undefined) return '–';
  return Number.isFinite(fraction) ? (100 * fraction).toFixed(digits) : 'NaN';
}

export function percentSign(fraction: number | null | undefined, digits = 1): string {
  const text = percent(fraction, digits);
  return text === '–' || text === 'NaN' ? text : `${text}${THIN}%`;
}

export function loss(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (!Number.isFinite(value)) return 'NaN';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return value.toExponential(1).replace('-', MINUS);
  return size < 10 ? value.toFixed(3) : size < 100 ? value.toFixed(2) : value.toFixed(1);
}

/** A value of a metric without its unit. @param digits after the point of a percentage */
export function metricText(metric: Metric, value: number | null | undefined, digits = 1): string {
  if (value === null) return 'NaN';
  return describeMetric(metric).unit === '%' ? percent(value, digits) : loss(value);
}

/** `77.42 ± 0.31`; without the deviation for a single value. */
export function spread(s: Spread | undefined, one: (value: number) => string): string {
  if (!s) return '–';
  return s.deviation === undefined ? one(s.mean) : `${one(s.mean)} ± ${one(s.deviation)}`;
}

/** A difference of fractions in percentage points, with its sign. */
export function points(difference: number, digits = 1): string {
  const text = Math.abs(100 * difference).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return `${difference < 0 ? MINUS : '+'}${text}`;
}

/** Seconds as `0.8 s`, `42 s`, `3 min 05 s` or `2 h 07 min`, with thin spaces. */
export const duration = (seconds: number): string => durationText(seconds, THIN);

/** An epoch on an axis or in a sentence: whole when whole. */
export function epoch(x: number): string {
  return Number.isInteger(x) ? String(x) : x.toFixed(Math.abs(x) < 10 ? 2 : 1);
}

export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
