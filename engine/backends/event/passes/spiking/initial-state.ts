/**
 * Neurons that do not start at rest. What u[-1] and o[-1] leave for the first step is added to what that step receives
 * before the kernels begin, which know of no step before it:
 *   u[0] = I[0] + k·r(u[-1], o[-1]) + V·o[-1]
 * and what follows from it, to the gradients that they leave:
 *   dk += r(u[-1], o[-1])·δ[0]     dV[i,:] += o_i[-1]·δ[0]
 */
import { drawInitialState, MEAN_STATE } from '../../../../models/initial-state.ts';
import { RESETS, type ResetRule } from '../../../../models/neuron.ts';
import { PANEL } from '../../kernels/panels.ts';
import type { SpikingLayer } from '../../layout/layout.ts';
import { addressOf, type Bytes } from '../../layout/units.ts';
import type { Samples } from '../input.ts';
import { floats, type Workspace } from '../workspace.ts';

/** Where the samples [from, from + count) start: drawn in training, else the mean of what is drawn. */
export function setInitialState(
  workspace: Workspace,
  seed: number,
  { epoch, order, dropout: training }: Samples,
  from: number,
  count: number,
): void {
  const { layout, scratch } = workspace;
  scratch.layers.forEach(({ initial }, layer) => {
    if (!initial) return;
    const { plan, size } = layout.layers[layer]!;
    const neurons = plan.connection.size;
    for (let b = 0; b < count; b++) {
      const [u, o] = [initial.u, initial.o].map((values) => floats(workspace, addressOf(values, b * size), size));
      if (training) drawInitialState(u!, o!, neurons, { seed, epoch, sample: order[from + b]!, layer });
      else for (const values of [u!, o!]) values.fill(MEAN_STATE, 0, neurons).fill(0, neurons);
    }
  });
}

/** Adds to what the neurons [c, c + columns) of layer `l` receive in the first step what their initial state leaves for it. */
export function startFrom(workspace: Workspace, l: number, c: number, columns: number, count: number): void {
  const { layout, scratch } = workspace;
  const { initial, k: leaks } = scratch.layers[l]!;
  if (!initial) return;
  const layer = layout.layers[l]!;
  const { size } = layer;
  const { reset, threshold } = resetOf(layer);
  const k = floats(workspace, leaks, size);
  const potentials = floats(workspace, scratch.layers[l]!.u, layout.rows * size);
  const V =
    layer.recurrent === undefined
      ? undefined
      : floats(workspace, addressOf(workspace.weights, layer.recurrent), size * size);
  for (let b = 0; b < count; b++) {
    const u = floats(workspace, addressOf(initial.u, b * size), size);
    const o = floats(workspace, addressOf(initial.o, b * size), size);
    for (let n = c; n < c + columns; n++) {
      let left = k[n]! * reset.forward(u[n]!, o[n]!, threshold);
      if (reset.undecayed) left -= threshold * o[n]!;
      for (let i = 0; i < size && V; i++) left += o[i]! * V[placeOf(i, n, size, size)]!;
      potentials[placeOf(b * layout.network.steps, n, layout.rows, size)]! += left;
    }
  }
}

/** What the initial state of layer `l` adds to dL/dk and dL/dV, once its potentials have become δ. */
export function addInitialState(workspace: Workspace, l: number, count: number, gradients: Bytes): void {
  const { layout, scratch } = workspace;
  const { initial, dk: slopes } = scratch.layers[l]!;
  if (!initial) return;
  const layer = layout.layers[l]!;
  const { size } = layer;
  const { reset, threshold } = resetOf(layer);
  const dk = floats(workspace, slopes, size);
  const deltas = floats(workspace, scratch.layers[l]!.u, layout.rows * size);
  const dV =
    layer.recurrent === undefined ? undefined : floats(workspace, addressOf(gradients, layer.recurrent), size * size);
  for (let b = 0; b < count; b++) {
    const u = floats(workspace, addressOf(initial.u, b * size), size);
    const o = floats(workspace, addressOf(initial.o, b * size), size);
    for (let n = 0; n < size; n++) {
      const delta = deltas[placeOf(b * layout.network.steps, n, layout.rows, size)]!;
      dk[n]! += reset.forward(u[n]!, o[n]!, threshold) * delta;
      for (let i = 0; i < size && dV; i++) dV[placeOf(i, n, size, size)]! += o[i]! * delta;
    }
  }
}

function resetOf({ plan: { neuron } }: SpikingLayer): { reset: ResetRule; threshold: number } {
  if (neuron.kind === 'integrator') return { reset: RESETS.none, threshold: 0 };
  return { reset: RESETS[neuron.reset], threshold: neuron.threshold };
}

/** Where column `c` of row `r` lies in a matrix in panels. */
function placeOf(r: number, c: number, rows: number, columns: number): number {
  const panel = c - (c % PANEL);
  return rows * panel + r * Math.min(PANEL, columns - panel) + (c - panel);
}
