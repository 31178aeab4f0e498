/** From counts of spikes to what is said of a spiking layer. N neurons, C classes. */
import type { Irregularity, SpikingLayerResult } from '../../../protocol/analyses/spikes.ts';
import { meanOf } from '../../../protocol/statistics.ts';
import type { LayerActivity } from '../../backends/backend.ts';
import { SURROGATES } from '../../models/neuron.ts';
import type { Lif } from '../../models/plan.ts';
import { rounded, sampleSpreadOf } from '../numbers.ts';

/** Rates fall into this many equal parts of [0, 1]. */
const PARTS = 50;

export interface Counted {
  samples: number;
  /** [C] */
  perClass: number[];
  steps: number;
  stepsPerBin: number;
  limits: { silent: number; saturated: number };
}

/** @param leak k of each neuron [N] */
export function layerStatistics(
  { layer, name, neuron, leak }: { layer: number; name: string; neuron: Lif; leak: Float64Array },
  { byTime, byClass, inWindow, pairs, cv2, lv }: LayerActivity,
  { samples, perClass, steps, stepsPerBin, limits }: Counted,
): SpikingLayerResult {
  const N = leak.length;
  const bins = Math.ceil(steps / stepsPerBin);
  const stepsOf = (bin: number): number => Math.min(steps, (bin + 1) * stepsPerBin) - bin * stepsPerBin;
  const neurons = Array.from({ length: N }, (_, n) => n);
  const rates = neurons.map((n) => {
    let spikes = 0;
    for (let bin = 0; bin < bins; bin++) spikes += byTime[bin * N + n]!;
    return spikes / (samples * steps);
  });
  const overTime = Array.from({ length: bins }, (_, bin) => {
    const spikes = byTime.subarray(bin * N, (bin + 1) * N).reduce((a, b) => a + b, 0);
    return spikes / (samples * stepsOf(bin) * N);
  });
  const ofClasses = neurons.map((n) => perClass.map((own, c) => (own > 0 ? byClass[c * N + n]! / (own * steps) : 0)));
  const preferences = ofClasses.map((own) => preference(own, perClass));
  const shares = neurons.map((n) => inWindow[n]! / (samples * steps));
  return {
    layer,
    name,
    neurons: N,
    rate: rounded(meanOf(rates)),
    rates: rates.map((x) => rounded(x)),
    histogram: histogram(rates, PARTS),
    rateOverTime: overTime.map((x) => rounded(x)),
    neuronOverTime: neurons.flatMap((n) =>
      overTime.map((_, bin) => rounded(byTime[bin * N + n]! / (samples * stepsOf(bin)), 4)),
    ),
    neuronByClass: ofClasses.flat().map((x) => rounded(x, 4)),
    preferredClass: preferences.map((one) => one?.best ?? null),
    selectivity: preferences.map((one) => (one ? rounded(one.index, 4) : null)),
    silent: rates.filter((x) => x <= limits.silent).length,
    saturated: rates.filter((x) => x >= limits.saturated).length,
    leak: Array.from(leak, (k) => rounded(k)),
    leakLearned: typeof neuron.leak !== 'number',
    window: {
      threshold: neuron.threshold,
      halfWidth: neuron.surrogate.width,
      bounded: SURROGATES[neuron.surrogate.shape].windowed,
      share: rounded(meanOf(shares)),
      shares: shares.map((x) => rounded(x, 4)),
      never: shares.filter((x) => x === 0).length,
    },
    cv2: irregularityOf(cv2, pairs),
    lv: irregularityOf(lv, pairs),
  };
}

/** Values in [0, 1] by equal parts of it; 1 belongs to the last. */
export function histogram(values: readonly number[], parts: number): number[] {
  const counts = new Array<number>(parts).fill(0);
  for (const x of values) counts[Math.min(parts - 1, Math.floor(x * parts))]!++;
  return counts;
}

/**
 * The class with the highest rate, and the class selectivity index (μ_max − μ_rest) / (μ_max + μ_rest) with the mean rate over
 * the other classes (Morcos et al., 2018): 0 alike for all, 1 for one class alone. Undefined for a silent neuron, and below
 * two classes with samples.
 */
export function preference(
  rates: readonly number[],
  perClass: readonly number[],
): { best: number; index: number } | undefined {
  const classes = rates.flatMap((rate, c) => (perClass[c]! > 0 ? [{ rate, c }] : []));
  const best = classes.reduce((a, b) => (b.rate > a.rate ? b : a), { rate: 0, c: -1 });
  if (best.c < 0 || classes.length < 2) return undefined;
  const rest = meanOf(classes.filter(({ c }) => c !== best.c).map(({ rate }) => rate));
  return { best: best.c, index: (best.rate - rest) / (best.rate + rest) };
}

/** Mean term of the pairs of intervals of each neuron, and over the neurons that have one. */
function irregularityOf(terms: Float64Array, pairs: Float64Array): Irregularity {
  const values = Array.from(terms, (sum, n) => (pairs[n]! > 0 ? sum / pairs[n]! : null));
  const known = values.filter((x) => x !== null);
  const spread = known.length > 0 ? sampleSpreadOf(known) : undefined;
  return {
    values: values.map((x) => (x === null ? null : rounded(x, 4))),
    neurons: known.length,
    mean: spread?.mean ?? null,
    deviation: spread?.deviation ?? null,
  };
}
