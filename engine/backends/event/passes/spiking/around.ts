/**
 * Forward around the parameters. What the first layer receives from the input is linear in its weights W:
 *   x·(W + Σ s_d·D_d) = x·W + Σ s_d·(x·D_d)
 * so the products, nearly all of the work, are formed once for a group of samples, and a point adds them up. Everything else is
 * done with the point's own parameters. The products lie in the matrix of potentials, in the rows behind those of the group; where
 * the spikes of the first layer are found for several points together (together.ts), from the first row on.
 */
import { START } from '../../kernels/kernels.ts';
import { addressOf, type Bytes, bytes, panelAddress, sizeOf } from '../../layout/units.ts';
import { floats, stripFrom, type Workspace } from '../workspace.ts';
import { finishLayer, fire, receive } from './forward.ts';
import { startFrom } from './initial-state.ts';

/**
 * x·W and x·D_d of the samples that were read last; W and D_d are matrices in panels at `weights`.
 * @param before matrices of as many rows before that of the first product
 */
export function receiveParts(
  { layout, kernels, scratch }: Workspace,
  rows: number,
  weights: readonly Bytes[],
  before: number,
): void {
  const { size, inputs } = layout.layers[0]!;
  for (let c = 0, columns = 0; c < size; c += columns) {
    columns = stripFrom(c, size);
    weights.forEach((weight, i) =>
      kernels.gatherRows({
        out: panelAddress(scratch.layers[0]!.u, layout.rows, c),
        outRows: layout.rows,
        firstRow: (before + i) * rows,
        start: START.zero,
        source: panelAddress(weight, inputs, c),
        sourceRows: inputs,
        offsets: scratch.offsets,
        indices: scratch.channels,
        rows,
        columns,
      }),
    );
  }
}

/** How rows are added up: the parts of row r, with factors. Lies where evaluations sort no events. */
interface Sum {
  offsets: Bytes;
  indices: Bytes;
  values: Bytes;
}

/** The matrix of the group itself is before that of the first part. */
export function prepareSum(workspace: Workspace, rows: number, parts: number): Sum {
  const { buffer, scratch } = workspace;
  const offsets = scratch.outRows;
  const values = bytes(offsets + 4 * (rows + 1));
  const indices = bytes(values + sizeOf(rows * parts));
  new Uint32Array(buffer, offsets, rows + 1).forEach((_, r, list) => (list[r] = r * parts));
  new Uint16Array(buffer, indices, rows * parts).forEach((_, i, list) => {
    list[i] = (1 + (i % parts)) * rows + Math.floor(i / parts);
  });
  return { offsets, indices, values };
}

/**
 * All layers at a point. @param workspace with the point's `weights` @param scales of the directions
 */
export function forwardAt(workspace: Workspace, count: number, sum: Sum, scales: readonly number[]): void {
  const { layout, kernels, scratch, weights } = workspace;
  const { size, bias, recurrent } = layout.layers[0]!;
  const { u: potentials } = scratch.layers[0]!;
  const rows = count * layout.network.steps;
  setScales(workspace, sum, rows, scales);
  const biases = bias === undefined ? scratch.zeros : addressOf(weights, bias);
  for (let c = 0, columns = 0; c < size; c += columns) {
    columns = stripFrom(c, size);
    const u = panelAddress(potentials, layout.rows, c);
    kernels.gatherRowsWeighted({
      out: u,
      outRows: layout.rows,
      start: START.bias,
      bias: addressOf(biases, c),
      source: u,
      sourceRows: layout.rows,
      ...sum,
      rows,
      columns,
    });
    if (recurrent !== undefined) continue;
    startFrom(workspace, 0, c, columns, count);
    fire(workspace, 0, c, columns, count);
  }
  finishLayer(workspace, 0, count, false);
  above(workspace, count, 1);
}

/** The factors of a point. */
function setScales(workspace: Workspace, { values: place }: Sum, rows: number, scales: readonly number[]): void {
  const values = floats(workspace, place, rows * (scales.length + 1));
  values.set([1, ...scales]);
  for (let done = scales.length + 1; done < values.length; done *= 2) values.copyWithin(done, 0, done);
}

/** All layers from number `first` on. */
export function above(workspace: Workspace, count: number, first: number): void {
  for (let l = first; l < workspace.layout.layers.length; l++) {
    receive(workspace, l, count, false);
    finishLayer(workspace, l, count, false);
  }
}
