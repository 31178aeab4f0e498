/**
 * The first layer around the parameters, strip by strip: its addends are formed for a few neurons, added up and fired for every point
 * while they are in the second cache, and only the spikes of each point are kept, a bit each. So a group may have more samples than there
 * is room for whole matrices, the weights are read more rarely, and a point moves a few hundred bytes of spikes instead of megabytes of sums.
 */
import { START } from '../../kernels/kernels.ts';
import { PANEL } from '../../kernels/panels.ts';
import { addressOf, type Bytes, bytes, panelAddress, sizeOf } from '../../layout/units.ts';
import { stripFrom, type Workspace } from '../workspace.ts';
import { above, type Sum, setScales } from './around.ts';
import { finishLayer } from './forward.ts';
import { prepareLeaks } from './leaks.ts';

/** Bytes of a cache line. */
const LINE = 64;

interface StripPoint {
  scales: readonly number[];
  /** The parameters of the point. */
  weights: Bytes;
  /** Where its spikes of the first layer go. */
  masks: Bytes;
}

/**
 * Spikes of the first layer at every point, of the samples that were read last.
 * @param around matrices: W and the directions, in panels
 * @returns whether all is done: false where it was cancelled
 */
export function fireStrips(
  workspace: Workspace,
  count: number,
  around: { sum: Sum; matrices: readonly Bytes[]; points: readonly StripPoint[] },
  cancelled: () => boolean,
): boolean {
  const { size } = workspace.layout.layers[0]!;
  for (let c = 0, columns = 0; c < size; c += columns) {
    columns = stripFrom(c, size);
    if (!fireStrip(workspace, count, { c, columns }, around, cancelled)) return false;
  }
  return true;
}

function fireStrip(
  workspace: Workspace,
  count: number,
  { c, columns }: { c: number; columns: number },
  { sum, matrices, points }: Parameters<typeof fireStrips>[2],
  cancelled: () => boolean,
): boolean {
  const { layout, kernels, scratch } = workspace;
  const { size, inputs, bias, dynamics } = layout.layers[0]!;
  const { steps } = layout.network;
  const { u, k } = scratch.layers[0]!;
  const rows = count * steps;
  // One more where their number is even, as in the matrix of potentials itself (layout/blocks.ts).
  const stride = rows | 1;
  const parts = (matrices.length * rows) | 1;
  const addends = bytes(u + Math.ceil(sizeOf(stride * columns) / LINE) * LINE);
  matrices.forEach((matrix, i) =>
    kernels.gatherRows({
      out: addends,
      outRows: parts,
      firstRow: i * rows,
      start: START.zero,
      source: panelAddress(matrix, inputs, c),
      sourceRows: inputs,
      offsets: scratch.offsets,
      indices: scratch.channels,
      rows,
      columns,
    }),
  );
  for (const { scales, weights, masks } of points) {
    if (cancelled()) return false;
    setScales(workspace, sum, rows, scales);
    kernels.gatherRowsWeighted({
      out: u,
      outRows: stride,
      start: START.bias,
      bias: addressOf(bias === undefined ? scratch.zeros : addressOf(weights, bias), c),
      source: addends,
      sourceRows: parts,
      ...sum,
      rows,
      columns,
    });
    kernels.lifForward({
      u,
      rows: stride,
      samples: count,
      steps,
      columns,
      constant: undefined,
      constantRows: count,
      leak: addressOf(k, c),
      threshold: dynamics.threshold,
      reset: dynamics.reset,
      spiking: dynamics.spiking,
      spikeMasks: bytes(masks + (c / PANEL) * 2),
      panels: Math.ceil(size / PANEL),
    });
  }
  return true;
}

/** The layers above the first one, at a point whose spikes `fireStrips` has left. */
export function forwardAbove(workspace: Workspace, count: number, { weights, masks }: StripPoint): void {
  const [first, ...others] = workspace.scratch.layers;
  const scratch = { ...workspace.scratch, layers: [{ ...first!, spikeMasks: masks }, ...others] };
  const here = { ...workspace, weights, scratch };
  prepareLeaks(here, weights);
  finishLayer(here, 0, count, false);
  above(here, count);
}
