/** What the neurons of a network do over the samples of a split, and what a sample costs. */
import type { SpikesResult } from '../../../protocol/analyses/spikes.ts';
import { UserError } from '../../base/errors.ts';
import { ANALYSIS_PARAMS, type AnalysisParams } from '../../experiment/schema.ts';
import { lengthOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import type { Analysis } from '../analysis.ts';
import { leakOf } from '../leaks.ts';
import { efficiencyOf } from './efficiency.ts';
import { MAX_NUMBERS, spikesResult } from './schema.ts';
import { layerStatistics } from './statistics.ts';

/** Stretches of time at most, and in how many samples intervals are looked at, about. */
const MAX_BINS = 128;
export const INTERVAL_SAMPLES = 1000;

export const spikes: Analysis<AnalysisParams<'spikes'>, SpikesResult> = {
  id: 'spikes',
  title: 'Rates by neuron, time and class, silent and saturated neurons, irregularity, synaptic operations.',
  params: ANALYSIS_PARAMS.spikes,
  result: spikesResult,
  async run({ network, data, plan, progress, signal }, { split, samples: wanted, silent, saturated }) {
    const size = data.sizes[split];
    if (size === 0) throw new UserError(`The data set has no ${split} samples; choose another split.`);
    const samples = wanted === 'all' ? size : Math.min(wanted, size);
    const { steps } = plan;
    const stepsPerBin = Math.ceil(steps / binsFor(plan));
    const intervalsEvery = Math.ceil(samples / INTERVAL_SAMPLES);
    const { activity } = await network.evaluate(split, {
      samples,
      activity: { stepsPerBin, intervalsEvery },
      signal,
      onPart: (done) => progress(done / samples),
    });
    if (!activity) throw new Error('The backend counts no activity.');
    const perClass = new Array<number>(plan.classes).fill(0);
    for (const label of activity.labels) perClass[label]!++;
    const parameters = network.parameters();
    const limits = { silent, saturated };
    return {
      split,
      samples,
      perClass,
      steps,
      bins: Math.ceil(steps / stepsPerBin),
      stepsPerBin,
      intervalSamples: Math.ceil(samples / intervalsEvery),
      limits,
      layers: plan.layers.flatMap((layer, l) => {
        const { name, neuron } = layer;
        if (neuron.kind !== 'lif') return [];
        const leak = leakOf(layer, parameters);
        const counted = { samples, perClass, steps, stepsPerBin, limits };
        return [layerStatistics({ layer: l, name, neuron, leak }, activity.layers.get(l)!, counted)];
      }),
      efficiency: efficiencyOf(plan, activity, samples),
    };
  },
};

/** How many stretches of time are told apart, so that the rates of all neurons over time keep within the bounds of an answer. */
export function binsFor({ layers, steps }: NetworkPlan): number {
  const neurons = layers.reduce((sum, { neuron, output }) => sum + (neuron.kind === 'lif' ? lengthOf(output) : 0), 0);
  return Math.max(1, Math.min(MAX_BINS, steps, Math.floor(MAX_NUMBERS / 2 / Math.max(1, neurons))));
}
