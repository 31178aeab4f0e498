/**
 * Exponential moving average without the bias towards the first value: both the sum and the weights decay, and their
 * ratio is drawn (as Adam corrects its moments). `smoothing` is what is kept from one logged point to the next; where
 * points were left out, a gap of n points decays n times, so a curve looks the same however finely it was sampled.
 *
 * @param x ascending
 * @param y null where the value was not a number; it stays null and does not enter the average
 * @param total points logged between x[0] and x[last]
 */
export function smooth(
  x: readonly number[],
  y: readonly (number | null)[],
  total: number,
  smoothing: number,
): (number | null)[] {
  if (smoothing <= 0 || x.length < 2) return [...y];
  const spacing = (x[x.length - 1]! - x[0]!) / Math.max(1, total - 1);
  let sum = 0;
  let weight = 0;
  return y.map((value, i) => {
    if (value === null) return null;
    const gap = i === 0 || spacing <= 0 ? 1 : Math.max((x[i]! - x[i - 1]!) / spacing, 0.25);
    const keep = smoothing ** gap;
    sum = sum * keep + value * (1 - keep);
    weight = weight * keep + (1 - keep);
    return sum / weight;
  });
}
