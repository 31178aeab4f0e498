/** Rates of neurons as the rows of a picture. */
import type { NeuronRates } from '../../../protocol/runs.ts';

export const NEURON_ORDERS = ['place', 'rate'] as const;
export type NeuronOrder = (typeof NEURON_ORDERS)[number];

export interface MapOfNeurons {
  neurons: number;
  /** Rows: neurons, or groups of neighbours where there are more neurons than groups. */
  groups: number;
  /** Which group is in a row, from the bottom up [G]. */
  order: number[];
  /** [G, epochs of the axis], rows in that order; NaN where the run has not got to. */
  values: Float32Array;
  highest: number;
}

/**
 * One layer over a common axis: at each of its epochs what was logged last. By rate: that of the newest epoch, ties in their places.
 * @param layer counted from 1
 * @param axis epochs, ascending
 */
export function mapOf(
  { epochs, layers }: NeuronRates,
  layer: number,
  axis: readonly number[],
  by: NeuronOrder,
): MapOfNeurons | undefined {
  const found = layers[layer - 1];
  if (!found || epochs.length === 0) return undefined;
  const { neurons, groups, rates } = found;
  const newest = (epochs.length - 1) * groups;
  const order = Array.from({ length: groups }, (_, g) => g);
  if (by === 'rate') order.sort((a, b) => rates[newest + a]! - rates[newest + b]!);
  const logged = axis.map((x) => (x > epochs.at(-1)! ? -1 : epochs.findLastIndex((one) => one <= x)));
  const values = Float32Array.from({ length: groups * axis.length }, (_, i) => {
    const [row, column] = [Math.floor(i / axis.length), i % axis.length];
    const index = logged[column]!;
    return index < 0 ? Number.NaN : rates[index * groups + order[row]!]!;
  });
  return { neurons, groups, order, values, highest: rates.reduce((highest, rate) => Math.max(highest, rate), 0) };
}

/** `neuron 3`, or `neurons 6–8` where a row stands for several. */
export function nameOfGroup(group: number, { neurons, groups }: Pick<MapOfNeurons, 'neurons' | 'groups'>): string {
  const [first, end] = [group, group + 1].map((one) => Math.floor((one * neurons) / groups)) as [number, number];
  return end - first === 1 ? `neuron ${first}` : `neurons ${first}–${end - 1}`;
}
