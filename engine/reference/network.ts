/** A whole network on one sample, float64: the layers one after another, then the readout, and the same backwards. */

import { MEAN_STATE } from '../models/initial-state.ts';
import { layerParameters, lengthOf, type Part, parametersOf } from '../models/parameters.ts';
import {
  connectionName,
  gatesOf,
  INPUT,
  isGated,
  type LayerPlan,
  type NetworkPlan,
  type NeuronPlan,
  unreachable,
} from '../models/plan.ts';
import type { Wiring } from './connection.ts';
import { type GatedLayer, type GatedParameters, type GatedStep, gatedBackward, gatedForward } from './gated.ts';
import {
  type InitialState,
  type LifOptions,
  type LifParameters,
  type LifTrace,
  lifBackward,
  lifForward,
} from './lif.ts';
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
  /** Any real input [T, inputs] in place of the sample's: for finite differences. */
  input?: Float64Array;
  /** u[-1] and o[-1] of every layer that does not start at rest; default: their mean. */
  initial?: (InitialState | undefined)[] | undefined;
  /** Dropout: the factor on what those above receive of each neuron, by layer [N]; nothing: 1. */
  dropoutMasks?: readonly (Float64Array | undefined)[] | undefined;
}

/** Of an RNN, LSTM or GRU, u and o are both the state h [T, N]; of a linear layer, u is what it gives. */
export interface LayerTrace extends LifTrace {
  /** Of an RNN, LSTM or GRU: what led to h in every step. */
  history?: GatedStep[];
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

/** Why the reference cannot run a network, in one sentence; undefined when it can. */
export function refuses({ layers }: NetworkPlan): string | undefined {
  for (const { name, connection, neuron } of layers) {
    const what = connectionName(connection);
    if (connection.kind === 'norm')
      return `Layer ${name} is ${what}, which the reference does not have, since it is of whole batches: change the network.`;
    if (connection.kind !== 'dense' && isGated(neuron))
      return `Layer ${name} is a ${neuron.kind} behind ${what}, which the reference does not have: use a dense layer.`;
  }
  return undefined;
}

/** Runs a sample through the network. Throws a RangeError where `refuses` has a reason to. */
export function forward(plan: NetworkPlan, params: Parameters, sample: Sample, options: ForwardOptions = {}): Pass {
  checkParameters(plan, params);
  const { steps, classes } = plan;
  const inputs: Float64Array[] = [];
  const layers: LayerTrace[] = [];
  /** What each layer hands on, by its name. */
  const outputs = new Map([[INPUT, options.input ?? denseInput(plan, sample)]]);
  wiredLayers(plan).forEach((layer, i) => {
    const attached = layer.neuron.kind === 'lif' && layer.neuron.resetGradient;
    const resetSpikes = attached ? undefined : options.resetSpikes?.[i];
    const x = sumOf(layer.input.map((name) => outputs.get(name)!));
    const initial = options.initial?.[i] ?? meanState(layer);
    const trace = layerForward(layer, params, x, steps, { smooth: options.smooth ?? false, resetSpikes, initial });
    inputs.push(x);
    layers.push(trace);
    outputs.set(layer.name, dropped(handedOn(layer, trace.u, trace.o), options.dropoutMasks?.[i]));
  });
  const scores = decodeForward(plan.readout, steps, classes, layers.at(-1)!);
  return {
    inputs,
    layers,
    scores,
    loss: lossForward(plan.loss, scores, classes, sample.label),
    accuracy: accuracy(scores, classes, sample.label),
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
  { dropoutMasks, scale = 1, spikePrice, record }: BackwardOptions = {},
): Parameters {
  const { steps, classes } = plan;
  const grads = zeroParameters(plan);
  const layers = wiredLayers(plan);
  /** Derivatives of the loss by u and o of each layer, by its name. */
  const du = new Map(layers.map(({ name, output }) => [name, new Float64Array(steps * lengthOf(output))]));
  const dO = new Map(layers.map(({ name, output }) => [name, new Float64Array(steps * lengthOf(output))]));
  const last = layers.at(-1)!.name;
  const dScores = lossBackward(plan.loss, pass.scores, classes, sample.label).map((d) => scale * d);
  decodeBackward(plan.readout, steps, classes, pass.layers.at(-1)!, dScores, du.get(last)!, dO.get(last)!);
  for (let i = layers.length - 1; i >= 0; i--) {
    const layer = layers[i]!;
    const x = pass.inputs[i]!;
    const dx = layer.input.join() === INPUT && !record ? undefined : new Float64Array(x.length);
    const delta = record && new Float64Array(steps * gatesOf(layer.neuron) * lengthOf(layer.output));
    const price = spikePrice?.(i) ?? 0;
    const byO = dO.get(layer.name)!.map((d) => d + price);
    layerBackward(layer, params, x, steps, pass.layers[i]!, du.get(layer.name)!, byO, grads, dx, delta);
    if (record) record.delta[i] = delta!;
    for (const name of dx ? layer.input : []) {
      const below = layers.findIndex((other) => other.name === name);
      if (below >= 0)
        addTo(handedOn(layers[below]!, du.get(name)!, dO.get(name)!), dropped(dx!, dropoutMasks?.[below]));
      else if (record) record.dx = addTo(record.dx ?? new Float64Array(dx!.length), dx!);
    }
  }
  return grads;
}

type WiredLayer = LayerPlan<NeuronPlan, Wiring>;

/** What those above see of a layer: its spikes; of a linear one, and of the states of an RNN, LSTM or GRU, what it gives. */
const handedOn = <X>({ neuron }: LayerPlan, u: X, o: X): X => (neuron.kind === 'linear' ? u : o);

/** What a layer receives of several, element by element. */
function sumOf(all: readonly Float64Array[]): Float64Array {
  const [first, ...more] = all;
  if (more.length === 0) return first!;
  return more.reduce(addTo, first!.slice());
}

function addTo(sum: Float64Array, more: Float64Array): Float64Array {
  for (let i = 0; i < sum.length; i++) sum[i]! += more[i]!;
  return sum;
}

/** Where a layer starts when nothing is drawn; undefined: at 0. */
function meanState({ neuron, output }: WiredLayer): InitialState | undefined {
  if (!('initialState' in neuron) || neuron.initialState !== 'random') return undefined;
  const mean = new Float64Array(lengthOf(output)).fill(MEAN_STATE);
  return { u: mean, o: mean };
}

function wiredLayers(plan: NetworkPlan): WiredLayer[] {
  const reason = refuses(plan);
  if (reason) throw new RangeError(reason);
  return plan.layers as WiredLayer[];
}

function layerForward(
  { neuron, ...layer }: WiredLayer,
  params: Parameters,
  x: Float64Array,
  steps: number,
  options: LifOptions,
): LayerTrace {
  const p = partsOf({ ...layer, neuron }, params);
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
    case 'linear':
      return lifForward({ ...layer, neuron }, p, x, steps, options);
    case 'rnn':
    case 'lstm':
    case 'gru': {
      const { h, history } = gatedForward({ ...layer, neuron } as GatedLayer, p, x, steps);
      return { u: h, o: h, history };
    }
    default:
      return unreachable(neuron);
  }
}

/** Adds to `grads` and `dx` [T, M] what belongs to the derivatives by u and o [T, N]. */
function layerBackward(
  { neuron, ...layer }: WiredLayer,
  params: Parameters,
  x: Float64Array,
  steps: number,
  trace: LayerTrace,
  du: Float64Array,
  dO: Float64Array,
  grads: Parameters,
  dx?: Float64Array,
  deltas?: Float64Array,
): void {
  const p = partsOf({ ...layer, neuron }, params);
  const grad = partsOf({ ...layer, neuron }, grads);
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
    case 'linear':
      lifBackward({ ...layer, neuron }, p, x, steps, trace, du, dO, grad, dx, deltas);
      break;
    case 'rnn':
    case 'lstm':
    case 'gru': {
      const dH = dO.map((d, i) => d + du[i]!);
      gatedBackward({ ...layer, neuron } as GatedLayer, p, x, trace.history!, dH, grad, dx, deltas);
      break;
    }
    default:
      unreachable(neuron);
  }
}

