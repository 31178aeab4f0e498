/**
 * A whole network on a batch of samples, float64: the layers one after another, then the readout, and the same backwards.
 * Samples meet in normalisations alone, and there while a network trains; `forward` and `backward` are of one sample.
 */
import { lengthOf, parametersOf } from '../models/parameters.ts';
import {
  connectionName,
  gatesOf,
  INPUT,
  isGated,
  type LayerPlan,
  type NetworkPlan,
  shareOfBatch,
} from '../models/plan.ts';
import {
  handedOn,
  type LayerTrace,
  layerBackward,
  layerForward,
  type Parameters,
  partsOf,
  zeroParts,
} from './layer.ts';
import type { InitialState } from './lif.ts';
import { type NormParameters, running, type Statistics, statisticsOf, throughStatistics, valuesOf } from './norm.ts';
import { accuracy, decodeBackward, decodeForward, lossBackward, lossForward } from './readout.ts';

export type { Parameters } from './layer.ts';

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
  /** Any real input [T, inputs] in place of the sample's: for finite differences. */
  input?: Float64Array;
  /** u[-1] and o[-1] of every layer that does not start at rest; default: their mean. */
  initial?: (InitialState | undefined)[] | undefined;
  /** Dropout: the factor on what those above receive of each neuron, by layer [N]; nothing: 1. */
  dropoutMasks?: readonly (Float64Array | undefined)[] | undefined;
}

export interface Pass {
  /** Input of every layer [T, M]. */
  inputs: Float64Array[];
  layers: LayerTrace[];
  /** [1, classes], or [window, classes] for each-step. */
  scores: Float64Array;
  loss: number;
  accuracy: number;
  /** Spikes per neuron and step, for every layer of spiking neurons. */
  spikeRates: number[];
}

export interface BatchPass {
  passes: Pass[];
  /** The parameters that it took place with: in training the statistics of normalisations are those of the batch. */
  params: Parameters;
  training: boolean;
}

/** Why the reference cannot run a network, in one sentence; undefined when it can. */
export function refuses({ layers }: NetworkPlan): string | undefined {
  for (const [l, { connection, neuron }] of layers.entries())
    if (connection.kind !== 'dense' && isGated(neuron))
      return `Layer ${l + 1} is a ${neuron.kind} behind ${connectionName(connection)}, which the reference does not have: use a dense layer.`;
  return undefined;
}

/** Runs a sample through the network. Throws a RangeError where `refuses` has a reason to. */
export function forward(plan: NetworkPlan, params: Parameters, sample: Sample, options: ForwardOptions = {}): Pass {
  return forwardBatch(plan, params, [sample], { each: [options] }).passes[0]!;
}

/** Runs samples through the network. Throws as `forward`. @param each what holds for a sample, in their order */
export function forwardBatch(
  plan: NetworkPlan,
  parameters: Parameters,
  samples: readonly Sample[],
  { each = [], training = false }: { each?: readonly ForwardOptions[]; training?: boolean } = {},
): BatchPass {
  const reason = refuses(plan);
  if (reason) throw new RangeError(reason);
  checkParameters(plan, parameters);
  const params = { ...parameters };
  const rows = samples.map((sample, b) => {
    const { input = denseInput(plan, sample), ...options } = each[b] ?? {};
    // What each layer hands on, by its name.
    return {
      sample,
      options,
      inputs: [] as Float64Array[],
      layers: [] as LayerTrace[],
      outputs: new Map([[INPUT, input]]),
    };
  });
  plan.layers.forEach((layer, i) => {
    const { name, connection, neuron } = layer;
    for (const row of rows) row.inputs.push(sumOf(layer.input.map((from) => row.outputs.get(from)!)));
    if (training && connection.kind === 'norm')
      setStatistics(params, layer, statisticsOf(connection, rows.map(({ inputs }) => inputs[i]!))); // biome-ignore format: one line
    const attached = neuron.kind === 'lif' && neuron.resetGradient;
    for (const { options, inputs, layers, outputs } of rows) {
      const trace = layerForward(layer, params, inputs[i]!, plan.steps, {
        smooth: options.smooth ?? false,
        resetSpikes: attached ? undefined : options.resetSpikes?.[i],
        initial: options.initial?.[i],
      });
      layers.push(trace);
      outputs.set(name, dropped(handedOn(layer, trace.u, trace.o), options.dropoutMasks?.[i]));
    }
  });
  return { params, training, passes: rows.map(({ sample, ...row }) => passOf(plan, sample, row)) };
}

function passOf(plan: NetworkPlan, { label }: Sample, { inputs, layers }: Pick<Pass, 'inputs' | 'layers'>): Pass {
  const { steps, classes } = plan;
  const scores = decodeForward(plan.readout, steps, classes, layers.at(-1)!);
  return {
    inputs,
    layers,
    scores,
    loss: lossForward(plan.loss, scores, classes, label),
    accuracy: accuracy(scores, classes, label),
    spikeRates: layers.flatMap(({ o }, i) =>
      plan.layers[i]!.neuron.kind === 'lif' ? [o.reduce((sum, spike) => sum + spike, 0) / o.length] : [],
    ),
  };
}

export interface BackwardOptions extends Pick<ForwardOptions, 'dropoutMasks'> {
  /** Factor on the loss of the sample. */
  scale?: number;
  /** Added to the derivative by every spike of a layer, by its place: what a price on spikes gives. */
  spikePrice?: (layer: number) => number;
  /** Filled with the derivatives on the way: δ of every layer, and by the input [T, inputs]. */
  record?: { delta: Float64Array[]; dx?: Float64Array };
}

