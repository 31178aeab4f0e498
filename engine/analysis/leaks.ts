/** The factor k of every neuron of a network. */

import { sigmoid } from '../models/neuron.ts';
import type { Tensor } from '../models/parameters.ts';
import { lengthOf } from '../models/parameters.ts';
import type { LayerPlan } from '../models/plan.ts';

/** k [N] of a spiking layer or an integrator: fixed, or σ(a) of its parameter a [N] or [1]. */
export function leakOf({ name, neuron, output }: LayerPlan, parameters: readonly Tensor[]): Float64Array {
  if (neuron.kind !== 'lif' && neuron.kind !== 'integrator')
    throw new TypeError(`Layer ${name} (${neuron.kind}) has no leak.`);
  const k = new Float64Array(lengthOf(output));
  if (typeof neuron.leak === 'number') return k.fill(neuron.leak);
  const a = parameters.find((tensor) => tensor.name === `${name}.leak`)!.data;
  return k.map((_, i) => sigmoid(a[a.length === 1 ? 0 : i]!));
}
