/** `backend: tfjs`: the equations of docs/engine.md once more, as operations on tensors of whole batches, in float32. */
import { connectionName, INPUT, type NetworkPlan } from '../../models/plan.ts';
import type { Backend } from '../backend.ts';
import { loadTensorFlow, WHICH } from './tensorflow.ts';

export const tfjsBackend: Backend = {
  id: 'tfjs',
  refuses,
  provenance: () => ({ tensorflow: WHICH }),
  describe: () => WHICH,
  // TensorFlow.js is large; who only asks what there is need not wait for it.
  async open(plan, data, options) {
    const reason = refuses(plan);
    if (reason !== undefined) throw new RangeError(reason);
    const { TensorNetwork } = await import('./network.ts');
    return new TensorNetwork(await loadTensorFlow(), plan, data, options);
  },
};

function refuses({ layers }: NetworkPlan): string | undefined {
  for (const [i, { name, connection, neuron, input }] of layers.entries()) {
    if (connection.kind !== 'dense')
      return `Layer ${name} is ${connectionName(connection)}, which the tfjs backend does not have: use dense layers.`;
    const before = layers[i - 1]?.name ?? INPUT;
    if (input.join() !== before)
      return `Layer ${name} receives ${input.join(' and ')}, but in the tfjs backend every layer receives the one before it: change the network.`;
    if (i < layers.length - 1 && (neuron.kind === 'linear' || neuron.kind === 'integrator'))
      return `Layer ${name} never fires and is not the last, which the tfjs backend does not have: change the network.`;
  }
  return undefined;
}
