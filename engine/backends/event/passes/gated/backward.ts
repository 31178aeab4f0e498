/** From the scores of a block back to its first step, and what follows for the weights. */
import { CELL, START } from '../../kernels/kernels.ts';
import { addressOf, type Bytes } from '../../layout/units.ts';
import { averages, featureOf, type GatedWorkspace, weightsOf, zero } from './workspace.ts';

export function transposeWeights(workspace: GatedWorkspace): void {
  const { kernels } = workspace;
  const state = workspace.scratch.cell;
  const [cell, readout] = workspace.layout.layers;
  const rows = cell.size;
  const V = weightsOf(workspace, cell.recurrent);
  kernels.transposeMatrix({ out: state.recurrentT, source: V, rows, columns: cell.columns });
  const W = weightsOf(workspace, readout.weight);
  kernels.transposeMatrix({ out: state.readoutT, source: W, rows, columns: readout.size });
}

/** From the scores back to the first step: the gates turn into their gradients. */
export function gatedBackward(workspace: GatedWorkspace, count: number, dropoutMask: Bytes | undefined): void {
  const { kernels } = workspace;
  const state = workspace.scratch.cell;
  const [cell, readout] = workspace.layout.layers;
  const { steps } = workspace.layout.network;
  const { size, columns } = cell;
  const { kind } = cell.plan.neuron;
  kernels.multiply({
    out: state.dFeature,
    start: START.zero,
    a: state.dScores,
    b: state.readoutT,
    rows: count,
    inner: readout.size,
    columns: size,
  });
  if (dropoutMask) kernels.multiplyElements({ a: state.dFeature, m: dropoutMask, count: count * size });
  zero(workspace, state.dh, count * size);
  zero(workspace, state.dc, count * size);
  // In the GRU a part of the gradient passes by the recurrent weights.
  const start = kind === 'gru' ? START.out : START.zero;
  for (let t = steps - 1; t >= 0; t--) {
    const share = averages(workspace) ? 1 / steps : Number(t === steps - 1);
    kernels.cellBackward({
      kind: CELL[kind],
      samples: count,
      steps,
      t,
      size,
      gates: state.gates,
      before: state.before,
      extra: state.extra,
      dh: state.dh,
      dc: state.dc,
      dr: state.dr,
      dMean: state.dFeature,
      share,
    });
    if (t > 0)
      kernels.multiply({
        out: state.dh,
        start,
        a: state.dr,
        b: state.recurrentT,
        rows: count,
        inner: columns,
        columns: size,
      });
  }
}

/** Gradients of a block; `add` to what earlier blocks of the shard left, or start it. */
export function gatedGradients(workspace: GatedWorkspace, count: number, gradients: Bytes, add: boolean): void {
  const { kernels, scratch } = workspace;
  const state = scratch.cell;
  const [cell, readout] = workspace.layout.layers;
  const { inputs, steps, encoding } = workspace.layout.network;
  const { size, columns } = cell;
  const { offsets, channels, values, current, outOffsets, outRows, outValues } = scratch;
  const rows = count * steps;
  const sum = (out: Bytes, source: Bytes, rows: number, columns: number): void => {
    const all = { sourceRows: rows, firstRow: 0, rows, columns };
    kernels.sumRows({ out, outRows: 1, outRow: 0, accumulate: add, source, ...all });
  };
  const transposed = { channelCount: inputs, delayWithin: 0, outOffsets, outIndices: outRows };
  const dW = {
    out: addressOf(gradients, cell.weight),
    outRows: inputs,
    start: add ? START.out : START.zero,
    offsets: outOffsets,
    indices: outRows,
    rows: inputs,
    columns,
  };

  if (encoding === 'current') {
    kernels.gatherRows({
      out: current,
      outRows: count,
      firstRow: 0,
      start: START.zero,
      source: state.gates,
      sourceRows: rows,
      offsets: state.offsets,
      indices: state.channels,
      rows: count,
      columns,
    });
    kernels.transposeEvents({ offsets, channels, values, rows: count, ...transposed, outValues });
    kernels.gatherRowsWeighted({ ...dW, source: current, sourceRows: count, values: outValues });
  } else {
    kernels.transposeEvents({ offsets: state.offsets, channels: state.channels, rows, ...transposed });
    kernels.gatherRows({ ...dW, firstRow: 0, source: state.gates, sourceRows: rows });
  }

  // The recurrent part of the GRU's candidate has a gradient of its own.
  const own = cell.plan.neuron.kind === 'gru' ? size : 0;
  const shared = columns - own;
  const dV = addressOf(gradients, cell.recurrent!);
  const candidate = addressOf(dV, shared * size);
  const outer = { accumulate: add, a: state.before, rows, m: size };
  kernels.multiplyTransposed({ ...outer, out: dV, b: state.gates, n: shared });
  if (own) kernels.multiplyTransposed({ ...outer, out: candidate, b: state.extra, n: own });
  kernels.multiplyTransposed({
    out: addressOf(gradients, readout.weight),
    accumulate: add,
    a: featureOf(workspace),
    b: state.dScores,
    rows: count,
    m: size,
    n: readout.size,
  });
  if (cell.bias !== undefined) sum(addressOf(gradients, cell.bias), state.gates, rows, columns);
  if (cell.recurrentBias !== undefined) {
    const db = addressOf(gradients, cell.recurrentBias);
    sum(db, state.gates, rows, shared);
    if (own) sum(addressOf(db, shared), state.extra, rows, own);
  }
  if (readout.bias !== undefined) sum(addressOf(gradients, readout.bias), state.dScores, count, readout.size);
}
