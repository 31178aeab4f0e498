/** Parameters under the names and in the layouts of the modules of the script (PyTorch's: [out, in]). */
import { layerParameters, type Part, type Tensor } from '../../models/parameters.ts';
import { isGated, type LayerPlan, type NetworkPlan } from '../../models/plan.ts';

/** Part → name in a spiking or integrating layer, in one of nn.RNN, nn.LSTM and nn.GRU, and in a linear layer. */
const LEAKY: Partial<Record<Part, string>> = {
  weight: 'connection.weight',
  bias: 'connection.bias',
  recurrent: 'recurrent',
  leak: 'a',
};
const GATED: Partial<Record<Part, string>> = {
  weight: 'weight_ih_l0',
  bias: 'bias_ih_l0',
  recurrent: 'weight_hh_l0',
  recurrentBias: 'bias_hh_l0',
};

/** A state_dict of the script's `Network`. */
export function stateDict(plan: NetworkPlan, parameters: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    plan.layers.flatMap((layer) =>
      layerParameters(layer).map(({ name, part, shape }): [string, Tensor] => {
        const { data } = parameters.get(name)!;
        const key = `${layer.name}.${nameOf(layer, part)}`;
        // Matrices from the input on; kernels of convolutions are in PyTorch's order already.
        return [
          key,
          shape.length === 2 ? transposed(key, data, shape as [number, number]) : { name: key, shape, data },
        ];
      }),
    ),
  );
}

function nameOf({ name, neuron }: LayerPlan, part: Part): string {
  // The linear layer behind an RNN, LSTM or GRU.
  if (name === 'readout') return part;
  return (isGated(neuron) ? GATED : LEAKY)[part]!;
}

function transposed(name: string, data: Float32Array, [rows, columns]: [number, number]): Tensor {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]!;
  return { name, shape: [columns, rows], data: result };
}
