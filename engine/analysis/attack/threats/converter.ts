/**
 * From a real gradient to changes of spikes: the gradient-to-spike converter and the restricted spike flipper of Liang et
 * al., Exploring Adversarial Attack in Spiking Neural Networks with Spike-Compatible Gradient (arXiv 2001.01587).
 */
import type { Rng } from '../../../base/random.ts';

/** A bin and the way its count should go: up or down. */
export interface Flip {
  bin: number;
  by: 1 | -1;
}

/** Bins are sorted by the first bits of |g| into classes of an eighth of a power of two, 256 · 8 of them. */
const CLASSES = 2048;
const SHIFT = 20;
/** Powers of two below the strongest from which on draws cannot succeed any more. */
const REACH = 36;
/** Candidates that are looked for at first, for each that is wanted, and how many times as many each time that they were too few. */
const AT_FIRST = 4;
const LEAST = 64;
const GROWTH = 8;

/**
 * Probabilistic sampling: a bin is taken with probability |g| / max |g|, each on its own. Sign: by = ±sign(g). Overflow-aware:
 * only where the count may go that way, `allowed`. Of the taken ones the `limit` with the greatest |g| stay, which are given
 * strongest first; with `limit` infinite this is the published converter.
 *
 * @param gradient [T·M], finite  @returns undefined when it is zero everywhere
 */
export function convert(
  gradient: Float32Array,
  sign: 1 | -1,
  allowed: (bin: number, by: 1 | -1) => boolean,
  limit: number,
  rng: Rng,
): Flip[] | undefined {
  // Of numbers that are not negative the bits rise as the values do.
  const bits = new Int32Array(gradient.buffer, gradient.byteOffset, gradient.length);
  const counts = new Uint32Array(CLASSES);
  let top = 0;
  for (let bin = 0; bin < bits.length; bin++) {
    const own = bits[bin]! & 0x7fffffff;
    if (own > top) top = own;
    counts[own >>> SHIFT]!++;
  }
  if (top === 0) return undefined;
  const taken: Flip[] = [];
  const scale = floatOf(top);
  const least = leastClass(top);
  // Strongest first, so that the draws of all the rest need never be made; each draw is independent of the others anyway.
  for (
    let above = top >>> SHIFT, wanted = Math.max(LEAST, AT_FIRST * limit);
    above >= least && taken.length < limit;
  ) {
    let [from, count] = [above, counts[above]!];
    while (from > least && count < wanted) count += counts[--from]!;
    for (const bin of strongestFirst(bits, from, above, count)) {
      if (taken.length >= limit) break;
      const by = bits[bin]! < 0 === (sign === 1) ? -1 : 1;
      if (allowed(bin, by) && rng.uniform() * scale < Math.abs(gradient[bin]!)) taken.push({ bin, by });
    }
    above = from - 1;
    wanted *= GROWTH;
  }
  return taken;
}

/** The first class from which a bin can be taken. */
function leastClass(top: number): number {
  return Math.max(0, ((top >>> 23) - REACH + 1) * 8);
}

/**
 * The same of the strongest bins alone, strongest first, of equal ones the lower first, and their gradients; `all`: whether those
 * of all others are zero.
 * @returns how many it looked at, too; undefined when it hangs on more bins than these
 */
export function convertStrongest(
  { places, values, all }: { places: Uint32Array; values: Float64Array; all: boolean },
  sign: 1 | -1,
  allowed: (bin: number, by: 1 | -1) => boolean,
  limit: number,
  rng: Rng,
): { flips: Flip[]; looked: number } | undefined {
  const flips: Flip[] = [];
  const scale = Math.abs(values[0] ?? 0);
  const least = leastClass(bitsOf(scale));
  let looked = 0;
  for (; flips.length < limit; looked++) {
    if (looked === places.length) return all ? { flips, looked } : undefined;
    const g = values[looked]!;
    if (bitsOf(Math.abs(g)) >>> SHIFT < least) break;
    const by = g < 0 === (sign === 1) ? -1 : 1;
    const bin = places[looked]!;
    if (allowed(bin, by) && rng.uniform() * scale < Math.abs(g)) flips.push({ bin, by });
  }
  return { flips, looked };
}

/** The `count` bins of the classes from … above, strongest first, of equal ones the lower bin. */
function strongestFirst(bits: Int32Array, from: number, above: number, count: number): Uint32Array {
  const [lowest, highest] = [Math.max(1, from << SHIFT), ((above + 1) << SHIFT) - 1];
  const bins = new Uint32Array(count);
  // How much weaker than the strongest, and the place: numbers alone are sorted fastest.
  const keys = new Float64Array(count);
  let found = 0;
  for (let bin = 0; bin < bits.length; bin++) {
    const own = bits[bin]! & 0x7fffffff;
    if (own < lowest || own > highest) continue;
    keys[found] = (highest - own) * count + found;
    bins[found++] = bin;
  }
  keys.subarray(0, found).sort();
  const sorted = new Uint32Array(found);
  for (let i = 0; i < found; i++) sorted[i] = bins[keys[i]! % count]!;
  return sorted;
}

const oneFloat = new Float32Array(1);
const oneBits = new Uint32Array(oneFloat.buffer);

function floatOf(bits: number): number {
  oneBits[0] = bits;
  return oneFloat[0]!;
}

function bitsOf(value: number): number {
  oneFloat[0] = value;
  return oneBits[0]!;
}

/**
 * The flipper, for a gradient that is zero everywhere: every one of n things is taken with this probability, each on its own; at
 * most `limit` of them, any with the same chance.
 */
export function flipper(n: number, probability: number, limit: number, rng: Rng): number[] {
  const taken: number[] = [];
  // Gaps between the taken ones are geometric, which spares a draw for each that is not.
  const rate = Math.log1p(-probability);
  for (let i = 0; ; i++) {
    i += probability >= 1 ? 0 : Math.floor(Math.log(1 - rng.uniform()) / rate);
    if (!(i < n)) break;
    taken.push(i);
  }
  if (taken.length <= limit) return taken;
  for (let i = 0; i < limit; i++) {
    const j = i + rng.below(taken.length - i);
    [taken[i], taken[j]] = [taken[j]!, taken[i]!];
  }
  return taken.slice(0, limit);
}