/** x·m [T, N] with a factor m [N] for each neuron; x itself without one. */
function dropped(x: Float64Array, mask: Float64Array | undefined): Float64Array<ArrayBuffer> {
  return Float64Array.from(x, (value, i) => (mask ? value * mask[i % mask.length]! : value));
}

/** Zeros in the shape of every parameter. */
export function zeroParameters(plan: NetworkPlan): Parameters {
  return Object.fromEntries(parametersOf(plan).map(({ name, shape }) => [name, new Float64Array(lengthOf(shape))]));
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

/** The parameters of one layer by what they are there; `weight` and, of an RNN, LSTM or GRU, `recurrent` are always among them. */
function partsOf(layer: LayerPlan, params: Parameters): LifParameters & GatedParameters {
  const parts: Partial<Record<Part, Float64Array>> = {};
  for (const { name, part } of layerParameters(layer)) parts[part] = params[name]!;
  return parts as LifParameters & GatedParameters;
}

function checkParameters(plan: NetworkPlan, params: Parameters): void {
  for (const { name, shape } of parametersOf(plan)) {
    const length = lengthOf(shape);
    const seen = params[name]?.length ?? 'nothing';
    if (seen !== length) throw new RangeError(`${name} must have ${length} values [${shape}], not ${seen}.`);
  }
}
