/** `backend: tfjs`: the equations of docs/engine.md once more, as operations on tensors of whole batches, in float32. */
import { connectionName, isGated, type NetworkPlan } from '../../models/plan.ts';
import type { Backend } from '../backend.ts';
import { absence, chosenTensorFlow, describeTensorFlow, loadTensorFlow, type Which } from '../tensorflow/tensorflow.ts';

type Id = 'tfjs' | 'tfjs-node' | 'tfjs-cpu';

/** @param which TensorFlow computes */
function tfjsBackend(id: Id, which: () => Which): Backend {
  const refuses = (plan: NetworkPlan): string | undefined => absence(which()) ?? refusedNetwork(plan);
  return {
    id,
    refuses,
    provenance: () => ({ tensorflow: describeTensorFlow(which()) }),
    describe: () => describeTensorFlow(which()),
    // TensorFlow is large; who only asks what there is need not wait for it.
    async open(plan, data, options) {
      const reason = refuses(plan);
      if (reason !== undefined) throw new RangeError(reason);
      const { TensorNetwork } = await import('./network.ts');
      return new TensorNetwork(await loadTensorFlow(which(), options.threads), plan, data, options);
    },
  };
}

export const tfjsBackends = {
  tfjs: tfjsBackend('tfjs', chosenTensorFlow),
  'tfjs-node': tfjsBackend('tfjs-node', () => 'native'),
  'tfjs-cpu': tfjsBackend('tfjs-cpu', () => 'javascript'),
} as const;

function refusedNetwork({ layers }: NetworkPlan): string | undefined {
  for (const [l, { connection, neuron }] of layers.entries()) {
    if (connection.kind !== 'dense' && isGated(neuron))
      return `Layer ${l + 1} is a ${neuron.kind} behind ${connectionName(connection)}, which the tfjs backend does not have: use a dense layer.`;
    if (neuron.kind === 'integrator' && l < layers.length - 1)
      return `Layer ${l + 1} never fires and is not the last, which the tfjs backend does not have: change the network.`;
  }
  return undefined;
}
