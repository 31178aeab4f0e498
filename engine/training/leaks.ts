/** The learned leak of each layer, for the log: `a` is the parameter before the sigmoid, `k` the leak. */
import type { LeakSpread } from '../../protocol/runs.ts';
import { meanOf } from '../../protocol/statistics.ts';
import type { Network } from '../backends/backend.ts';
import { sigmoid } from '../models/neuron.ts';
import { lengthOf } from '../models/parameters.ts';
import type { NetworkPlan } from '../models/plan.ts';

/** One entry for each layer, null where its leak is fixed; undefined where all are. */
export function leaksOf({ layers }: NetworkPlan, network: Network): (LeakSpread | null)[] | undefined {
  const learned = layers.map(({ neuron }) => 'leak' in neuron && typeof neuron.leak === 'object');
  if (!learned.includes(true)) return undefined;
  const a = new Map(network.parameters().map(({ name, data }) => [name, data]));
  return layers.map(({ name }, l) => (learned[l] ? leakSpreadOf(Array.from(a.get(`${name}.leak`)!, sigmoid)) : null));
}

/** k of each neuron [N] of spiking layers that learn one for every neuron; undefined for the others. */
export function neuronLeaks({ layers }: NetworkPlan, network: Network): (Float64Array | undefined)[] {
  const a = new Map(network.parameters().map(({ name, data }) => [name, data]));
  return layers.map(({ name, neuron, output }) => {
    const own = neuron.kind === 'lif' && typeof neuron.leak === 'object' ? a.get(`${name}.leak`) : undefined;
    return own && own.length === lengthOf(output) ? Float64Array.from(own, sigmoid) : undefined;
  });
}

/** Quartiles lie between the two nearest values. */
export function leakSpreadOf(k: number[]): LeakSpread {
  const sorted = k.slice().sort((x, y) => x - y);
  const quantile = (share: number): number => {
    const place = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
    return low + (high - low) * (place - Math.floor(place));
  };
  return {
    mean: meanOf(k),
    least: quantile(0),
    lowerQuartile: quantile(0.25),
    median: quantile(0.5),
    upperQuartile: quantile(0.75),
    greatest: quantile(1),
  };
}
