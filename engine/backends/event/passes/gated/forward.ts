/** From the events of a block, ordered step by step, to the scores of its samples. */
import { CELL, START } from '../../kernels/kernels.ts';
import type { Bytes } from '../../layout/units.ts';
import { averages, featureOf, type GatedWorkspace, weightsOf, zero } from './workspace.ts';

/** `dropoutMask`: factors of dropout. */
export function gatedForward(workspace: GatedWorkspace, count: number, dropoutMask: Bytes | undefined): void {
  const { kernels, scratch } = workspace;
  const state = scratch.cell;
  const [cell, readout] = workspace.layout.layers;
  const { inputs, steps, encoding } = workspace.layout.network;
  const { size, columns } = cell;
  const rows = count * steps;
  const weight = weightsOf(workspace, cell.weight);
  const bias = weightsOf(workspace, cell.bias);
  const { offsets, channels, values, current } = scratch;
  const constant = encoding === 'current';
  const weighted = { start: START.bias, bias, source: weight, sourceRows: inputs, columns };
  if (constant)
    kernels.gatherRowsWeighted({
      ...weighted,
      out: current,
      outRows: count,
      offsets,
      indices: channels,
      values,
      rows: count,
    });
  else
    kernels.gatherRows({
      ...weighted,
      out: state.gates,
      outRows: rows,
      firstRow: 0,
      offsets: state.offsets,
      indices: state.channels,
      rows,
    });
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
      inputRows: constant ? count : rows,
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
  if (dropoutMask) kernels.multiplyElements({ a: featureOf(workspace), m: dropoutMask, count: count * size });
  kernels.multiply({
    out: state.scores,
    start: START.bias,
    bias: weightsOf(workspace, readout.bias),
    a: featureOf(workspace),
    b: weightsOf(workspace, readout.weight),
    rows: count,
    inner: size,
    columns: readout.size,
  });
}
