/** What probes see of a block of spiking layers. */
import { NOT_FOUND, type Recording, type Slopes, type Steepest, WHOLE } from '../../../backend.ts';
import { featureLayer, mostWanted } from '../../../recording.ts';
import { PANEL } from '../../kernels/panels.ts';
import { inputGradient } from '../input-gradient.ts';
import { copyRows, eachSpike, type Matrix } from '../record.ts';
import { strongestBins } from '../steepest/bins.ts';
import { steepestMoves } from '../steepest/moves.ts';
import { floats, type Workspace } from '../workspace.ts';
import { factorsOf } from './scaled-input.ts';

/** After the forward pass; samples stand in the recording from place `first` on. */
export function recordForward(workspace: Workspace, recording: Recording, first: number, count: number): void {
  const { layout, scratch, buffer } = workspace;
  const { steps } = layout.network;
  const hidden = featureLayer(layout.network);
  layout.layers.forEach(({ size, plan: { connection } }, l) => {
    const neurons = connection.size;
    const spikes = recording.spikes.get(l);
    const counts = recording.counts.get(l);
    const features = l === hidden ? recording.features : undefined;
    const potentials = recording.potentials.get(l);
    if (potentials) copyRows(potentials, membrane(workspace, l), { first, count, steps, neurons });
    if (!spikes && !counts && !features) return;
    const panels = Math.ceil(size / PANEL);
    const masks = new Uint16Array(buffer, scratch.layers[l]!.spikeMasks, count * steps * panels);
    const share = 1 / steps;
    // Of this block alone where nobody asked for all.
    const sums = counts ?? (features && new Uint32Array(count * neurons));
    const from = counts ? first : 0;
    eachSpike(masks, count, steps, panels, (b, t, n) => {
      if (spikes) spikes[((first + b) * steps + t) * neurons + n] = 1;
      if (sums) sums[(from + b) * neurons + n]!++;
    });
    if (features)
      for (let i = 0; i < count * neurons; i++) features[first * neurons + i] = sums![from * neurons + i]! * share;
  });
}

/** After the backward pass, when u has become δ. */
export function recordBackward(workspace: Workspace, recording: Recording, first: number, count: number): void {
  const { layout } = workspace;
  const { steps } = layout.network;
  for (const [l, delta] of recording.delta) {
    const neurons = layout.layers[l]!.plan.connection.size;
    copyRows(delta, membrane(workspace, l), { first, count, steps, neurons });
  }
  if (!recording.inputGradient) return;
  const factor = layout.layers[0]!.plan.neuron.scaleInput ? factorsOf(workspace, 0) : undefined;
  inputGradient(recording.inputGradient, workspace, membrane(workspace, 0), first, count, factor);
}

/** After the backward pass; samples stand in the batch from place `first` on. */
export function recordSteepest(
  workspace: Workspace,
  ask: Steepest,
  slopes: Slopes,
  first: number,
  count: number,
): void {
  const { layout, scratch, kernels, buffer } = workspace;
  const { steps, inputs } = layout.network;
  const factor = layout.layers[0]!.plan.neuron.scaleInput ? factorsOf(workspace, 0) : undefined;
  const seeker = { kernels, buffer, layout, scratch: scratch.steepest!, delta: scratch.layers[0]!.u, factor };
  const most = mostWanted(ask.wanted);
  let whole = ask.wanted.subarray(0, first).filter((n) => n === WHOLE).length;
  for (let b = 0; b < count; b++) {
    const index = first + b;
    const wanted = ask.wanted[index]!;
    if (wanted === 0) continue;
    if (wanted === WHOLE) {
      const out = slopes.whole.subarray(whole * steps * inputs, ++whole * steps * inputs);
      inputGradient(out, workspace, sampleOf(membrane(workspace, 0), b), 0, 1, factor);
      continue;
    }
    const own = <A extends Uint32Array | Float64Array>(all: A): A =>
      all.subarray(index * most, index * most + wanted) as A;
    const found = { places: own(slopes.places), values: own(slopes.values), to: own(slopes.to) };
    const known = ask.what === 'bins' ? strongestBins(seeker, b, found) : steepestMoves(seeker, b, ask, index, found);
    slopes.found[index] = known ?? NOT_FOUND;
  }
}

/** The same matrix, of which sample `b` is the first. */
function sampleOf(matrix: Matrix, b: number): Matrix {
  return { ...matrix, rowOf: (_, t) => matrix.rowOf(b, t) };
}

/** u or δ of a layer. */
function membrane(workspace: Workspace, l: number): Matrix {
  const { layout, scratch } = workspace;
  const { size } = layout.layers[l]!;
  const { steps } = layout.network;
  const values = floats(workspace, scratch.layers[l]!.u, layout.rows * size);
  return { values, rows: layout.rows, columns: size, rowOf: (b, t) => b * steps + t };
}
