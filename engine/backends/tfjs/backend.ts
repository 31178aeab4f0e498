/** `backend: tfjs`: the equations of docs/engine.md once more, as operations on tensors of whole batches, in float32. */
import { connectionName, isGated, type NetworkPlan } from '../../models/plan.ts';
import type { Backend } from '../backend.ts';
import { tensorFlowFolder } from '../tensorflow/installed.ts';
import { absence, chosenTensorFlow, describeTensorFlow, loadTensorFlow, type Which } from '../tensorflow/tensorflow.ts';

type Id = 'tfjs' | 'tfjs-node' | 'tfjs-cpu';

/** @param which TensorFlow computes */
function tfjsBackend(id: Id, which: () => Which): Backend {
  const missing = (): string | undefined => absence(which());
  const refuses = (plan: NetworkPlan): string | undefined => missing() ?? refusedNetwork(plan);
  return {
    id,
    refuses,
    missing,
    atLoss: () => (which() === 'native' ? whileLoading(id) : undefined),
    // What is refused computes nothing.
    provenance: () => (missing() === undefined ? { tensorflow: describeTensorFlow(which()) } : {}),
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

const whileLoading = (id: Id): string =>
  `while the TensorFlow in ${tensorFlowFolder()} was being loaded or first used: install it again with "lif backend install tfjs", or ${id === 'tfjs' ? 'set LIF_TENSORFLOW to javascript' : 'use backend: tfjs-cpu'}`;

function refusedNetwork({ layers }: NetworkPlan): string | undefined {
  for (const [l, { connection, neuron }] of layers.entries()) {
    if (connection.kind !== 'dense' && isGated(neuron))
      return `Layer ${l + 1} is a ${neuron.kind} behind ${connectionName(connection)}, which the tfjs backend does not have: use a dense layer.`;
    if (neuron.kind === 'integrator' && l < layers.length - 1)
      return `Layer ${l + 1} never fires and is not the last, which the tfjs backend does not have: change the network.`;
  }
  return undefined;
}
