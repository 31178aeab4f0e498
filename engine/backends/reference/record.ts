/** From a pass of the reference over one sample to place `b` of a recording. */
import { lengthOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import { handedOn } from '../../reference/layer.ts';
import type { Pass } from '../../reference/network.ts';
import type { Recording, SampleScores } from '../backend.ts';
import { featureLayer } from '../recording.ts';

export function classScores(into: SampleScores, b: number, label: number, pass: Pass, classes: number): void {
  into.labels[b] = label;
  into.loss[b] = pass.loss;
  into.accuracy[b] = pass.accuracy;
  into.scores.set(meanRows(pass.scores, classes), b * classes);
}

export function recordForward(into: Recording, b: number, plan: NetworkPlan, pass: Pass): void {
  const size = (l: number): number => lengthOf(plan.layers[l]!.output);
  for (const [l, array] of into.spikes) array.set(pass.layers[l]!.o, b * plan.steps * size(l));
  for (const [l, array] of into.potentials) array.set(pass.layers[l]!.u, b * plan.steps * size(l));
  for (const [l, array] of into.counts)
    array.set(
      meanRows(pass.layers[l]!.o, size(l)).map((mean) => Math.round(mean * plan.steps)),
      b * size(l),
    );
  into.features?.set(featuresOf(plan, pass), b * (into.features.length / into.samples.labels.length));
}

function featuresOf(plan: NetworkPlan, pass: Pass): Float64Array {
  const l = featureLayer(plan);
  const layer = plan.layers[l]!;
  const o = handedOn(layer, pass.layers[l]!.u, pass.layers[l]!.o);
  const size = lengthOf(layer.output);
  const gated = pass.layers[l]!.history !== undefined;
  return gated && plan.readout.decode === 'last' ? o.slice(-size) : meanRows(o, size);
}

export function recordBackward(into: Recording, b: number, record: { delta: Float64Array[]; dx?: Float64Array }): void {
  for (const [l, array] of into.delta) array.set(record.delta[l]!, b * record.delta[l]!.length);
  into.inputGradient?.set(record.dx!, b * record.dx!.length);
}

/** Mean over the rows of a matrix. */
function meanRows(matrix: Float64Array, columns: number): Float64Array {
  const rows = matrix.length / columns;
  const mean = new Float64Array(columns);
  matrix.forEach((x, i) => {
    mean[i % columns]! += x / rows;
  });
  return mean;
}