/** Gradient of the sample's loss by every parameter: backpropagation through time with the surrogate derivative. */
export function backward(
  plan: NetworkPlan,
  params: Parameters,
  sample: Sample,
  pass: Pass,
  options: BackwardOptions = {},
): Parameters {
  return backwardBatch(plan, { passes: [pass], params, training: false }, [sample], [options]);
}

/** Gradient of the mean loss of the samples; what is recorded is of their sum. */
export function backwardBatch(
  plan: NetworkPlan,
  { passes, params, training }: BatchPass,
  samples: readonly Sample[],
  each: readonly BackwardOptions[] = [],
): Parameters {
  const { steps, classes, layers } = plan;
  const grads = zeroParameters(plan);
  const rows = samples.map(({ label }, b) => {
    const { scale = 1, ...options } = each[b] ?? {};
    const pass = passes[b]!;
    /** Derivatives of the loss by u and o of each layer, by its name. */
    const zeros = () => new Map(layers.map(({ name, output }) => [name, new Float64Array(steps * lengthOf(output))]));
    const [du, dO] = [zeros(), zeros()];
    const last = layers.at(-1)!.name;
    const dScores = lossBackward(plan.loss, pass.scores, classes, label).map((d) => scale * d);
    decodeBackward(plan.readout, steps, classes, pass.layers.at(-1)!, dScores, du.get(last)!, dO.get(last)!);
    return { pass, options, du, dO };
  });
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const sums = zeroParts(layer);
    const dxs = rows.map(({ pass, options, du, dO }) => {
      const { record, spikePrice } = options;
      const x = pass.inputs[i]!;
      const dx = layer.input.join() === INPUT && !record ? undefined : new Float64Array(x.length);
      const delta = record && new Float64Array(steps * gatesOf(layer.neuron) * lengthOf(layer.output));
      const price = spikePrice?.(i) ?? 0;
      const byO = dO.get(layer.name)!.map((d) => d + price);
      const own = zeroParts(layer);
      layerBackward(layer, params, x, steps, pass.layers[i]!, du.get(layer.name)!, byO, own, dx, delta);
      if (record) record.delta[i] = delta!;
      for (const [name, values] of Object.entries(own)) {
        addTo(sums[name]!, values);
        addTo(grads[name]!, values, 1 / rows.length);
      }
      return dx;
    });
    const { connection } = layer;
    const there = dxs.filter((dx) => dx !== undefined);
    if (training && connection.kind === 'norm' && there.length > 0) {
      const xs = passes.map(({ inputs }) => inputs[i]!);
      throughStatistics(connection, normOf(layer, params), xs, normOf(layer, sums), there);
    }
    rows.forEach(({ options, du, dO }, b) => {
      const dx = dxs[b];
      for (const name of dx ? layer.input : []) {
        const below = layers.findIndex((other) => other.name === name);
        if (below >= 0)
          addTo(handedOn(layers[below]!, du.get(name)!, dO.get(name)!), dropped(dx!, options.dropoutMasks?.[below]));
        else if (options.record) options.record.dx = addTo(options.record.dx ?? new Float64Array(dx!.length), dx!);
      }
    });
  }
  return grads;
}

/** The running statistics of all normalisations after batch number `t` that is trained on, by name. */
export function runningStatistics(
  plan: NetworkPlan,
  before: Parameters,
  { passes, params }: BatchPass,
  t: number,
): Parameters {
  const found: Parameters = {};
  plan.layers.forEach((layer, i) => {
    const { connection } = layer;
    if (connection.kind !== 'norm') return;
    const n = valuesOf(connection, passes.map(({ inputs }) => inputs[i]!)); // biome-ignore format: one line
    setStatistics(found, layer, running(shareOfBatch(connection, t), normOf(layer, before), normOf(layer, params), n));
  });
  return found;
}

const normOf = (layer: LayerPlan, params: Parameters): NormParameters => partsOf(layer, params) as NormParameters;

function setStatistics(params: Parameters, { name }: LayerPlan, { mean, variance }: Statistics): void {
  Object.assign(params, { [`${name}.mean`]: mean, [`${name}.variance`]: variance });
}

/** What a layer receives of several, element by element. */
function sumOf(all: readonly Float64Array[]): Float64Array {
  const [first, ...more] = all;
  if (more.length === 0) return first!;
  return more.reduce((sum, values) => addTo(sum, values), first!.slice());
}

/** sum + factor·more, in place. */
function addTo(sum: Float64Array, more: Float64Array, factor = 1): Float64Array {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * more[i]!;
  return sum;
}

/** x·m [T, N] with a factor m [N] for each neuron; x itself without one. */
function dropped(x: Float64Array, mask: Float64Array | undefined): Float64Array<ArrayBuffer> {
  return Float64Array.from(x, (value, i) => (mask ? value * mask[i % mask.length]! : value));
}

/** Zeros in the shape of every parameter. */
export function zeroParameters({ layers }: NetworkPlan): Parameters {
  return Object.assign({}, ...layers.map(zeroParts)) as Parameters;
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

function checkParameters(plan: NetworkPlan, params: Parameters): void {
  for (const { name, shape } of parametersOf(plan)) {
    const length = lengthOf(shape);
    const seen = params[name]?.length ?? 'nothing';
    if (seen !== length) throw new RangeError(`${name} must have ${length} values [${shape}], not ${seen}.`);
  }
}
