/** A block of samples backward: the deltas of every layer, the last one first, and what they make of the gradients. */
import { FEW_COLUMNS, FROM_OUT, FROM_ZERO } from '../kernels/kernels.ts';
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
 * 16 neurons, 64 bytes each, stay in a first cache of 48 KB, and up to FEW_COLUMNS neurons that is faster than sorting the
 * events once for all of them.
 */
function scattered(inputs: number, neurons: number): boolean {
  return inputs <= 800 && neurons <= FEW_COLUMNS;
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

/** The layer that receives the spikes of layer `l`: its weights, neurons and deltas; 0 stands for none. */
function layerAbove({ layout, scratch }: Workspace, l: number): { weight: number; neurons: number; delta: number } {
  const above = layout.layers[l + 1];
  if (!above) return { weight: 0, neurons: 0, delta: 0 };
  return {
    weight: addressOf(layout.weights, above.weight),
    neurons: above.plan.connection.size,
    delta: scratch.layers[l + 1]!.u,
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
  const above = layerAbove(workspace, l);
  // biome-ignore format: one line per group of arguments
  workspace.kernels.lifBackward(
    panelAddress(u, layout.rows, c), layout.rows, count, steps, columns, addressOf(k, c),
    dynamics.threshold, dynamics.reset, dynamics.resetGradient, dynamics.spiking,
    dynamics.shape, dynamics.width, dynamics.height,
    above.weight, size, c, above.neurons, above.delta,
    keep ? addressOf(keep, c) : 0, gO ? addressOf(gO, c) : 0, gU ? panelAddress(gU, steps - from, c) : 0, size, from,
    a === undefined ? 0 : addressOf(dk, c), scratch.work,
  );
}

/** δ of a layer that is recurrent or below a wide one: all neurons of a step before the next, all samples of a block. */
function deltasByStep(workspace: Workspace, l: number, count: number, { gO, gU, from, keep }: Incoming): void {
  const { kernels, layout, scratch } = workspace;
  const { dynamics, size, a, recurrent, bySteps } = layout.layers[l]!;
  const { u, k, dk } = scratch.layers[l]!;
  const above = layerAbove(workspace, l);
  const kernel = bySteps ? kernels.lifBackwardSteps : kernels.lifBackwardRecurrent;
  // biome-ignore format: one line per group of arguments
  kernel(
    u, layout.rows, count, layout.network.steps, size, k, dynamics.threshold, dynamics.reset,
    dynamics.resetGradient, dynamics.shape, dynamics.width, dynamics.height,
    above.weight, above.neurons, above.delta, keep ?? 0,
    recurrent === undefined ? 0 : addressOf(layout.weights, recurrent), gO ?? 0, gU ?? 0, from,
    a === undefined ? 0 : dk, scratch.work,
  );
}

/** dW of a constant input: it was multiplied once for all steps, so the deltas of all steps are summed first. */
function addCurrents({ layout, kernels, scratch }: Workspace, count: number, { gradients, add }: GradientTarget): void {
  const { steps } = layout.network;
  const { inputs, size, weight } = layout.layers[0]!;
  const { offsets, channels, values, outOffsets, outRows, outValues, current } = scratch;
  const delta = scratch.layers[0]!.u;
  for (let b = 0; b < count; b++) kernels.sumRows(current, count, b, 0, delta, layout.rows, b * steps, steps, size);
  kernels.transposeEvents(offsets, channels, values, count, inputs, 0, outOffsets, outRows, outValues);
  const from = add ? FROM_OUT : FROM_ZERO;
  const dW = addressOf(gradients, weight);
  kernels.gatherRowsWeighted(dW, inputs, from, 0, current, count, outOffsets, outRows, outValues, inputs, size);
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
  workspace.kernels.transposeEvents(offsets, channels, 0, rows, inputs, 0, outOffsets, outRows, 0);
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
    const from = add ? FROM_OUT : FROM_ZERO;
    kernels.gatherRows(dW, inputs, 0, from, 0, delta, layout.rows, outOffsets, outRows, inputs, columns);
    return;
  }
  if (!add) floats(workspace, dW, inputs * columns).fill(0);
  if (masked) {
    const { fired } = scratch.layers[l - 1]!;
    kernels.scatterFired(dW, inputs, delta, fired, Math.ceil(inputs / PANEL), rows, columns);
    return;
  }
  const input = eventsInto(workspace, l, dropout);
  const sparse = sparseEvents(workspace, input, rows);
  if (sparse !== undefined)
    kernels.addRows(dW, inputs, input.channels, delta, layout.rows, input.rowOf, sparse, columns);
  else kernels.scatterRows(dW, inputs, delta, layout.rows, input.offsets, input.channels, rows, columns, 0);
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
    for (let b = 0; b < count; b++) {
      const delta = addressOf(u, (b * steps + 1) * size);
      kernels.scatterFired(dV, size, delta, bytes(fired + b * steps * 2), 1, steps - 1, size);
    }
  else if (scattered(size, size))
    kernels.scatterRows(dV, size, u, layout.rows, offsets, channels, count * steps, size, steps);
  else {
    const { outOffsets, outRows } = scratch;
    kernels.transposeEvents(offsets, channels, 0, count * steps, size, steps, outOffsets, outRows, 0);
    kernels.gatherRows(dV, size, 0, add ? FROM_OUT : FROM_ZERO, 0, u, layout.rows, outOffsets, outRows, size, size);
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
  kernels.sumRows(addressOf(gradients, bias), 1, 0, Number(add), delta, matrixRows, 0, rows, layout.layers[l]!.size);
}
