/** The leaks of all layers: k from what is learned of it before a pass, and its gradient after one. */
import { addressOf, type Bytes } from '../../layout/units.ts';
import { floats, type Workspace } from '../workspace.ts';

/** k of every layer from its parameter a among `weights`, or the fixed one. */
export function prepareLeaks(workspace: Workspace, weights = workspace.layout.weights): void {
  const { layout, kernels, scratch } = workspace;
  layout.layers.forEach(({ plan: { neuron }, size, a }, l) => {
    const { k } = scratch.layers[l]!;
    if (typeof neuron.leak === 'number') floats(workspace, k, size).fill(neuron.leak);
    else {
      const shared = neuron.leak.per === 'layer';
      kernels.leakFromParameter({ k, a: addressOf(weights, a!), size, shared });
    }
  });
}

/** dL/da of every learned leak into `gradients`, from the dL/dk that the backward pass has added up. */
export function leakGradients(workspace: Workspace, gradients: Bytes): void {
  const { layout, kernels, scratch } = workspace;
  layout.layers.forEach(({ plan: { neuron, connection }, a, size }, l) => {
    if (typeof neuron.leak === 'number') return;
    const { dk, k } = scratch.layers[l]!;
    const shared = neuron.leak.per === 'layer';
    const da = addressOf(gradients, a!);
    floats(workspace, da, shared ? 4 : size).fill(0);
    kernels.leakGradient({ da, dk, k, size: connection.size, shared });
  });
}
