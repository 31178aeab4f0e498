/** A block of samples backward: the deltas of every layer, the last one first, and what they make of the gradients. */
import { FEW_COLUMNS, FROM_OUT, FROM_ZERO, RESET, SURROGATE } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import type { LayerLayout } from '../layout/layout.ts';
import { briefEvents, eventsInto, floats, stripFrom, type Work } from './work.ts';

/** Where the gradients of a shard go: onto what its earlier blocks left (`add`) or starting them. */
interface Target {
  gradients: number;
  add: boolean;
  dropout: boolean;
}

/** Where the gradient enters a layer: see lifBackward. */
interface Drive {
  gO: number;
  gU: number;
  from: number;
  keep: number;
}

/**
 * Whether gradients [inputs × neurons] are formed from events as they come (scatterRows): of up to so many inputs those of
 * 16 neurons, 64 bytes each, stay in a first cache of 48 KB, and up to so many neurons that is faster than sorting the
 * events once for all of them.
 */
function scattered(inputs: number, neurons: number): boolean {
  return inputs <= 800 && neurons <= FEW_COLUMNS;
}

/** `scale` is that of the loss of a sample, for the price of spikes. */
export function backward(work: Work, count: number, scale: number, target: Target): void {
  const { layout, scratch } = work;
  const { steps, encoding } = layout.network;
  for (let l = layout.layers.length - 1; l >= 0; l--) {
    const layer = layout.layers[l]!;
    const { plan, size } = layer;
    const drive = driveOf(work, l, count, scale, target.dropout);
    const together = layer.bySteps || plan.recurrent;
    if (together) deltasByStep(work, l, count, drive);
    const constant = l === 0 && encoding === 'current';
    if (!constant) sortEvents(work, l, count * steps, target.dropout);
    // The deltas of a strip are still in the second cache when the gradients are formed from them.
    for (let c = 0, columns = 0; c < size; c += columns) {
      columns = stripFrom(c, size);
      if (!together) deltas(work, l, c, columns, count, drive);
      if (!constant) addEvents(work, l, c, columns, count * steps, target);
    }
    if (constant) addCurrents(work, count, target);
    if (layer.recurrent >= 0) addRecurrent(work, l, count, target);
    if (layer.bias >= 0)
      addBias(work, layer, constant ? scratch.current : scratch.layers[l]!.u, constant, count, target);
  }
}

function driveOf(work: Work, l: number, count: number, scale: number, dropout: boolean): Drive {
  const { layout, scratch } = work;
  const { readout } = layout.network;
  const mine = scratch.layers[l]!;
  const last = l === layout.layers.length - 1;
  const rate = readout.decode === 'rate';
  return {
    gO: last ? (rate ? scratch.gradient : 0) : pricesOfSpikes(work, l, count, scale),
    gU: last && !rate ? scratch.gradient : 0,
    from: last ? readout.from : 0,
    keep: dropout && mine.dropout ? mine.dropout.keep : 0,
  };
}

/** dL/do of the penalty on the mean spike rate of a layer: a row for each sample, the same for all neurons and steps. */
function pricesOfSpikes(work: Work, l: number, count: number, scale: number): number {
  const { spikePenalty, steps } = work.layout.network;
  if (!spikePenalty) return 0;
  const { plan, size } = work.layout.layers[l]!;
  const counts = new Uint32Array(work.buffer, work.scratch.layers[l]!.counts, count);
  const prices = floats(work, work.scratch.prices, count * size).fill(0);
  const share = 1 / (steps * plan.size);
  for (let b = 0; b < count; b++) {
    const slope = spikePenalty.target === undefined ? 1 : 2 * (counts[b]! * share - spikePenalty.target);
    prices.fill(scale * spikePenalty.weight * slope * share, b * size, b * size + plan.size);
  }
  return work.scratch.prices;
}

/** δ of the neurons [c, c + columns) of a layer, all samples of a block. */
function deltas(work: Work, l: number, c: number, columns: number, count: number, drive: Drive): void {
  const { layout, scratch } = work;
  const { plan, size, leakCount } = layout.layers[l]!;
  const { steps } = layout.network;
  const { gO, gU, from, keep } = drive;
  const mine = scratch.layers[l]!;
  const next = layout.layers[l + 1];
  const at = c * 4;
  // biome-ignore format: one line per group of arguments
  work.kernels.lifBackward(
    mine.u + layout.rows * at, layout.rows, count, steps, columns, mine.leak + at, plan.threshold, RESET[plan.reset],
    Number(plan.resetGradient), Number(plan.kind === 'spiking'),
    SURROGATE[plan.surrogate.shape], plan.surrogate.width, plan.surrogate.height,
    next ? layout.weights + next.weight * 4 : 0, size, c, next?.plan.size ?? 0, next ? scratch.layers[l + 1]!.u : 0,
    keep && keep + at, gO && gO + at, gU && gU + (steps - from) * at, size, from,
    leakCount ? mine.dk + at : 0, scratch.work,
  );
}

