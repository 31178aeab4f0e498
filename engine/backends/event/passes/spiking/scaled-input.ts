/**
 * Inputs that count 1 − k times. The factor belongs to the receiving neuron, a column of W and V and an entry of b: the
 * layers work with copies of those that are scaled once for all samples, W' = W·(1 − k), and what they leave are the
 * gradients by the copies. Then
 *   dL/dW = (1 − k)·dL/dW'     dL/dk −= Σ W·dL/dW'     the sum over the rows of W, V and b
 */
import { PANEL } from '../../kernels/panels.ts';
import type { SpikingLayer } from '../../layout/layout.ts';
import type { Slot } from '../../layout/parameters.ts';
import type { Bytes } from '../../layout/units.ts';
import { floats, type Workspace } from '../workspace.ts';

/** The copies: all parameters, those of the layers with scaled inputs times 1 − k. */
export function scaleInputWeights(workspace: Workspace): void {
  const { layout, scratch } = workspace;
  if (scratch.effective === undefined) return;
  const copies = floats(workspace, scratch.effective, layout.parameters);
  copies.set(floats(workspace, layout.weights, layout.parameters));
  layout.layers.forEach((layer, l) => {
    if (!layer.plan.neuron.scaleInput) return;
    const factor = factorsOf(workspace, l);
    eachWeight(layer, (i, n) => {
      copies[i]! *= factor[n]!;
    });
  });
}

/** From the gradients by the copies to those by the parameters, and what the factors add to dL/dk. */
export function scaleInputGradients(workspace: Workspace, gradients: Bytes): void {
  const { layout, scratch } = workspace;
  if (scratch.effective === undefined) return;
  const weights = floats(workspace, layout.weights, layout.parameters);
  const slopes = floats(workspace, gradients, layout.parameters);
  layout.layers.forEach((layer, l) => {
    if (!layer.plan.neuron.scaleInput) return;
    const factor = factorsOf(workspace, l);
    const byFactor = new Float64Array(layer.size);
    eachWeight(layer, (i, n) => {
      byFactor[n]! += weights[i]! * slopes[i]!;
      slopes[i]! *= factor[n]!;
    });
    const dk = floats(workspace, scratch.layers[l]!.dk, layer.size);
    for (let n = 0; n < layer.size; n++) dk[n]! -= byFactor[n]!;
  });
}

/** 1 − k of the neurons of layer `l`. */
export function factorsOf(workspace: Workspace, l: number): Float32Array {
  const k = floats(workspace, workspace.scratch.layers[l]!.k, workspace.layout.layers[l]!.size);
  return k.map((x) => 1 - x);
}

/** Calls back with the place of every weight and bias of a layer in the parameter vector, and the neuron that receives it. */
function eachWeight({ slots }: SpikingLayer, each: (index: number, neuron: number) => void): void {
  for (const slot of slots) if (slot.part !== 'leak') eachElement(slot, each);
}

function eachElement({ first, storedRows, storedCols }: Slot, each: (index: number, column: number) => void): void {
  let i: number = first;
  for (let c = 0; c < storedCols; c += PANEL) {
    const width = Math.min(PANEL, storedCols - c);
    for (let r = 0; r < storedRows; r++) for (let n = c; n < c + width; n++) each(i++, n);
  }
}
