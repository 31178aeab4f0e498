/** Where a sample went astray. */
import { PANEL } from '../../kernels/panels.ts';
import { floats, type Workspace } from '../workspace.ts';

/** First layer with a potential that is not finite in sample `b` of a block; the number of layers when all are. */
export function divergedLayer(workspace: Workspace, b: number): number {
  const { layout, scratch } = workspace;
  const { steps } = layout.network;
  const layer = layout.layers.findIndex(({ size }, l) => {
    const u = floats(workspace, scratch.layers[l]!.u, layout.rows * size);
    for (let c = 0; c < size; c += PANEL) {
      const width = Math.min(PANEL, size - c);
      const first = layout.rows * c + b * steps * width;
      if (u.subarray(first, first + steps * width).some((x) => !Number.isFinite(x))) return true;
    }
    return false;
  });
  return layer < 0 ? layout.layers.length : layer;
}
