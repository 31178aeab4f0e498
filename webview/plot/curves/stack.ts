/** Signs at the foot of a chart that would lie on each other stand one above the other. */

export interface Stacked<T> {
  of: T;
  /** Where it lies on the axis of the picture. */
  at: number;
  /** How many places above the foot. */
  level: number;
}

/**
 * @param signs of all curves, by where they lie; those of one curve may cover each other
 * @param width of a sign
 * @param levels that there is room for; beyond them signs share a place again
 */
export function stacked<T>(signs: readonly { of: T; at: number }[], width: number, levels: number): Stacked<T>[] {
  const placed: Stacked<T>[] = [];
  for (const sign of [...signs].sort((a, b) => a.at - b.at)) {
    const near = placed.filter(({ at, of }) => of !== sign.of && sign.at - at < width);
    let level = 0;
    while (level < levels && near.some((one) => one.level === level)) level++;
    placed.push({ ...sign, level: level % Math.max(1, levels) });
  }
  return placed;
}