/** δ of a layer that is recurrent or below a wide one: all neurons of a step before the next, all samples of a block. */
function deltasByStep(work: Work, l: number, count: number, { gO, gU, from, keep }: Drive): void {
  const { kernels, layout, scratch } = work;
  const { plan, size, leakCount, recurrent, bySteps } = layout.layers[l]!;
  const mine = scratch.layers[l]!;
  const next = layout.layers[l + 1];
  const kernel = bySteps ? kernels.lifBackwardSteps : kernels.lifBackwardRecurrent;
  // biome-ignore format: one line per group of arguments
  kernel(
    mine.u, layout.rows, count, layout.network.steps, size, mine.leak, plan.threshold, RESET[plan.reset],
    Number(plan.resetGradient), SURROGATE[plan.surrogate.shape], plan.surrogate.width, plan.surrogate.height,
    next ? layout.weights + next.weight * 4 : 0, next?.plan.size ?? 0, next ? scratch.layers[l + 1]!.u : 0,
    keep, recurrent < 0 ? 0 : layout.weights + recurrent * 4, gO, gU, from, leakCount ? mine.dk : 0, scratch.work,
  );
}

/** dW of a constant input: it was multiplied once for all steps, so the deltas of all steps are summed first. */
function addCurrents({ layout, kernels, scratch }: Work, count: number, { gradients, add }: Target): void {
  const { steps } = layout.network;
  const { inputs, size, weight } = layout.layers[0]!;
  const { offsets, channels, values, outOffsets, outRows, outValues, current } = scratch;
  const delta = scratch.layers[0]!.u;
  for (let b = 0; b < count; b++) kernels.sumRows(current, count, b, 0, delta, layout.rows, b * steps, steps, size);
  kernels.transposeEvents(offsets, channels, values, count, inputs, 0, outOffsets, outRows, outValues);
  const from = add ? FROM_OUT : FROM_ZERO;
  const dW = gradients + weight * 4;
  kernels.gatherRowsWeighted(dW, inputs, from, 0, current, count, outOffsets, outRows, outValues, inputs, size);
}

/**
 * Sorts what layer `l` received by channel, where its gradients are formed from that. The gradients of few inputs and
 * neurons stay in the first cache, and the events are taken as they come.
 */
function sortEvents(work: Work, l: number, rows: number, dropout: boolean): void {
  const { inputs, size, masked } = work.layout.layers[l]!;
  if (masked || scattered(inputs, size)) return;
  const { outOffsets, outRows } = work.scratch;
  const { offsets, channels } = eventsInto(work, l, dropout);
  work.kernels.transposeEvents(offsets, channels, 0, rows, inputs, 0, outOffsets, outRows, 0);
}

/** dW of the neurons [c, c + columns): the deltas of the rows that each channel fired in. */
function addEvents(work: Work, l: number, c: number, columns: number, rows: number, target: Target): void {
  const { kernels, layout, scratch } = work;
  const { gradients, add, dropout } = target;
  const { inputs, size, weight, masked } = layout.layers[l]!;
  const dW = gradients + (weight + inputs * c) * 4;
  const delta = scratch.layers[l]!.u + layout.rows * c * 4;
  if (!masked && !scattered(inputs, size)) {
    const { outOffsets, outRows } = scratch;
    const from = add ? FROM_OUT : FROM_ZERO;
    kernels.gatherRows(dW, inputs, 0, from, 0, delta, layout.rows, outOffsets, outRows, inputs, columns);
    return;
  }
  if (!add) floats(work, dW, inputs * columns).fill(0);
  if (masked) {
    const { fired } = scratch.layers[l - 1]!;
    kernels.scatterFired(dW, inputs, delta, fired, Math.ceil(inputs / PANEL), rows, columns);
    return;
  }
  const input = eventsInto(work, l, dropout);
  const brief = briefEvents(work, input, rows);
  if (brief !== undefined) kernels.addRows(dW, inputs, input.channels, delta, layout.rows, input.rowOf, brief, columns);
  else kernels.scatterRows(dW, inputs, delta, layout.rows, input.offsets, input.channels, rows, columns, 0);
}

/** dV: as dW, with the spikes of the layer itself, one step later. */
function addRecurrent(work: Work, l: number, count: number, { gradients, add }: Target): void {
  const { kernels, layout, scratch } = work;
  const { steps } = layout.network;
  const { size, recurrent } = layout.layers[l]!;
  const { u, fired, offsets, channels } = scratch.layers[l]!;
  const dV = gradients + recurrent * 4;
  if (!add && scattered(size, size)) floats(work, dV, size * size).fill(0);
  if (size <= PANEL)
    for (let b = 0; b < count; b++)
      kernels.scatterFired(dV, size, u + (b * steps + 1) * size * 4, fired + b * steps * 2, 1, steps - 1, size);
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
  { kernels, layout }: Work,
  { bias, size }: LayerLayout,
  delta: number,
  constant: boolean,
  count: number,
  { gradients, add }: Target,
): void {
  const [of, rows] = constant ? [count, count] : [layout.rows, count * layout.network.steps];
  kernels.sumRows(gradients + bias * 4, 1, 0, Number(add), delta, of, 0, rows, size);
}
