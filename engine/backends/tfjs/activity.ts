/** What evaluations of the tfjs backend count of the activity of neurons: each sample as the reference counts it. */

import type { NetworkPlan } from '../../models/plan.ts';
import { denseInput } from '../../reference/network.ts';
import type { FanOut } from '../activity.ts';
import type { Activity, ActivityOptions, Sample } from '../backend.ts';
import { countPass } from '../reference/activity.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import type { Pass } from './passes.ts';
import { ofSample } from './record.ts';

/** Adds samples from number `first` on to the sums. */
export function countBatch(
  tf: TensorFlow,
  into: Activity,
  first: number,
  samples: readonly Sample[],
  plan: NetworkPlan,
  { inputs, layers }: Pass,
  fanOut: readonly FanOut[],
  options: ActivityOptions,
): void {
  samples.forEach((sample, b) => {
    const traces = layers.map(({ u, o }) => ({
      u: Float64Array.from(ofSample(tf, u, b)),
      o: Float64Array.from(ofSample(tf, o ?? u, b)),
    }));
    const seen = inputs.map(({ x, constant }) =>
      constant ? denseInput(plan, sample) : Float64Array.from(ofSample(tf, x, b)),
    );
    countPass(into, first + b, sample.label, plan, { inputs: seen, layers: traces }, fanOut, options);
  });
}
