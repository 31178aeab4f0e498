/** A block of samples forward: potentials and spikes of every layer, the first one first. */
import { FROM_BIAS } from '../kernels/kernels.ts';
import { PANEL } from '../kernels/panels.ts';
import type { LayerScratch } from '../layout/memory.ts';
import { addressOf, type Bytes, bytes, panelAddress } from '../layout/units.ts';
import { eventsInto, sparseEvents, stripFrom, type Workspace } from './workspace.ts';

export function forward(workspace: Workspace, count: number, dropout: boolean): void {
  const { layout, kernels, scratch } = workspace;
  const { steps } = layout.network;
  layout.layers.forEach((layer, l) => {
    const own = scratch.layers[l]!;
    const panels = Math.ceil(layer.size / PANEL);
    receive(workspace, l, count, dropout);
    if (layer.recurrent !== undefined) recur(workspace, l, count);
    if (layer.plan.neuron.kind === 'lif') {
      if (layer.listed) kernels.listFired(own.fired, panels, count * steps, own.offsets, own.channels);
      kernels.countFired(own.fired, panels, count, steps, own.counts);
    }
    if (dropout && own.dropout) dropEvents(workspace, own, layer.size, count);
  });
}

/** Where the constant input of layer `l` lies; undefined where it receives events. */
function currentOf({ layout, scratch }: Workspace, l: number): Bytes | undefined {
  return l === 0 && layout.network.encoding === 'current' ? scratch.current : undefined;
}

/** Where the weights of what layer `l` receives lie; with dropout, of the layers above others, the scaled ones. */
function weightsInto({ layout, scratch }: Workspace, l: number, dropout: boolean): Bytes {
  const below = dropout ? scratch.layers[l - 1]?.dropout : undefined;
  return below?.weight ?? addressOf(layout.weights, layout.layers[l]!.weight);
}

/** What the neurons of layer `l` receive in each step and, unless they are recurrent, their potentials and spikes. */
function receive(workspace: Workspace, l: number, count: number, dropout: boolean): void {
  const { layout, kernels, scratch } = workspace;
  const rows = count * layout.network.steps;
  const { size, inputs, lookUp, bias, recurrent } = layout.layers[l]!;
  const { u: potentials } = scratch.layers[l]!;
  const allWeights = weightsInto(workspace, l, dropout);
  const biases = bias === undefined ? scratch.zeros : addressOf(layout.weights, bias);
  const constant = currentOf(workspace, l);
  const input = eventsInto(workspace, l, dropout);
  const sparse = constant || lookUp ? undefined : sparseEvents(workspace, input, rows);
  if (sparse !== undefined) kernels.rowsOfEvents(input.offsets, rows, input.rowOf);
  // What a strip of neurons receives is still in the second cache when their potentials are computed.
  // biome-ignore format: one line per group of arguments
  for (let c = 0, columns = 0; c < size; c += columns) {
    columns = stripFrom(c, size);
    const u = panelAddress(potentials, layout.rows, c);
    const weight = panelAddress(allWeights, inputs, c);
    const bias = addressOf(biases, c);
    if (constant)
      kernels.gatherRowsWeighted(
        panelAddress(constant, count, c), count, FROM_BIAS, bias, weight, inputs,
        scratch.offsets, scratch.channels, scratch.values, count, columns,
      );
    else if (lookUp)
      kernels.gatherFired(u, bias, weight, inputs, scratch.layers[l - 1]!.fired, rows, size, scratch.work);
    else if (sparse !== undefined) {
      kernels.fillRows(u, layout.rows, bias, rows, columns);
      kernels.addRows(u, layout.rows, input.rowOf, weight, inputs, input.channels, sparse, columns);
    } else
      kernels.gatherRows(
        u, layout.rows, 0, FROM_BIAS, bias, weight, inputs, input.offsets, input.channels, rows, columns,
      );
    if (recurrent === undefined) fire(workspace, l, c, columns, count, constant);
  }
}

/** Potentials and spikes of the neurons [c, c + columns) of a layer that is not recurrent. */
function fire(workspace: Workspace, l: number, c: number, columns: number, count: number, constant?: Bytes): void {
  const { layout, kernels, scratch } = workspace;
  const { dynamics, size } = layout.layers[l]!;
  const { u, k, fired } = scratch.layers[l]!;
  // biome-ignore format: one line per group of arguments
  kernels.lifForward(
    panelAddress(u, layout.rows, c), layout.rows, count, layout.network.steps, columns,
    constant ? panelAddress(constant, count, c) : 0, count,
    addressOf(k, c), dynamics.threshold, dynamics.reset, dynamics.spiking,
    bytes(fired + (c / PANEL) * 2), Math.ceil(size / PANEL),
  );
}

/** Potentials and spikes of a recurrent layer. */
function recur(workspace: Workspace, l: number, count: number): void {
  const { layout, kernels, scratch } = workspace;
  const { dynamics, size, recurrent } = layout.layers[l]!;
  const { u, k, fired } = scratch.layers[l]!;
  // biome-ignore format: one line per group of arguments
  kernels.lifForwardRecurrent(
    u, layout.rows, count, layout.network.steps, size, currentOf(workspace, l) ?? 0, count,
    k, dynamics.threshold, dynamics.reset, addressOf(layout.weights, recurrent!), fired, scratch.work,
  );
}

function dropEvents(
  workspace: Workspace,
  { offsets, channels, dropout }: LayerScratch,
  size: number,
  count: number,
): void {
  const { steps } = workspace.layout.network;
  const { keep, offsets: keptOffsets, channels: keptChannels } = dropout!;
  new Uint32Array(workspace.buffer, keptOffsets, 1)[0] = 0;
  for (let b = 0; b < count; b++) {
    const first = b * steps * 4;
    workspace.kernels.keepEvents(
      offsets + first,
      channels,
      steps,
      keep + b * size * 4,
      keptOffsets + first,
      keptChannels,
    );
  }
}
