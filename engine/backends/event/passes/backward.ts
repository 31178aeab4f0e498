/** A block of samples backward: the deltas of every layer, the last one first, and what they make of the gradients. */
import { MAX_PANELWISE_COLUMNS, START } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import { addressOf, type Bytes, bytes, type Elements, panelAddress } from '../layout/units.ts';
import { eventsInto, floats, sparseEvents, stripFrom, type Workspace } from './workspace.ts';

/** Where the gradients of a shard go: onto what its earlier blocks left (`add`) or starting them. */
interface GradientTarget {
  gradients: Bytes;
  add: boolean;
  dropout: boolean;
}

/** Where the gradient enters a layer, dL/do and dL/du: see lifBackward. */
interface Incoming {
  gO: Bytes | undefined;
  gU: Bytes | undefined;
  /** First step with a dL/du. */
  from: number;
  /** Factors of dropout. */
  keep: Bytes | undefined;
}

/**
 * Whether gradients [inputs × neurons] are formed from events as they come (scatterRows): of at most 800 inputs those of
 * 16 neurons, 64 bytes each, stay in a first cache of 48 KB, and up to MAX_PANELWISE_COLUMNS neurons that is faster than sorting the
 * events once for all of them.
 */
function scattered(inputs: number, neurons: number): boolean {
  return inputs <= 800 && neurons <= MAX_PANELWISE_COLUMNS;
}

/** `scale` is that of the loss of a sample, for the spike penalty. */
export function backward(workspace: Workspace, count: number, scale: number, target: GradientTarget): void {
  const { layout } = workspace;
  const { steps, encoding } = layout.network;
  for (let l = layout.layers.length - 1; l >= 0; l--) {
    const { size, bySteps, recurrent, bias } = layout.layers[l]!;
    const incoming = incomingOf(workspace, l, count, scale, target.dropout);
    const wholeSteps = bySteps || recurrent !== undefined;
    if (wholeSteps) deltasByStep(workspace, l, count, incoming);
    const constant = l === 0 && encoding === 'current';
    if (!constant) sortEvents(workspace, l, count * steps, target.dropout);
    // The deltas of a strip are still in the second cache when the gradients are formed from them.
    for (let c = 0, columns = 0; c < size; c += columns) {
      columns = stripFrom(c, size);
      if (!wholeSteps) deltas(workspace, l, c, columns, count, incoming);
      if (!constant) addEvents(workspace, l, c, columns, count * steps, target);
    }
    if (constant) addCurrents(workspace, count, target);
    if (recurrent !== undefined) addRecurrent(workspace, l, recurrent, count, target);
    if (bias !== undefined) addBias(workspace, l, bias, constant, count, target);
  }
}

function incomingOf(workspace: Workspace, l: number, count: number, scale: number, dropout: boolean): Incoming {
  const { layout, scratch } = workspace;
  const { readout } = layout.network;
  const keep = dropout ? scratch.layers[l]!.dropout?.keep : undefined;
  if (l < layout.layers.length - 1)
    return { gO: penaltyGradient(workspace, l, count, scale), gU: undefined, from: 0, keep };
  const rate = readout.decode === 'rate';
  return {
    gO: rate ? scratch.gradient : undefined,
    gU: rate ? undefined : scratch.gradient,
    from: readout.from,
    keep,
  };
}

/** dL/do of the penalty on the mean spike rate of a layer: a row for each sample, the same for all neurons and steps. */
function penaltyGradient(workspace: Workspace, l: number, count: number, scale: number): Bytes | undefined {
  const { layout, scratch, buffer } = workspace;
  const { spikePenalty, steps } = layout.network;
  if (!spikePenalty) return undefined;
  const { plan, size } = layout.layers[l]!;
  const neurons = plan.connection.size;
  const counts = new Uint32Array(buffer, scratch.layers[l]!.counts, count);
  const penalty = floats(workspace, scratch.penalty, count * size).fill(0);
  const share = 1 / (steps * neurons);
  for (let b = 0; b < count; b++) {
    const slope = spikePenalty.target === undefined ? 1 : 2 * (counts[b]! * share - spikePenalty.target);
    penalty.fill(scale * spikePenalty.weight * slope * share, b * size, b * size + neurons);
  }
  return scratch.penalty;
}

