import { duration as durationText, loss, percent as percentText } from '../../protocol/format.ts';
import { describeMetric, type Metric } from '../../protocol/metrics.ts';
import type { AxisId } from '../../protocol/views.ts';

export { points } from '../../protocol/comparison/verdicts.ts';
export { count, loss, spread } from '../../protocol/format.ts';

/** Between a number and its unit: narrow and never broken. */
const THIN = '\u202f';

/** A fraction as percent without the sign, `0.774` → `77.4`. */
export function percentOrDash(fraction: number | null | undefined, digits = 1): string {
  return fraction === null || fraction === undefined ? '–' : percentText(fraction, digits);
}

export function percentSign(fraction: number | null | undefined, digits = 1): string {
  const text = percentOrDash(fraction, digits);
  return text === '–' || text === 'NaN' ? text : `${text}${THIN}%`;
}

/** A value of a metric without its unit. @param digits after the point of a percentage */
export function metricText(metric: Metric, value: number | null | undefined, digits = 1): string {
  if (value === null) return 'NaN';
  return describeMetric(metric).unit === '%' ? percentOrDash(value, digits) : loss(value);
}

/** Seconds as `0.8 s`, `42 s`, `3 min 05 s` or `2 h 07 min`, with thin spaces. */
export const duration = (seconds: number): string => durationText(seconds, THIN);

/** An epoch on an axis or in a sentence: whole when whole. */
export function epoch(x: number): string {
  return Number.isInteger(x) ? String(x) : x.toFixed(Math.abs(x) < 10 ? 2 : 1);
}

/** What curves are drawn over, and how a place there is written; `short`: in the corner of a chart. */
export const AXES: Record<AxisId, { name: string; short: string; text: (x: number) => string }> = {
  epoch: { name: 'Epoch', short: 'Epoch', text: epoch },
  update: { name: 'Weight update', short: 'Update', text: (x) => Math.round(x).toLocaleString('en') },
  time: { name: 'Training time', short: 'Time', text: duration },
};

export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
