/** How fast the loss rises around a network, and the plane through it (Figure 6 of the paper). */
import { type LandscapeResult, type Sharpness, standIns } from '../analyses/landscape.ts';
import type { XyChart } from '../drawing/xy.ts';
import { meanOf } from '../statistics.ts';
import { byVariant, type SeedAnswer, type StyleOf } from './answers.ts';

type Answer = SeedAnswer<'landscape'>;

/** Lines of equal value in a picture of a plane. */
export const LEVELS = 9;

/** Means over directions and seeds; bands of one standard deviation over the directions. */
export function sharpnessChart(answers: readonly Answer[], style: StyleOf): XyChart {
  return {
    title: 'Sharpness: mean rise of the loss',
    x: { name: 'radius, relative to the weights of each neuron', include: [0] },
    y: { name: 'rise of the loss' },
    lines: byVariant(answers).map(({ name, index, runs }) => {
      const points = radiiOf(runs).flatMap((radius) => {
        const own = risesAt(runs, radius);
        if (own.length === 0) return [];
        const y = meanOf(own.map(({ mean }) => mean));
        const deviation = meanOf(own.map((one) => one.deviation ?? 0));
        return [{ x: radius, y, low: y - deviation, high: y + deviation }];
      });
      return { name, style: style({ index }), points: [{ x: 0, y: 0, low: 0, high: 0 }, ...points] };
    }),
  };
}

/** Ascending. */
export function radiiOf(runs: readonly Answer[]): number[] {
  return [...new Set(runs.flatMap(({ result }) => result.sharpness.map(({ radius }) => radius)))].sort((a, b) => a - b);
}

/** What each run says of a radius, where its loss is finite. */
export function risesAt(runs: readonly Answer[], radius: number): (Sharpness & { mean: number })[] {
  return runs.flatMap(({ result }) =>
    result.sharpness.filter((one): one is Sharpness & { mean: number } => one.radius === radius && one.mean !== null),
  );
}

/** [points, points], while it is coarse with the computed cell that stands for each; NaN where the loss is not finite or nothing is computed. */
export function planeOf(result: LandscapeResult, quantity: 'loss' | 'accuracy'): number[] {
  const stands = standIns(result.points, result.evaluated);
  return Array.from(stands, (cell) => (cell < 0 ? Number.NaN : (result[quantity][cell] ?? Number.NaN)));
}

/** From the least to the greatest finite value of all planes: one scale of colours for all of them. */
export function valueRangeOf(planes: readonly (readonly number[])[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of planes)
    for (const value of values) if (Number.isFinite(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low <= high ? [low, high] : [0, 1];
}
