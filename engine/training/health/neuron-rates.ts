/** Rates and learned leaks of neurons, small enough to be logged every epoch: a byte for each of a few hundred groups of neighbours. */
import type { MetricLine } from '../../runs/format.ts';

/** Of one layer, and of all layers together. */
const MAX_GROUPS = 256;
const MAX_BYTES = 1024;

type Layers = Extract<MetricLine, { kind: 'neurons' }>['layers'];

/**
 * Group g of G of a layer with N neurons holds neurons [⌊g·N/G⌋, ⌊(g+1)·N/G⌋); its mean rate r is the byte round(255·√r),
 * finer where rates are low, its mean leak k the byte round(255·k). `rates` and `leaks`: base64 of the G bytes.
 * @param rates by layer, [N] each; null: a layer that does not spike
 * @param leaks by layer, [N] each, where every neuron learns its own
 */
export function encodeNeurons(
  rates: readonly (Float64Array | null)[],
  leaks: readonly (Float64Array | undefined)[],
): Layers {
  const room = Math.floor(MAX_BYTES / rates.filter(Boolean).length);
  return rates.map((r, l) => {
    if (!r) return null;
    const groups = Math.min(r.length, MAX_GROUPS, room);
    const k = leaks[l];
    return {
      neurons: r.length,
      rates: bytesOf(r, groups, Math.sqrt),
      ...(k && { leaks: bytesOf(k, groups, (mean) => mean) }),
    };
  });
}

/** @param scale of the mean of a group, [0, 1] → [0, 1] */
function bytesOf(values: Float64Array, groups: number, scale: (mean: number) => number): string {
  const bytes = Uint8Array.from({ length: groups }, (_, g) => {
    const [from, to] = [g, g + 1].map((i) => Math.floor((i * values.length) / groups)) as [number, number];
    const mean = values.subarray(from, to).reduce((sum, value) => sum + value, 0) / (to - from);
    return Math.round(255 * scale(mean));
  });
  return Buffer.from(bytes).toString('base64');
}
