import type { SpikingLayerResult } from '../../../protocol/analyses/spikes.ts';

/** What neurons are sorted by. */
export const ORDERS = ['place', 'rate', 'class', 'leak'] as const;
export type Order = (typeof ORDERS)[number];

/** Neurons in ascending order [N]; ties keep their places. By class: the preferred one, and how strongly within it. */
export function orderOf(layer: SpikingLayerResult, order: Order): number[] {
  const neurons = [...layer.rates.keys()];
  const { rates, leak, preferredClass, selectivity } = layer;
  switch (order) {
    case 'place':
      return neurons;
    case 'rate':
      return neurons.sort((a, b) => rates[a]! - rates[b]!);
    case 'leak':
      return neurons.sort((a, b) => leak[a]! - leak[b]!);
    case 'class':
      // Silent ones, which prefer none, come first.
      return neurons.sort(
        (a, b) =>
          (preferredClass[a] ?? -1) - (preferredClass[b] ?? -1) || (selectivity[a] ?? 0) - (selectivity[b] ?? 0),
      );
  }
}
