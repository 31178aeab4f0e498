/** A block of samples forward: potentials and spikes of every layer, the first one first. */
import { START } from '../../kernels/kernels.ts';
import { PANEL } from '../../kernels/panels.ts';
import type { EventList, LayerScratch } from '../../layout/memory.ts';
import { addressOf, type Bytes, bytes, panelAddress } from '../../layout/units.ts';
import { eventsInto, sparseEvents, stripFrom, type Workspace } from '../workspace.ts';
import { startFrom } from './initial-state.ts';

/** Called with a layer, and the first and number of its neurons, whose potentials have just been computed. */
export type OnPotentials = (l: number, c: number, columns: number) => void;

export function forward(workspace: Workspace, count: number, dropout: boolean, onPotentials?: OnPotentials): void {
  workspace.layout.layers.forEach(({ recurrent, size }, l) => {
    receive(workspace, l, count, dropout, onPotentials);
    finishLayer(workspace, l, count, dropout);
    if (recurrent !== undefined) onPotentials?.(l, 0, size);
  });
}

/** What follows once a layer has received: its own spikes where it is recurrent, and lists of the spikes. */
export function finishLayer(workspace: Workspace, l: number, count: number, dropout: boolean): void {
  const { layout, kernels, scratch } = workspace;
  const { steps } = layout.network;
  const layer = layout.layers[l]!;
  const own = scratch.layers[l]!;
  const panels = Math.ceil(layer.size / PANEL);
  if (layer.recurrent !== undefined) {
    startFrom(workspace, l, 0, layer.size, count);
    recur(workspace, l, count);
  }
  if (layer.plan.neuron.kind === 'lif') {
    const { spikeMasks, offsets, channels, counts } = own;
    if (layer.listed) kernels.listSpikes({ spikeMasks, panels, rows: count * steps, offsets, channels });
    kernels.countSpikes({ spikeMasks, panels, samples: count, steps, counts });
  }
  if (dropout && own.dropout) applyDropout(workspace, own, layer.size, count);
}

/** Where the constant input of layer `l` lies; undefined where it receives events. */
function currentOf({ layout, scratch }: Workspace, l: number): Bytes | undefined {
  return l === 0 && layout.network.encoding === 'current' ? scratch.current : undefined;
}

/** Where the weights of what layer `l` receives lie; with dropout, of the layers above others, the scaled ones. */
function weightsInto({ layout, scratch, weights }: Workspace, l: number, dropout: boolean): Bytes {
  const below = dropout ? scratch.layers[l - 1]?.dropout : undefined;
  return below?.weight ?? addressOf(weights, layout.layers[l]!.weight);
}

/** What the neurons of layer `l` receive in each step and, unless they are recurrent, their potentials and spikes. */
export function receive(
  workspace: Workspace,
  l: number,
  count: number,
  dropout: boolean,
  onPotentials?: OnPotentials,
): void {
  const { size, recurrent } = workspace.layout.layers[l]!;
  const received = receivedBy(workspace, l, count, dropout);
  // What a strip of neurons receives is still in the second cache when their potentials are computed.
  for (let c = 0, columns = 0; c < size; c += columns) {
    columns = stripFrom(c, size);
    gather(workspace, received, c, columns);
    if (recurrent !== undefined) continue;
    startFrom(workspace, l, c, columns, count);
    fire(workspace, l, c, columns, count, received.constant);
    onPotentials?.(l, c, columns);
  }
}

/** What a layer receives: from which events or constant currents, and through which weights. */
interface Received {
  l: number;
  count: number;
  rows: number;
  weights: Bytes;
  biases: Bytes;
  constant: Bytes | undefined;
  input: EventList;
  /** The number of events, where each has the number of its row; undefined where rows are taken one by one. */
  sparse: number | undefined;
}

function receivedBy(workspace: Workspace, l: number, count: number, dropout: boolean): Received {
  const { layout, kernels, scratch } = workspace;
  const rows = count * layout.network.steps;
  const { lookUp, bias } = layout.layers[l]!;
  const constant = currentOf(workspace, l);
  const input = eventsInto(workspace, l, dropout);
  const sparse = constant || lookUp ? undefined : sparseEvents(workspace, input, rows);
  if (sparse !== undefined) kernels.rowsOfEvents({ offsets: input.offsets, rows, rowOf: input.rowOf });
  const weights = weightsInto(workspace, l, dropout);
  const biases = bias === undefined ? scratch.zeros : addressOf(workspace.weights, bias);
  return { l, count, rows, weights, biases, constant, input, sparse };
}

