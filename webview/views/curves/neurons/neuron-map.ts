/** Rates of neurons as the rows of a picture. */
import type { NeuronRates } from '../../../../protocol/metrics.ts';

export const NEURON_ORDERS = ['place', 'rate', 'class', 'leak'] as const;
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
  /** k of each group [G], where every neuron learns its own. */
  leaks: readonly number[] | undefined;
  /** Whether the rows are in the order that was asked for: not all runs know what all orders go by. */
  sorted: boolean;
}

/**
 * One layer over a common axis: at each of its epochs what was logged last. Rates and leaks that are sorted by are those of the
 * newest epoch; ties keep their places.
 * @param layer counted from 1
 * @param axis epochs, ascending
 * @param preferred of each group, as preferences.ts has it
 */
export function mapOf(
  { epochs, layers }: NeuronRates,
  layer: number,
  axis: readonly number[],
  by: NeuronOrder,
  preferred?: readonly number[],
): MapOfNeurons | undefined {
  const found = layers[layer - 1];
  if (!found || epochs.length === 0) return undefined;
  const { neurons, groups, rates, leaks } = found;
  const order = Array.from({ length: groups }, (_, g) => g);
  const keys = { place: order, rate: rates.slice((epochs.length - 1) * groups), class: preferred, leak: leaks }[by];
  if (keys) order.sort((a, b) => keys[a]! - keys[b]! || a - b);
  const logged = axis.map((x) => (x > epochs.at(-1)! ? -1 : epochs.findLastIndex((one) => one <= x)));
  const values = Float32Array.from({ length: groups * axis.length }, (_, i) => {
    const [row, column] = [Math.floor(i / axis.length), i % axis.length];
    const index = logged[column]!;
    return index < 0 ? Number.NaN : rates[index * groups + order[row]!]!;
  });
  const highest = rates.reduce((highestSoFar, rate) => Math.max(highestSoFar, rate), 0);
  return { neurons, groups, order, values, highest, leaks, sorted: keys !== undefined };
}

/** `neuron 3`, or `neurons 6–8` where a row stands for several. */
export function nameOfGroup(group: number, { neurons, groups }: Pick<MapOfNeurons, 'neurons' | 'groups'>): string {
  const [first, end] = [group, group + 1].map((one) => Math.floor((one * neurons) / groups)) as [number, number];
  return end - first === 1 ? `neuron ${first}` : `neurons ${first}–${end - 1}`;
}
