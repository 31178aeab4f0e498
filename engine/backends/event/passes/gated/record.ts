/** What probes see of a block of an RNN, LSTM or GRU, whose rows are step by step. */

import { gatesOf } from '../../../../models/plan.ts';
import type { Recording } from '../../../backend.ts';
import type { Bytes } from '../../layout/units.ts';
import { inputGradient } from '../input-gradient.ts';
import { copyRows, type Matrix } from '../record.ts';
import type { GatedWorkspace } from './workspace.ts';

/** After the forward pass. @param feature what the readout sees [count × size] */
export function recordStates(
  { buffer, layout, scratch: { cell: state } }: GatedWorkspace,
  feature: Bytes,
  recording: Recording,
  first: number,
  count: number,
): void {
  const { steps } = layout.network;
  const { size, plan } = layout.layers[0];
  const neurons = plan.connection.size;
  const ofSamples = (address: Bytes): Matrix => ({
    values: new Float32Array(buffer, address, count * size),
    rows: count,
    columns: size,
    rowOf: (b) => b,
  });
  if (recording.features) copyRows(recording.features, ofSamples(feature), { first, count, steps: 1, neurons });
  const states = recording.potentials.get(0);
  if (!states) return;
  // The state after a step stands before the next one; that of the last by itself.
  const last = new Float32Array(count * neurons);
  copyRows(last, ofSamples(state.h), { first: 0, count, steps: 1, neurons });
  const before: Matrix = {
    values: new Float32Array(buffer, state.before, count * steps * size),
    rows: count * steps,
    columns: size,
    rowOf: (b, t) => Math.min(t + 1, steps - 1) * count + b,
  };
  copyRows(states, before, { first, count, steps, neurons });
  for (let b = 0; b < count; b++)
    states.set(last.subarray(b * neurons, (b + 1) * neurons), ((first + b) * steps + steps - 1) * neurons);
}

/** After the backward pass, when the gates have become dL/da. */
export function recordGates(workspace: GatedWorkspace, recording: Recording, first: number, count: number): void {
  const { buffer, layout, scratch } = workspace;
  const { steps } = layout.network;
  const { columns, plan } = layout.layers[0];
  const rows = count * steps;
  const values = new Float32Array(buffer, scratch.cell.gates, rows * columns);
  const gates: Matrix = { values, rows, columns, rowOf: (b, t) => t * count + b };
  const delta = recording.delta.get(0);
  const groups = gatesOf(plan.neuron);
  if (delta) copyRows(delta, gates, { first, count, steps, neurons: plan.connection.size, groups });
  if (recording.inputGradient) inputGradient(recording.inputGradient, workspace, gates, first, count);
}
