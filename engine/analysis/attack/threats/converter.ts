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

/** How many powers of two of |g| / max |g| one look at the gradient takes in, and where draws cannot succeed any more. */
const BAND = 4;
const LAST = 33;

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
  // Of numbers that are not negative the bits rise as the values do; eight of them are the exponent.
  const bits = new Int32Array(gradient.buffer, gradient.byteOffset, gradient.length);
  let top = 0;
  for (let bin = 0; bin < bits.length; bin++) top = Math.max(top, bits[bin]! & 0x7fffffff);
  if (top === 0) return undefined;
  const taken: Flip[] = [];
  const scale = floatOf(top);
  // Strongest first, so that the draws of all the rest need never be made; each draw is independent of the others anyway.
  for (let band = 0; band < LAST && taken.length < limit; band += BAND) {
    const candidates: number[] = [];
    for (let bin = 0; bin < bits.length; bin++) {
      const own = bits[bin]! & 0x7fffffff;
      const below = (top >>> 23) - (own >>> 23) - band;
      if (own === 0 || below < 0 || below >= BAND) continue;
      if (allowed(bin, bits[bin]! < 0 === (sign === 1) ? -1 : 1)) candidates.push(bin);
    }
    candidates.sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!) || a - b);
    for (const bin of candidates) {
      if (taken.length >= limit) break;
      if (rng.uniform() * scale >= Math.abs(gradient[bin]!)) continue;
      taken.push({ bin, by: gradient[bin]! < 0 === (sign === 1) ? -1 : 1 });
    }
  }
  return taken;
}

function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
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