/** Sums of weight rows for the neurons [c, c + columns) of a layer, in each step; where they receive a constant current, once. */
function gather({ layout, kernels, scratch }: Workspace, received: Received, c: number, columns: number): void {
  const { l, count, rows, constant, input, sparse } = received;
  const { size, inputs, lookUp } = layout.layers[l]!;
  const u = panelAddress(scratch.layers[l]!.u, layout.rows, c);
  const weight = panelAddress(received.weights, inputs, c);
  const bias = addressOf(received.biases, c);
  if (constant)
    kernels.gatherRowsWeighted({
      out: panelAddress(constant, count, c),
      outRows: count,
      start: START.bias,
      bias,
      source: weight,
      sourceRows: inputs,
      offsets: scratch.offsets,
      indices: scratch.channels,
      values: scratch.values,
      rows: count,
      columns,
    });
  else if (lookUp)
    kernels.gatherSpikes({
      out: u,
      bias,
      source: weight,
      inputs,
      spikeMasks: scratch.layers[l - 1]!.spikeMasks,
      rows,
      columns: size,
      tables: scratch.work,
    });
  else if (sparse !== undefined) {
    kernels.fillRows({ out: u, outRows: layout.rows, bias, rows, columns });
    kernels.addRows({
      out: u,
      outRows: layout.rows,
      outIndices: input.rowOf,
      source: weight,
      sourceRows: inputs,
      sourceIndices: input.channels,
      count: sparse,
      columns,
    });
  } else
    kernels.gatherRows({
      out: u,
      outRows: layout.rows,
      firstRow: 0,
      start: START.bias,
      bias,
      source: weight,
      sourceRows: inputs,
      offsets: input.offsets,
      indices: input.channels,
      rows,
      columns,
    });
}

/** Potentials and spikes of the neurons [c, c + columns) of a layer that is not recurrent. */
export function fire(
  workspace: Workspace,
  l: number,
  c: number,
  columns: number,
  count: number,
  constant?: Bytes,
): void {
  const { layout, kernels, scratch } = workspace;
  const { dynamics, size } = layout.layers[l]!;
  const { u, k, spikeMasks } = scratch.layers[l]!;
  kernels.lifForward({
    u: panelAddress(u, layout.rows, c),
    rows: layout.rows,
    samples: count,
    steps: layout.network.steps,
    columns,
    constant: constant && panelAddress(constant, count, c),
    constantRows: count,
    leak: addressOf(k, c),
    threshold: dynamics.threshold,
    reset: dynamics.reset,
    spiking: dynamics.spiking,
    spikeMasks: bytes(spikeMasks + (c / PANEL) * 2),
    panels: Math.ceil(size / PANEL),
  });
}

/** Potentials and spikes of a recurrent layer. */
function recur(workspace: Workspace, l: number, count: number): void {
  const { layout, kernels, scratch } = workspace;
  const { dynamics, size, recurrent } = layout.layers[l]!;
  const { u, k, spikeMasks } = scratch.layers[l]!;
  kernels.lifForwardRecurrent({
    u,
    rows: layout.rows,
    samples: count,
    steps: layout.network.steps,
    size,
    constant: currentOf(workspace, l),
    constantRows: count,
    leak: k,
    threshold: dynamics.threshold,
    reset: dynamics.reset,
    recurrent: addressOf(workspace.weights, recurrent!),
    spikeMasks,
    work: scratch.work,
  });
}

function applyDropout(
  workspace: Workspace,
  { offsets, channels, dropout }: LayerScratch,
  size: number,
  count: number,
): void {
  const { steps } = workspace.layout.network;
  const { dropoutMask, offsets: outOffsets, channels: outChannels } = dropout!;
  new Uint32Array(workspace.buffer, outOffsets, 1)[0] = 0;
  for (let b = 0; b < count; b++) {
    const first = b * steps * 4;
    workspace.kernels.dropEvents({
      offsets: offsets + first,
      channels,
      rows: steps,
      dropoutMask: dropoutMask + b * size * 4,
      outOffsets: outOffsets + first,
      outChannels,
    });
  }
}
