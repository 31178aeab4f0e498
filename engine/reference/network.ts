/** A whole network on one sample, float64: the layers one after another, then the readout, and the same backwards. */
import { type LayerPlan, type NetworkPlan, parametersOf } from '../models/network.ts';
import { type LifParameters, type LifTrace, lifBackward, lifForward } from './lif.ts';
import { accuracy, decodeBackward, decodeForward, lossBackward, lossForward } from './readout.ts';

/** Parameters or gradients by name, in the shapes and the order of `parametersOf`. */
export type Parameters = Record<string, Float64Array>;

/** Events as `SampleReader.events` writes them, or the constant input current of every channel. */
export type Sample = { label: number } & (
  | { offsets: ArrayLike<number>; channels: ArrayLike<number> }
  | { current: ArrayLike<number> }
);

export interface ForwardOptions {
  /** Replace the Heaviside step by the surrogate's primitive everywhere: spikes passed on, reset, recurrence. */
  smooth?: boolean;
  /** Spikes of every layer [T, N] that its reset term sees instead of its own (layers that detach the reset only). */
  resetSpikes?: Float64Array[];
  /** Dropout: for every layer but the last [N], the factor on what the next layer receives of each neuron. */
  keep?: Float64Array[] | undefined;
}

export interface Pass {
  /** Input of every layer [T, M]. */
  inputs: Float64Array[];
  /** Potentials and spikes of every layer. */
  layers: LifTrace[];
  /** [1, classes], or [window, classes] for each-step. */
  scores: Float64Array;
  loss: number;
  accuracy: number;
  /** Spikes per neuron and step, for every layer. */
  spikeRates: number[];
}

/** Runs a sample through the network. */
export function forward(plan: NetworkPlan, params: Parameters, sample: Sample, options: ForwardOptions = {}): Pass {
  checkParameters(plan, params);
  const { steps, classes } = plan;
  const inputs = [denseInput(plan, sample)];
  const layers: LifTrace[] = [];
  plan.layers.forEach((layer, i) => {
    const resetSpikes = layer.resetGradient ? undefined : options.resetSpikes?.[i];
    const smooth = options.smooth ?? false;
    const trace = lifForward(layer, layerParameters(layer, params, i), inputs[i]!, steps, { smooth, resetSpikes });
    layers.push(trace);
    inputs.push(dropped(trace.o, options.keep?.[i]));
  });
  const scores = decodeForward(plan.readout, steps, classes, layers.at(-1)!);
  return {
    inputs,
    layers,
    scores,
    loss: lossForward(plan.loss, scores, classes, sample.label),
    accuracy: accuracy(scores, classes, sample.label),
    spikeRates: layers.map(({ o }) => o.reduce((sum, spike) => sum + spike, 0) / o.length),
  };
}

/** Gradient of the sample's loss by every parameter: backpropagation through time with the surrogate derivative. */
export function backward(
  plan: NetworkPlan,
  params: Parameters,
  sample: Sample,
  pass: Pass,
  { keep }: Pick<ForwardOptions, 'keep'> = {},
): Parameters {
  const { steps, classes } = plan;
  const grads = zeroParameters(plan);
  const output = pass.layers.at(-1)!;
  const dScores = lossBackward(plan.loss, pass.scores, classes, sample.label);
  let du = new Float64Array(steps * classes);
  let dO = new Float64Array(steps * classes);
  decodeBackward(plan.readout, steps, classes, output, dScores, du, dO);
  for (let i = plan.layers.length - 1; i >= 0; i--) {
    const layer = plan.layers[i]!;
    const p = layerParameters(layer, params, i);
    const grad = layerParameters(layer, grads, i);
    const x = pass.inputs[i]!;
    const dx = i > 0 ? new Float64Array(x.length) : undefined;
    lifBackward(layer, p, x, steps, pass.layers[i]!, du, dO, grad, dx);
    if (dx) {
      dO = dropped(dx, keep?.[i - 1]);
      du = new Float64Array(x.length);
    }
  }
  return grads;
}

/** x·m [T, N] with a factor m [N] for each neuron; x itself without one. */
function dropped(x: Float64Array, keep: Float64Array | undefined): Float64Array<ArrayBuffer> {
  return Float64Array.from(x, (value, i) => (keep ? value * keep[i % keep.length]! : value));
}

/** Zeros in the shape of every parameter. */
export function zeroParameters(plan: NetworkPlan): Parameters {
  return Object.fromEntries(
    parametersOf(plan).map(({ name, shape }) => [name, new Float64Array(shape.reduce((a, b) => a * b))]),
  );
}

/** The sample as [T, inputs]: how often each channel fired in each step, or the same currents in every step. */
export function denseInput({ steps, inputs }: NetworkPlan, sample: Sample): Float64Array {
  const x = new Float64Array(steps * inputs);
  for (let t = 0; t < steps; t++) {
    if ('current' in sample) x.set(sample.current, t * inputs);
    else for (let e = sample.offsets[t]!; e < sample.offsets[t + 1]!; e++) x[t * inputs + sample.channels[e]!]!++;
  }
  return x;
}

function layerParameters(layer: LayerPlan, params: Parameters, i: number): LifParameters {
  return {
    weight: params[`layers.${i}.weight`]!,
    recurrent: layer.recurrent ? params[`layers.${i}.recurrent`] : undefined,
    bias: layer.bias ? params[`layers.${i}.bias`] : undefined,
    leak: typeof layer.leak === 'object' ? params[`layers.${i}.leak`] : undefined,
  };
}

function checkParameters(plan: NetworkPlan, params: Parameters): void {
  for (const { name, shape } of parametersOf(plan)) {
    const length = shape.reduce((a, b) => a * b);
    const seen = params[name]?.length ?? 'nothing';
    if (seen !== length) throw new RangeError(`${name} must have ${length} values [${shape}], not ${seen}.`);
  }
}
