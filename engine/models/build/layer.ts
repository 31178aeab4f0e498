/** What the builders of networks share. */
import type { DatasetShape } from '../../datasets/dataset.ts';
import type { Settings } from '../../experiment/schema.ts';
import { type Dense, INPUT, type LayerPlan, type NeuronPlan } from '../plan.ts';

/** What a data set says about the networks that can be trained on it. */
export type DataShape = Pick<DatasetShape, 'inputs' | 'classes' | 'steps' | 'encoding'>;

/** A layer of `size` neurons that sees every neuron of the layer `below`, the first one the sample. */
export function denseLayer<N extends NeuronPlan>(
  name: string,
  below: LayerPlan | undefined,
  inputs: number,
  size: number,
  neuron: N,
  { bias, weightGain }: Settings['network'],
): LayerPlan<N, Dense> {
  return {
    name,
    input: [below?.name ?? INPUT],
    connection: { kind: 'dense', inputs, size, bias, weightGain },
    neuron,
    output: [size],
  };
}
