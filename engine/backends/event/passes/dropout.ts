/**
 * Dropout between layers. The events of silenced neurons are left out of the lists, and those that stay count 1/(1 − p)
 * times: the weights that they meet are scaled once, and so are the gradients.
 */
import { hashName, Rng } from '../../../base/random.ts';
import { addressOf, type Bytes } from '../layout/units.ts';
import type { Samples } from './input.ts';
import { floats, type Workspace } from './workspace.ts';

const DROPOUT = hashName('dropout');
const rng = new Rng();

/**
 * Fills `keep` with 0 (probability `rate`) or 1/(1 − rate), for one layer of `neurons` (the rest is padding) and one sample:
 * a function of the seed, the epoch, the sample and the layer alone.
 */
export function drawKeep(
  keep: Float32Array,
  neurons: number,
  rate: number,
  { seed, epoch, sample, layer }: { seed: number; epoch: number; sample: number; layer: number },
): void {
  rng.reset(seed, DROPOUT, epoch, sample, layer);
  const factor = 1 / (1 - rate);
  keep.fill(0, neurons);
  for (let n = 0; n < neurons; n++) keep[n] = rng.uniform() < rate ? 0 : factor;
}

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
      const keep = floats(workspace, addressOf(dropout.keep, b * size), size);
      drawKeep(keep, neurons, layout.network.dropout, { seed, epoch, sample: order[from + b]!, layer });
    }
  });
}

/** What the layers above others multiply their input with, 1/(1 − p), once for all events. */
export function scaleWeights({ layout, kernels, scratch }: Workspace): void {
  scratch.layers.forEach(({ dropout }, l) => {
    if (!dropout) return;
    const { weight, inputs, size } = layout.layers[l + 1]!;
    kernels.scale({
      out: dropout.weight,
      source: addressOf(layout.weights, weight),
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
