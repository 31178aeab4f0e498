/** A block of samples backward: the deltas of every layer, the last one first, and what they make of the gradients. */
import { addressOf, type Bytes, panelAddress } from '../../layout/units.ts';
import { addBias, addCurrents, addEvents, addRecurrent, type GradientTarget, sortEvents } from '../gradients.ts';
import { floats, stripFrom, type Workspace } from '../workspace.ts';
import { addInitialState } from './initial-state.ts';

/** Where the gradient enters a layer, dL/do and dL/du: see lifBackward. */
interface Incoming {
  gO: Bytes | undefined;
  gU: Bytes | undefined;
  /** First step with a dL/du. */
  from: number;
  /** Factors of dropout. */
  dropoutMask: Bytes | undefined;
}

/** `scale` is that of the loss of a sample, for the spike penalty. Without a target the deltas are all that is computed. */
export function backward(workspace: Workspace, count: number, scale: number, target: GradientTarget | undefined): void {
  const { layout } = workspace;
  const { steps, encoding } = layout.network;
  const dropout = target?.dropout ?? false;
  for (let l = layout.layers.length - 1; l >= 0; l--) {
    const { size, bySteps, recurrent, bias } = layout.layers[l]!;
    const incoming = incomingOf(workspace, l, count, scale, dropout);
    const wholeSteps = bySteps || recurrent !== undefined;
    if (wholeSteps) deltasByStep(workspace, l, count, incoming);
    const constant = l === 0 && encoding === 'current';
    if (target && !constant) sortEvents(workspace, l, count * steps, dropout);
    // The deltas of a strip are still in the second cache when the gradients are formed from them.
    for (let c = 0, columns = 0; c < size; c += columns) {
      columns = stripFrom(c, size);
      if (!wholeSteps) deltas(workspace, l, c, columns, count, incoming);
      if (target && !constant) addEvents(workspace, l, c, columns, count * steps, target);
    }
    if (!target) continue;
    if (constant) addCurrents(workspace, count, target);
    if (recurrent !== undefined) addRecurrent(workspace, l, recurrent, count, target);
    if (bias !== undefined) addBias(workspace, l, bias, constant, count, target);
    addInitialState(workspace, l, count, target.gradients);
  }
}

function incomingOf(workspace: Workspace, l: number, count: number, scale: number, dropout: boolean): Incoming {
  const { layout, scratch } = workspace;
  const { readout } = layout.network;
  const dropoutMask = dropout ? scratch.layers[l]!.dropout?.dropoutMask : undefined;
  if (l < layout.layers.length - 1)
    return { gO: penaltyGradient(workspace, l, count, scale), gU: undefined, from: 0, dropoutMask };
  const rate = readout.decode === 'rate';
  return {
    gO: rate ? scratch.gradient : undefined,
    gU: rate ? undefined : scratch.gradient,
    from: readout.from,
    dropoutMask,
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
function layerAbove({ layout, scratch, weights }: Workspace, l: number) {
  const above = layout.layers[l + 1];
  if (!above) return { next: undefined, nextSize: 0, nextDelta: undefined };
  return {
    next: addressOf(weights, above.weight),
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
  { gO, gU, from, dropoutMask }: Incoming,
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
    dropoutMask: dropoutMask && addressOf(dropoutMask, c),
    gO: gO && addressOf(gO, c),
    gU: gU && panelAddress(gU, steps - from, c),
    stride: size,
    windowStart: from,
    dk: a === undefined ? undefined : addressOf(dk, c),
    work: scratch.work,
  });
}

/** δ of a layer that is recurrent or below a wide one: all neurons of a step before the next, all samples of a block. */
function deltasByStep(workspace: Workspace, l: number, count: number, { gO, gU, from, dropoutMask }: Incoming): void {
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
    dropoutMask,
    recurrent: recurrent === undefined ? undefined : addressOf(workspace.weights, recurrent),
    gO,
    gU,
    windowStart: from,
    dk: a === undefined ? undefined : dk,
    work: scratch.work,
  });
}
