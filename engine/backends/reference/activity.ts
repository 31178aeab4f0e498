/** What evaluations of the reference backend count of the activity of neurons, as the definitions have it. */
import { lengthOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import type { Pass } from '../../reference/network.ts';
import { type FanOut, irregularity } from '../activity.ts';
import type { Activity, ActivityOptions } from '../backend.ts';

/** Adds sample `index` to the sums. */
export function countPass(
  into: Activity,
  index: number,
  label: number,
  plan: NetworkPlan,
  pass: Pick<Pass, 'inputs' | 'layers'>,
  fanOut: readonly FanOut[],
  { stepsPerBin, intervalsEvery }: ActivityOptions,
): void {
  const { steps, readout } = plan;
  into.labels[index] = label;
  into.inputs[index] = pass.inputs[0]!.filter((x) => x !== 0).length;
  into.graded[index] = Number(pass.inputs[0]!.some((x) => x !== 0 && x !== 1));
  plan.layers.forEach(({ neuron, output }, l) => {
    const N = lengthOf(output);
    const { below, within } = fanOut[l]!;
    const reads = neuron.kind === 'linear' && l === plan.layers.length - 1;
    const seen = reads ? readBy(pass.inputs[l]!, steps, readout.decode) : pass.inputs[l]!;
    into.below[l]![index] = synapses(seen, below);
    const { u, o } = pass.layers[l]!;
    // What a layer gives in its last step it does not receive any more.
    if (within) into.within.get(l)![index] = synapses(o.subarray(0, (steps - 1) * N), within);
    const sums = into.layers.get(l);
    if (!sums || neuron.kind !== 'lif') return;
    for (let n = 0; n < N; n++) {
      const times: number[] = [];
      for (let t = 0; t < steps; t++) {
        if (Math.abs(u[t * N + n]! - neuron.threshold) < neuron.surrogate.width) sums.inWindow[n]!++;
        if (o[t * N + n] !== 0) times.push(t);
      }
      for (const t of times) sums.byTime[Math.floor(t / stepsPerBin) * N + n]!++;
      sums.byClass[label * N + n]! += times.length;
      if (index % intervalsEvery !== 0) continue;
      const intervals = times.slice(1).map((t, i) => t - times[i]!);
      intervals.slice(1).forEach((interval, i) => {
        const { cv2, lv } = irregularity(intervals[i]!, interval);
        sums.pairs[n]!++;
        sums.cv2[n]! += cv2;
        sums.lv[n]! += lv;
      });
    }
  });
}

/** What a linear readout sees of states [T, N]: the last ones or their mean [N]. */
function readBy(states: Float64Array, steps: number, decode: NetworkPlan['readout']['decode']): Float64Array {
  const N = states.length / steps;
  if (decode === 'last') return states.slice(-N);
  return Float64Array.from({ length: N }, (_, n) => {
    let sum = 0;
    for (let t = 0; t < steps; t++) sum += states[t * N + n]!;
    return sum;
  });
}

/** Synapses behind the inputs [T, M] that are not zero. */
function synapses(inputs: Float64Array, fanOut: Float64Array): number {
  return inputs.reduce((sum, x, i) => (x === 0 ? sum : sum + fanOut[i % fanOut.length]!), 0);
}
