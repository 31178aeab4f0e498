/** From the events of a block, ordered step by step, to the scores of its samples. */
import { CELL, START } from '../../kernels/kernels.ts';
import type { Bytes } from '../../layout/units.ts';
import { averages, featureOf, type GatedWorkspace, weightsOf, zero } from './workspace.ts';

/** `dropoutMask`: factors of dropout, for the features. */
export function gatedForward(workspace: GatedWorkspace, count: number, dropoutMask: Bytes | undefined): void {
  receive(workspace, count);
  recur(workspace, count);
  const { kernels, layout } = workspace;
  const size = layout.layers[0].size;
  if (dropoutMask) kernels.multiplyElements({ a: featureOf(workspace), m: dropoutMask, count: count * size });
  readOut(workspace, count);
}

const hasConstantInput = ({ layout }: GatedWorkspace): boolean => layout.network.encoding === 'current';

/** W·x + b of the gates: of constant input once for each sample, of events for each row = step × samples + sample. */
function receive(workspace: GatedWorkspace, count: number): void {
  const { kernels, scratch, layout } = workspace;
  const { cell: state, current, offsets, channels: indices, values } = scratch;
  const [cell] = layout.layers;
  const { inputs, steps } = layout.network;
  const weighted = {
    start: START.bias,
    bias: weightsOf(workspace, cell.bias),
    source: weightsOf(workspace, cell.weight),
    sourceRows: inputs,
    columns: cell.columns,
  };
  if (hasConstantInput(workspace))
    kernels.gatherRowsWeighted({ ...weighted, out: current, outRows: count, offsets, indices, values, rows: count });
  else {
    const rows = count * steps;
    const events = { offsets: state.offsets, indices: state.channels };
    kernels.gatherRows({ ...weighted, out: state.gates, outRows: rows, firstRow: 0, ...events, rows });
  }
}

/** Step by step from a state of zero: V·h + c of the gates, and the next state. */
function recur(workspace: GatedWorkspace, count: number): void {
  const { kernels, scratch, layout } = workspace;
  const { current, cell: state } = scratch;
  const [cell] = layout.layers;
  const { steps } = layout.network;
  const { size, columns } = cell;
  const constant = hasConstantInput(workspace);
  zero(workspace, state.h, count * size);
  zero(workspace, state.mean, count * size);
  const recurrent = weightsOf(workspace, cell.recurrent);
  const recurrentBias = weightsOf(workspace, cell.recurrentBias);
  const share = averages(workspace) ? 1 / steps : 0;
  for (let t = 0; t < steps; t++) {
    // The first state is zero.
    const inner = t === 0 ? 0 : size;
    kernels.multiply({
      out: state.r,
      start: START.bias,
      bias: recurrentBias,
      a: state.h,
      b: recurrent,
      rows: count,
      inner,
      columns,
    });
    kernels.cellForward({
      kind: CELL[cell.plan.neuron.kind],
      samples: count,
      steps,
      t,
      size,
      input: constant ? current : state.gates,
      inputRows: constant ? count : count * steps,
      inputFirst: constant ? 0 : t * count,
      r: state.r,
      gates: state.gates,
      before: state.before,
      extra: state.extra,
      h: state.h,
      mean: state.mean,
      share,
    });
  }
}

function readOut(workspace: GatedWorkspace, count: number): void {
  const { kernels, scratch, layout } = workspace;
  const [cell, readout] = layout.layers;
  kernels.multiply({
    out: scratch.cell.scores,
    start: START.bias,
    bias: weightsOf(workspace, readout.bias),
    a: featureOf(workspace),
    b: weightsOf(workspace, readout.weight),
    rows: count,
    inner: cell.size,
    columns: readout.size,
  });
}