/** The layer that receives the spikes of layer `l`, if there is one: its weights, neurons and deltas. */
function layerAbove({ layout, scratch }: Workspace, l: number) {
  const above = layout.layers[l + 1];
  if (!above) return { next: undefined, nextSize: 0, nextDelta: undefined };
  return {
    next: addressOf(layout.weights, above.weight),
    nextSize: above.plan.connection.size,
    nextDelta: scratch.layers[l + 1]!.u,
  };
}

/** δ of the neurons [c, c + columns) of a layer, all samples of a block. */
function deltas(
  workspace: Workspace,
  l: number,
  c: number,
  columns: number,
  count: number,
  { gO, gU, from, keep }: Incoming,
): void {
  const { layout, scratch } = workspace;
  const { dynamics, size, a } = layout.layers[l]!;
  const { steps } = layout.network;
  const { u, k, dk } = scratch.layers[l]!;
  const { threshold, reset, resetGradient, spiking, shape, width, height } = dynamics;
  const { next, nextSize, nextDelta } = layerAbove(workspace, l);
  workspace.kernels.lifBackward({
    u: panelAddress(u, layout.rows, c),
    rows: layout.rows,
    samples: count,
    steps,
    columns,
    leak: addressOf(k, c),
    threshold,
    reset,
    resetGradient,
    spiking,
    shape,
    width,
    height,
    next,
    nextRows: size,
    nextFirst: c,
    nextSize,
    nextDelta,
    keep: keep && addressOf(keep, c),
    gO: gO && addressOf(gO, c),
    gU: gU && panelAddress(gU, steps - from, c),
    stride: size,
    windowStart: from,
    dk: a === undefined ? undefined : addressOf(dk, c),
    work: scratch.work,
  });
}

/** δ of a layer that is recurrent or below a wide one: all neurons of a step before the next, all samples of a block. */
function deltasByStep(workspace: Workspace, l: number, count: number, { gO, gU, from, keep }: Incoming): void {
  const { kernels, layout, scratch } = workspace;
  const { dynamics, size, a, recurrent, bySteps } = layout.layers[l]!;
  const { u, k, dk } = scratch.layers[l]!;
  const { threshold, reset, resetGradient, shape, width, height } = dynamics;
  const { next, nextSize, nextDelta } = layerAbove(workspace, l);
  const kernel = bySteps ? kernels.lifBackwardSteps : kernels.lifBackwardRecurrent;
  kernel({
    u,
    rows: layout.rows,
    samples: count,
    steps: layout.network.steps,
    size,
    leak: k,
    threshold,
    reset,
    resetGradient,
    shape,
    width,
    height,
    next,
    nextSize,
    nextDelta,
    keep,
    recurrent: recurrent === undefined ? undefined : addressOf(layout.weights, recurrent),
    gO,
    gU,
    windowStart: from,
    dk: a === undefined ? undefined : dk,
    work: scratch.work,
  });
}

/** dW of a constant input: it was multiplied once for all steps, so the deltas of all steps are summed first. */
function addCurrents({ layout, kernels, scratch }: Workspace, count: number, { gradients, add }: GradientTarget): void {
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
function sortEvents(workspace: Workspace, l: number, rows: number, dropout: boolean): void {
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
function addEvents(
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
    const { fired } = scratch.layers[l - 1]!;
    const panels = Math.ceil(inputs / PANEL);
    kernels.scatterFired({ out: dW, outRows: inputs, source: delta, fired, panels, rows, columns });
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
function addRecurrent(
  workspace: Workspace,
  l: number,
  recurrent: Elements,
  count: number,
  { gradients, add }: GradientTarget,
): void {
  const { kernels, layout, scratch } = workspace;
  const { steps } = layout.network;
  const { size } = layout.layers[l]!;
  const { u, fired, offsets, channels } = scratch.layers[l]!;
  const dV = addressOf(gradients, recurrent);
  if (!add && scattered(size, size)) floats(workspace, dV, size * size).fill(0);
  if (size <= PANEL)
    for (let b = 0; b < count; b++)
      kernels.scatterFired({
        out: dV,
        outRows: size,
        source: addressOf(u, (b * steps + 1) * size),
        fired: bytes(fired + b * steps * 2),
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
function addBias(
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
