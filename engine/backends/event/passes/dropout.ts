/**
 * Dropout between layers. The events of silenced neurons are left out of the lists, and those that stay count 1/(1 − p)
 * times: the weights that they meet are scaled once, and so are the gradients.
 */
import { drawDropoutMask } from '../../../models/dropout.ts';
import { addressOf, type Bytes } from '../layout/units.ts';
import type { Samples } from './input.ts';
import { floats, type Workspace } from './workspace.ts';

/** Which neurons of the samples [from, from + count) are silenced. */
export function drawDropout(
  workspace: Workspace,
  seed: number,
  { epoch, order }: Samples,
  from: number,
  count: number,
): void {
  const { layout, scratch } = workspace;
  scratch.layers.forEach(({ dropout }, layer) => {
    const { plan, size } = layout.layers[layer]!;
    const neurons = plan.connection.size;
    for (let b = 0; b < count && dropout; b++) {
      const dropoutMask = floats(workspace, addressOf(dropout.dropoutMask, b * size), size);
      drawDropoutMask(dropoutMask, neurons, layout.network.dropout, { seed, epoch, sample: order[from + b]!, layer });
    }
  });
}

/** What the layers above others multiply their input with, 1/(1 − p), once for all events. */
export function scaleWeights({ layout, kernels, scratch, weights }: Workspace): void {
  scratch.layers.forEach(({ dropout }, l) => {
    if (!dropout) return;
    const { weight, inputs, size } = layout.layers[l + 1]!;
    kernels.scale({
      out: dropout.weight,
      source: addressOf(weights, weight),
      factor: 1 / (1 - layout.network.dropout),
      count: inputs * size,
    });
  });
}

/** dW is the sum over the events that were kept, and each counts 1/(1 − p) times. */
export function scaleGradients({ layout, kernels, scratch }: Workspace, gradients: Bytes): void {
  scratch.layers.forEach(({ dropout }, l) => {
    if (!dropout) return;
    const { weight, inputs, size } = layout.layers[l + 1]!;
    const dW = addressOf(gradients, weight);
    kernels.scale({ out: dW, source: dW, factor: 1 / (1 - layout.network.dropout), count: inputs * size });
  });
}
