/** What evaluations count of a block of an RNN, LSTM or GRU: the operations that its states make. */
import { PANEL } from '../../kernels/panels.ts';
import type { Counting } from '../spiking/activity.ts';
import { featureOf, type GatedWorkspace } from './workspace.ts';

/** Samples stand in what is counted from place `first` on. */
export function countStates(
  workspace: GatedWorkspace,
  { activity, fanOut }: Counting,
  first: number,
  count: number,
): void {
  const { layout, scratch, buffer } = workspace;
  const { steps } = layout.network;
  const { size, plan } = layout.layers[0];
  const neurons = plan.connection.size;
  /** Synapses behind the states that are not zero, in these rows of a matrix in panels [matrixRows × size]. */
  const synapses = (address: number, matrixRows: number, rows: readonly number[], synapsesOf: Float64Array): number => {
    const values = new Float32Array(buffer, address, matrixRows * size);
    let sum = 0;
    for (const row of rows)
      for (let n = 0; n < neurons; n++) {
        const panel = n - (n % PANEL);
        if (values[matrixRows * panel + row * PANEL + n - panel] !== 0) sum += synapsesOf[n]!;
      }
    return sum;
  };
  for (let b = 0; b < count; b++) {
    const own = Array.from({ length: steps }, (_, t) => t * count + b);
    // The state before the first step is 0.
    activity.within.get(0)![first + b] = synapses(scratch.cell.before, count * steps, own, fanOut[0]!.within!);
    activity.below[1]![first + b] = synapses(featureOf(workspace), count, [b], fanOut[1]!.below);
  }
}
