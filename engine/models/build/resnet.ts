/**
 * The paper's ResNet-18_LIF, and others of its kind: residual networks of basic blocks (He et al., 2016) in the form for
 * pictures of 32 × 32, with spiking neurons where those have ReLU, as Zheng et al. (2021) have them.
 *
 *   block:  x → conv 3×3 → norm → LIF → conv 3×3 → norm → + → LIF        + also receives x, or norm(conv 1×1(x)) where the
 *                                                                        shape changes
 */
import type { Path } from '../../base/errors.ts';
import type { ResNet, Settings } from '../../experiment/schema.ts';
import type { LayerPlan, Lif } from '../plan.ts';
import { PlaneLayers, refuseRecurrence } from './planes.ts';

const FIELD: Path = ['network', 'resnet'];

/** α of normalisations whose results are two terms of a sum. */
const HALF = Math.SQRT1_2;

/** First convolution, blocks, and the mean of each plane over all places. Every stage but the first halves the places. */
export function residualLayers(
  settings: Settings,
  { width, blocks, norm, neuron: own }: ResNet,
  neuron: Lif,
): LayerPlan[] {
  refuseRecurrence([...FIELD, 'neuron'], own, neuron);
  const planes = new PlaneLayers(settings, FIELD);
  const { threshold } = neuron;
  const three = { kernel: 3, padding: 1, norm, threshold };
  let below = planes.convolution(FIELD, planes.input, { ...three, filters: width, stride: 1 }, neuron);
  blocks.forEach((count, stage) => {
    const filters = width * 2 ** stage;
    for (let block = 0; block < count; block++) {
      const stride = stage > 0 && block === 0 ? 2 : 1;
      const from = below;
      const inner = planes.convolution(FIELD, from, { ...three, filters, stride }, neuron);
      const outer = { ...three, filters, stride: 1, alpha: HALF };
      const branch = planes.convolution(FIELD, inner, outer, { kind: 'linear' });
      const changes = stride !== 1 || from.output[0] !== filters;
      const one = { filters, kernel: 1, stride, padding: 0, norm, threshold, alpha: HALF };
      const shortcut = changes ? planes.convolution(FIELD, from, one, { kind: 'linear' }) : from;
      below = planes.sum([branch, shortcut], neuron);
    }
  });
  const [, height, columns] = below.output;
  planes.pool(FIELD, below, 'mean', [height, columns]);
  return planes.layers;
}

/** The setting of each of those layers: of all the same one. */
export function residualFields({ blocks }: ResNet): Path[] {
  const layers = blocks.reduce((sum, count, stage) => sum + 5 * count + (stage > 0 ? 2 : 0), 3);
  return new Array<Path>(layers).fill(FIELD);
}
