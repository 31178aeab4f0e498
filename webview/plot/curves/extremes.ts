import type { Range } from '../../../protocol/drawing/scales.ts';
import type { ChartModel } from './model.ts';

/** Least and greatest value that is drawn over a part of the axis; null where there is none. */
export function extremes(model: ChartModel, [from, to]: Range, log: boolean): [number | null, number | null] {
  let low: number | null = null;
  let high: number | null = null;
  for (const curve of model.curves) {
    for (const values of [curve.mean, curve.low, curve.high, curve.raw, ...(curve.seeds ?? [])]) {
      values?.forEach((value, i) => {
        const x = model.xs[i]!;
        if (typeof value !== 'number' || x < from || x > to || (log && value <= 0)) return;
        low = low === null ? value : Math.min(low, value);
        high = high === null ? value : Math.max(high, value);
      });
    }
  }
  return [low, high];
}
