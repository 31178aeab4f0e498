/** The same decay per millisecond in steps of another length: k becomes k^ratio. */
import type { RunSpec } from '../../experiment/schema.ts';
import { parametersOf, type Tensor } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';

/** Every fixed leak of the settings: of all neurons, of layers that have their own, of the readout. */
export function withFixedLeaks(spec: RunSpec, ratio: number): RunSpec {
  const rescaled = <T extends object>(of: T): T =>
    'leak' in of && typeof of.leak === 'number' ? { ...of, leak: of.leak ** ratio } : of;
  const { readout, conv, hidden } = spec.network;
  const output = 'neuron' in readout && readout.neuron ? { ...readout, neuron: rescaled(readout.neuron) } : readout;
  return {
    ...spec,
    neuron: rescaled(spec.neuron),
    network: {
      ...spec.network,
      ...(conv && {
        conv: conv.map((layer) => (layer.neuron ? { ...layer, neuron: rescaled(layer.neuron) } : layer)),
      }),
      hidden: hidden.map((layer) =>
        typeof layer === 'number' || !layer.neuron ? layer : { ...layer, neuron: rescaled(layer.neuron) },
      ),
      readout: rescaled(output),
    },
  };
}

/** Every learned leak k = σ(a): a of k^ratio. */
export function withLearnedLeaks(plan: NetworkPlan, tensors: readonly Tensor[], ratio: number): Tensor[] {
  const parameters = parametersOf(plan);
  return tensors.map((tensor, i) =>
    parameters[i]!.part === 'leak' ? { ...tensor, data: tensor.data.map((a) => rescaledParameter(a, ratio)) } : tensor,
  );
}

/** a′ with σ(a′) = σ(a)^ratio; exact also where σ(a) is all but 0 or 1. */
export function rescaledParameter(a: number, ratio: number): number {
  const logarithm = ratio * (a > 0 ? -Math.log1p(Math.exp(-a)) : a - Math.log1p(Math.exp(a)));
  return logarithm - Math.log(-Math.expm1(logarithm));
}

/** Whether any leak is neither kept whole nor lost whole in a step: 0 and 1 have all powers. */
export function hasLeaks({ layers }: NetworkPlan): boolean {
  return layers.some(({ neuron }) => 'leak' in neuron && neuron.leak !== 0 && neuron.leak !== 1);
}
