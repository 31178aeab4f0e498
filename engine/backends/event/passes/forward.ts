/** A block of samples forward: potentials and spikes of every layer, the first one first. */
import { FROM_BIAS, RESET } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import type { LayerLayout, LayerScratch } from '../layout/layout.ts';
import { briefEvents, eventsInto, stripFrom, type Work } from './work.ts';

export function forward(work: Work, count: number, dropout: boolean): void {
  const { layout, kernels, scratch } = work;
  const { steps } = layout.network;
  layout.layers.forEach((layer, l) => {
    const mine = scratch.layers[l]!;
    const panels = Math.ceil(layer.size / PANEL);
    receive(work, l, count, dropout);
    if (layer.plan.recurrent) recur(work, layer, mine, currentOf(work, l), count);
    if (layer.plan.kind === 'spiking') {
      if (layer.listed) kernels.listFired(mine.fired, panels, count * steps, mine.offsets, mine.channels);
      kernels.countFired(mine.fired, panels, count, steps, mine.counts);
    }
    if (dropout && mine.dropout) dropEvents(work, mine, layer.size, count);
  });
}

/** Where the constant input of layer `l` lies; 0 where it receives events. */
function currentOf({ layout, scratch }: Work, l: number): number {
  return l === 0 && layout.network.encoding === 'current' ? scratch.current : 0;
}

/** What the neurons of layer `l` receive in each step and, unless they are recurrent, their potentials and spikes. */
function receive(work: Work, l: number, count: number, dropout: boolean): void {
  const { layout, kernels, scratch } = work;
  const { steps } = layout.network;
  const rows = count * steps;
  const layer = layout.layers[l]!;
  const { plan, size, inputs } = layer;
  const mine = scratch.layers[l]!;
  const weight = dropout && l > 0 ? scratch.layers[l - 1]!.dropout!.weight : layout.weights + layer.weight * 4;
  const bias = plan.bias ? layout.weights + layer.bias * 4 : scratch.zeros;
  const constant = currentOf(work, l);
  const input = eventsInto(work, l, dropout);
  const panels = Math.ceil(size / PANEL);
  const brief = constant || layer.tabled ? undefined : briefEvents(work, input, rows);
  if (brief !== undefined) kernels.rowsOfEvents(input.offsets, rows, input.rowOf);
  // What a strip of neurons receives is still in the second cache when their potentials are computed.
  // biome-ignore format: one line per group of arguments
  for (let c = 0, columns = 0; c < size; c += columns) {
    columns = stripFrom(c, size);
    const u = mine.u + layout.rows * c * 4;
    if (constant)
      kernels.gatherRowsWeighted(
        constant + count * c * 4, count, FROM_BIAS, bias + c * 4, weight + inputs * c * 4, inputs,
        scratch.offsets, scratch.channels, scratch.values, count, columns,
      );
    else if (layer.tabled)
      kernels.gatherFired(u, bias, weight, inputs, scratch.layers[l - 1]!.fired, rows, size, scratch.work);
    else if (brief !== undefined) {
      kernels.fillRows(u, layout.rows, bias + c * 4, rows, columns);
      kernels.addRows(
        u, layout.rows, input.rowOf, weight + inputs * c * 4, inputs, input.channels, brief, columns,
      );
    } else
      kernels.gatherRows(
        u, layout.rows, 0, FROM_BIAS, bias + c * 4, weight + inputs * c * 4, inputs,
        input.offsets, input.channels, rows, columns,
      );
    if (!plan.recurrent)
      kernels.lifForward(
        u, layout.rows, count, steps, columns, constant && constant + count * c * 4, count,
        mine.leak + c * 4, plan.threshold, RESET[plan.reset], Number(plan.kind === 'spiking'),
        mine.fired + (c / PANEL) * 2, panels,
      );
  }
}

/** Potentials and spikes of a recurrent layer. */
function recur(work: Work, layer: LayerLayout, mine: LayerScratch, constant: number, count: number): void {
  const { layout, kernels, scratch } = work;
  const { plan, size, recurrent } = layer;
  // biome-ignore format: one line per group of arguments
  kernels.lifForwardRecurrent(
    mine.u, layout.rows, count, layout.network.steps, size, constant, count, mine.leak, plan.threshold, RESET[plan.reset],
    layout.weights + recurrent * 4, mine.fired, scratch.work,
  );
}

function dropEvents(work: Work, { offsets, channels, dropout }: LayerScratch, size: number, count: number): void {
  const { steps } = work.layout.network;
  const { keep, offsets: keptOffsets, channels: keptChannels } = dropout!;
  new Uint32Array(work.buffer, keptOffsets, 1)[0] = 0;
  for (let b = 0; b < count; b++) {
    const first = b * steps * 4;
    work.kernels.keepEvents(offsets + first, channels, steps, keep + b * size * 4, keptOffsets + first, keptChannels);
  }
}
