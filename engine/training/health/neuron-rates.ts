/** Spike rates of neurons, small enough to be logged every epoch: a byte for each of a few hundred groups of neighbours. */
import type { MetricLine } from '../../runs/format.ts';

/** Of one layer, and of all layers together. */
const MOST_GROUPS = 256;
const MOST_BYTES = 1024;

type Layers = Extract<MetricLine, { kind: 'neurons' }>['layers'];

/**
 * Group g of G of a layer with N neurons holds neurons [⌊g·N/G⌋, ⌊(g+1)·N/G⌋); its mean rate r is the byte round(255·√r),
 * finer where rates are low. `rates`: base64 of the G bytes.
 * @param rates by layer, [N] each; null: a layer that does not spike
 */
export function encodeRates(rates: readonly (Float64Array | null)[]): Layers {
  const room = Math.floor(MOST_BYTES / rates.filter(Boolean).length);
  return rates.map((r) => r && encodeLayer(r, Math.min(r.length, MOST_GROUPS, room)));
}

function encodeLayer(rates: Float64Array, groups: number): NonNullable<Layers[number]> {
  const bytes = Uint8Array.from({ length: groups }, (_, g) => {
    const [from, to] = [g, g + 1].map((i) => Math.floor((i * rates.length) / groups)) as [number, number];
    const mean = rates.subarray(from, to).reduce((sum, r) => sum + r, 0) / (to - from);
    return Math.round(255 * Math.sqrt(mean));
  });
  return { neurons: rates.length, rates: Buffer.from(bytes).toString('base64') };
}
