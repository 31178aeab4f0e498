/** Where the epochs of a run lie on another axis: over weight updates, or over the seconds of its training. */
import type { Series } from '../../../protocol/metrics.ts';

/** [n]: epochs and what they are on the axis, both ascending, from 0 on. */
export interface Along {
  epochs: readonly number[];
  places: readonly number[];
}

/** @param ends what the axis says at the end of each epoch; undefined before the first */
export function alongOf(ends: Series | undefined): Along | undefined {
  const points = (ends?.x ?? []).flatMap((x, i) => {
    const y = ends!.y[i];
    return x > (i > 0 ? ends!.x[i - 1]! : 0) && typeof y === 'number' ? [[x, y] as const] : [];
  });
  if (points.length === 0) return undefined;
  return { epochs: [0, ...points.map(([x]) => x)], places: [0, ...points.map(([, y]) => y)] };
}

/** Along the straight lines between the ends of epochs; beyond the last one at its pace. */
export function placeAlong({ epochs, places }: Along, epoch: number): number {
  let high = 1;
  while (high < epochs.length - 1 && epochs[high]! < epoch) high++;
  const [a, b] = [epochs[high - 1]!, epochs[high]!];
  return places[high - 1]! + ((epoch - a) / (b - a)) * (places[high]! - places[high - 1]!);
}
