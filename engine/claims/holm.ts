/** Many comparisons in one study. */

/**
 * p values after Holm's step-down correction (Holm 1979), in the order they came in: with all of them below α the chance
 * of one false rejection or more is at most α, however they depend on each other.
 */
export function holm(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => ps[a]! - ps[b]!);
  const adjusted = new Array<number>(ps.length);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (ps.length - rank) * ps[index]!));
    adjusted[index] = least;
  });
  return adjusted;
}
