/** What the deltas of a layer make of the gradients: a sum over the rows of a block for each of its parameters. */
import { MAX_PANELWISE_COLUMNS, START } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import { addressOf, type Bytes, bytes, type Elements, panelAddress } from '../layout/units.ts';
import { eventsInto, floats, sparseEvents, type Workspace } from './workspace.ts';

/** Where the gradients of a shard go: onto what its earlier blocks left (`add`) or starting them. */
export interface GradientTarget {
  gradients: Bytes;
  add: boolean;
  dropout: boolean;
}

/**
 * Whether gradients [inputs × neurons] are formed from events as they come (scatterRows): of at most 800 inputs those of
 * 16 neurons, 64 bytes each, stay in a first cache of 48 KB, and up to MAX_PANELWISE_COLUMNS neurons that is faster than
 * sorting the events once for all of them.
 */
function scattered(inputs: number, neurons: number): boolean {
  return inputs <= 800 && neurons <= MAX_PANELWISE_COLUMNS;
}

/** dW of a constant input: it was multiplied once for all steps, so the deltas of all steps are summed first. */
export function addCurrents(
  { layout, kernels, scratch }: Workspace,
  count: number,
  { gradients, add }: GradientTarget,
): void {
  const { steps } = layout.network;
  const { inputs, size, weight } = layout.layers[0]!;
  const { offsets, channels, values, outOffsets, outRows, outValues, current } = scratch;
  const delta = scratch.layers[0]!.u;
  for (let b = 0; b < count; b++)
    kernels.sumRows({
      out: current,
      outRows: count,
      outRow: b,
      accumulate: false,
      source: delta,
      sourceRows: layout.rows,
      firstRow: b * steps,
      rows: steps,
      columns: size,
    });
  kernels.transposeEvents({
    offsets,
    channels,
    values,
    rows: count,
    channelCount: inputs,
    delayWithin: 0,
    outOffsets,
    outIndices: outRows,
    outValues,
  });
  kernels.gatherRowsWeighted({
    out: addressOf(gradients, weight),
    outRows: inputs,
    start: add ? START.out : START.zero,
    source: current,
    sourceRows: count,
    offsets: outOffsets,
    indices: outRows,
    values: outValues,
    rows: inputs,
    columns: size,
  });
}

/**
 * Sorts what layer `l` received by channel, where its gradients are formed from that. The gradients of few inputs and
 * neurons stay in the first cache, and the events are taken as they come.
 */
export function sortEvents(workspace: Workspace, l: number, rows: number, dropout: boolean): void {
  const { inputs, size, masked } = workspace.layout.layers[l]!;
  if (masked || scattered(inputs, size)) return;
  const { outOffsets, outRows } = workspace.scratch;
  const { offsets, channels } = eventsInto(workspace, l, dropout);
  workspace.kernels.transposeEvents({
    offsets,
    channels,
    rows,
    channelCount: inputs,
    delayWithin: 0,
    outOffsets,
    outIndices: outRows,
  });
}

/** dW of the neurons [c, c + columns): the deltas of the rows that each channel fired in. */
export function addEvents(
  workspace: Workspace,
  l: number,
  c: number,
  columns: number,
  rows: number,
  { gradients, add, dropout }: GradientTarget,
): void {
  const { kernels, layout, scratch } = workspace;
  const { inputs, size, weight, masked } = layout.layers[l]!;
  const dW = panelAddress(addressOf(gradients, weight), inputs, c);
  const delta = panelAddress(scratch.layers[l]!.u, layout.rows, c);
  if (!masked && !scattered(inputs, size)) {
    const { outOffsets, outRows } = scratch;
    kernels.gatherRows({
      out: dW,
      outRows: inputs,
      firstRow: 0,
      start: add ? START.out : START.zero,
      source: delta,
      sourceRows: layout.rows,
      offsets: outOffsets,
      indices: outRows,
      rows: inputs,
      columns,
    });
    return;
  }
  if (!add) floats(workspace, dW, inputs * columns).fill(0);
  if (masked) {
    const { spikeMasks } = scratch.layers[l - 1]!;
    const panels = Math.ceil(inputs / PANEL);
    kernels.scatterSpikes({ out: dW, outRows: inputs, source: delta, spikeMasks, panels, rows, columns });
    return;
  }
  const input = eventsInto(workspace, l, dropout);
  const sparse = sparseEvents(workspace, input, rows);
  if (sparse !== undefined)
    kernels.addRows({
      out: dW,
      outRows: inputs,
      outIndices: input.channels,
      source: delta,
      sourceRows: layout.rows,
      sourceIndices: input.rowOf,
      count: sparse,
      columns,
    });
  else
    kernels.scatterRows({
      out: dW,
      outRows: inputs,
      source: delta,
      sourceRows: layout.rows,
      offsets: input.offsets,
      indices: input.channels,
      rows,
      columns,
      delayWithin: 0,
    });
}

/** dV: as dW, with the spikes of the layer itself, one step later. */
export function addRecurrent(
  workspace: Workspace,
  l: number,
  recurrent: Elements,
  count: number,
  { gradients, add }: GradientTarget,
): void {
  const { kernels, layout, scratch } = workspace;
  const { steps } = layout.network;
  const { size } = layout.layers[l]!;
  const { u, spikeMasks, offsets, channels } = scratch.layers[l]!;
  const dV = addressOf(gradients, recurrent);
  if (!add && scattered(size, size)) floats(workspace, dV, size * size).fill(0);
  if (size <= PANEL)
    for (let b = 0; b < count; b++)
      kernels.scatterSpikes({
        out: dV,
        outRows: size,
        source: addressOf(u, (b * steps + 1) * size),
        spikeMasks: bytes(spikeMasks + b * steps * 2),
        panels: 1,
        rows: steps - 1,
        columns: size,
      });
  else if (scattered(size, size))
    kernels.scatterRows({
      out: dV,
      outRows: size,
      source: u,
      sourceRows: layout.rows,
      offsets,
      indices: channels,
      rows: count * steps,
      columns: size,
      delayWithin: steps,
    });
  else {
    const { outOffsets, outRows } = scratch;
    kernels.transposeEvents({
      offsets,
      channels,
      rows: count * steps,
      channelCount: size,
      delayWithin: steps,
      outOffsets,
      outIndices: outRows,
    });
    kernels.gatherRows({
      out: dV,
      outRows: size,
      firstRow: 0,
      start: add ? START.out : START.zero,
      source: u,
      sourceRows: layout.rows,
      offsets: outOffsets,
      indices: outRows,
      rows: size,
      columns: size,
    });
  }
}

/** db: the deltas of all rows, or those of a constant input, which are summed over the steps already. */
export function addBias(
  { kernels, layout, scratch }: Workspace,
  l: number,
  bias: Elements,
  constant: boolean,
  count: number,
  { gradients, add }: GradientTarget,
): void {
  const delta = constant ? scratch.current : scratch.layers[l]!.u;
  const [matrixRows, rows] = constant ? [count, count] : [layout.rows, count * layout.network.steps];
  kernels.sumRows({
    out: addressOf(gradients, bias),
    outRows: 1,
    outRow: 0,
    accumulate: add,
    source: delta,
    sourceRows: matrixRows,
    firstRow: 0,
    rows,
    columns: layout.layers[l]!.size,
  });
}
