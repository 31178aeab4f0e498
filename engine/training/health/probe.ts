/**
 * A small look into a network while it trains: a handful of training samples, always the same ones. It is a probe, so that
 * no parameter, moment or random number is touched, and no test sample is seen.
 */
import type { Network, Recording } from '../../backends/backend.ts';
import { layerParameters, lengthOf } from '../../models/parameters.ts';
import type { LayerPlan, Lif, NetworkPlan } from '../../models/plan.ts';
import type { Share } from './diagnose.ts';

/** Of the training set, and potentials that a probe records at most. */
const MAX_SAMPLES = 16;
const LEAST_SAMPLES = 4;
const PART = 200;
const MAX_POTENTIALS = 16e6;

export interface LayerProbe {
  /** Spikes of each neuron in each step, mean over samples and steps [N]; absent in layers that do not spike. */
  rates?: Float64Array;
  /** The same spikes counted, of all neurons together; absent likewise. */
  fired?: Share;
  /** Potentials u with |u − θ| < width of the surrogate; absent likewise. */
  window?: Share;
  /** Of the potentials above 0 those that reach the threshold; absent likewise, and without a reset, which keeps them there. */
  reached?: Share;
  /** Euclidean norm of the gradient of the mean loss by all parameters of the layer. */
  gradient: number;
}

/** Numbers of the samples: evenly spread over the training set, at most a two-hundredth of it where that is enough. */
export function probedSamples(plan: NetworkPlan, trainSamples: number): number[] {
  const potentials = plan.layers.reduce((sum, { output }) => sum + plan.steps * lengthOf(output), 0);
  const wanted = Math.min(MAX_SAMPLES, Math.max(LEAST_SAMPLES, Math.floor(trainSamples / PART)));
  const count = Math.max(1, Math.min(trainSamples, wanted, Math.floor(MAX_POTENTIALS / potentials)));
  return Array.from({ length: count }, (_, i) => Math.floor((i * trainSamples) / count));
}

/** @param samples numbers of training samples. One entry for each layer of the plan. */
export async function probeLayers(
  network: Network,
  plan: NetworkPlan,
  samples: readonly number[],
): Promise<LayerProbe[]> {
  const spiking = plan.layers.flatMap(({ neuron }, l) => (neuron.kind === 'lif' ? [l] : []));
  const ask = { counts: spiking, potentials: spiking, parameterGradient: true };
  const recording = await network.probe({ split: 'train', indices: samples }, ask);
  return plan.layers.map((layer, l) => ({
    ...(layer.neuron.kind === 'lif' && {
      rates: ratesOf(recording.counts.get(l)!, samples.length, plan.steps),
      fired: firedOf(recording.counts.get(l)!, plan.steps),
      window: windowOf(recording.potentials.get(l)!, layer.neuron),
      ...(layer.neuron.reset !== 'none' && { reached: reachedOf(recording.potentials.get(l)!, layer.neuron) }),
    }),
    gradient: gradientNorm(layer, recording),
  }));
}

/** @param counts [B, N] */
function ratesOf(counts: Uint32Array, samples: number, steps: number): Float64Array {
  const neurons = counts.length / samples;
  const rates = new Float64Array(neurons);
  for (let i = 0; i < counts.length; i++) rates[i % neurons]! += counts[i]! / (samples * steps);
  return rates;
}

/** @param counts [B, N] */
function firedOf(counts: Uint32Array, steps: number): Share {
  return { part: counts.reduce((sum, count) => sum + count, 0), of: counts.length * steps };
}

/** @param potentials [B, T, N] */
function windowOf(potentials: Float32Array, { threshold, surrogate: { width } }: Lif): Share {
  let part = 0;
  for (let i = 0; i < potentials.length; i++) if (Math.abs(potentials[i]! - threshold) < width) part++;
  return { part, of: potentials.length };
}

/** @param potentials [B, T, N] */
function reachedOf(potentials: Float32Array, { threshold }: Lif): Share {
  let part = 0;
  let of = 0;
  for (let i = 0; i < potentials.length; i++) {
    if (potentials[i]! > 0) of++;
    if (potentials[i]! > 0 && potentials[i]! >= threshold) part++;
  }
  return { part, of };
}

function gradientNorm(layer: LayerPlan, { parameterGradient = [] }: Recording): number {
  const names = new Set(layerParameters(layer).map(({ name }) => name));
  let squares = 0;
  for (const { name, data } of parameterGradient) if (names.has(name)) for (const g of data) squares += g * g;
  return Math.sqrt(squares);
}
