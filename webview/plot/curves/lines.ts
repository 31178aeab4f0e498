import type uPlot from 'uplot';
import type { ChartModel, Curve } from './model.ts';

/** What a line of the plot is of its curve. */
export type Role = 'raw' | 'low' | 'high' | 'seed' | 'mean';

export interface Line {
  curve: number;
  role: Role;
  values: (curve: Curve) => uPlot.AlignedData[number];
}

/** Lines from back to front: raw and bands behind, seeds, then the means. */
export function linesOf(model: ChartModel): Line[] {
  const behind: Line[] = [];
  const front: Line[] = [];
  model.curves.forEach((curve, index) => {
    if (curve.low && curve.high) {
      behind.push(
        { curve: index, role: 'low', values: (c) => c.low! },
        { curve: index, role: 'high', values: (c) => c.high! },
      );
    }
    if (curve.raw) behind.push({ curve: index, role: 'raw', values: (c) => c.raw! });
    curve.seeds?.forEach((_, seed) => {
      behind.push({ curve: index, role: 'seed', values: (c) => c.seeds![seed]! });
    });
    front.push({ curve: index, role: 'mean', values: (c) => c.mean });
  });
  return [...behind, ...front];
}

/** Whether a curve has a single value. */
export function lonely(curve: Curve): boolean {
  let n = 0;
  for (const value of curve.mean) if (typeof value === 'number' && ++n > 1) return false;
  return n === 1;
}
