/** A batch through all layers of a network and back: [T, B, N] for T steps, B samples, N neurons. */
import type { Tensor, Tensor1D, TensorContainerObject } from '@tensorflow/tfjs-core';
import { layerParameters } from '../../models/parameters.ts';
import { INPUT, type LayerPlan, type NetworkPlan } from '../../models/plan.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import { type Input, type Parts, receive, receiveBackward, rows } from './connection.ts';
import { type GatedTrace, gatedBackward, gatedForward } from './gated.ts';
import { type InitialState, type LifTrace, lifBackward, lifForward, sumOf } from './lif.ts';
import { type Statistics, statisticsOf } from './norm.ts';
import { accuracyOf, decode, decodeBackward, lossOf } from './readout.ts';

/** The parameters, or something for each of them, by name. */
export type Tensors = ReadonlyMap<string, Tensor>;

export interface Samples {
  input: Input;
  /** [B] */
  labels: Tensor1D;
}

/** What training draws for a batch, by the layer. */
export interface BatchDraws {
  /** Factors of dropout [B, N] on what a hidden layer hands on. */
  dropoutMasks: (Tensor | undefined)[];
  initial: (InitialState | undefined)[];
  /** Whether normalisations take the statistics of the batch. */
  training: boolean;
}

export interface Pass {
  /** What each layer read. */
  inputs: Input[];
  /** u of spiking neurons and integrators; the states of an RNN, LSTM or GRU, which are also what it hands on. */
  layers: (LifTrace & { gated?: GatedTrace })[];
  /** Of the batch, where normalisations took those: by layer. */
  statistics: Map<number, Statistics>;
  /** [R, B, C] */
  scores: Tensor;
  /** Of each sample [B]; the slope by the scores. */
  loss: Tensor;
  slope: Tensor;
  accuracy: Tensor;
}

export function forward(
  tf: TensorFlow,
  plan: NetworkPlan,
  parameters: Tensors,
  { input, labels }: Samples,
  { dropoutMasks, initial, training }: BatchDraws,
): Pass {
  const inputs: Input[] = [];
  const layers: Pass['layers'] = [];
  const statistics: Pass['statistics'] = new Map();
  /** What each layer hands on, by its name. */
  const outputs = new Map([[INPUT, input]]);
  plan.layers.forEach((layer, l) => {
    const { connection } = layer;
    const below = summed(tf, layer.input.map((name) => outputs.get(name)!)); // biome-ignore format: one line
    if (training && connection.kind === 'norm')
      statistics.set(
        l,
        tidied(tf, () => statisticsOf(tf, connection, rows(tf, below.x))),
      );
    const p = { ...partsOf(layer, parameters), ...statistics.get(l) };
    const trace = tidied(tf, () => {
      const received = receive(tf, layer, below, p, plan.steps);
      return layerForward(tf, layer, p, received, initial[l]);
    });
    inputs.push(below);
    layers.push(trace);
    const handed = trace.o ?? trace.u;
    outputs.set(layer.name, { x: dropoutMasks[l] ? tf.mul(handed, dropoutMasks[l]) : handed, constant: false });
  });
  const { u, o } = layers.at(-1)!;
  const scores = decode(tf, plan.readout, u, o);
  return {
    inputs,
    layers,
    statistics,
    scores,
    accuracy: accuracyOf(tf, scores, labels),
    ...lossOf(tf, plan.loss, scores, labels),
  };
}

export interface BackwardOptions {
  dropoutMasks?: (Tensor | undefined)[];
  /** Factor on the loss of each sample [B]. */
  scale?: Tensor | undefined;
  /** Added to the derivative by every spike of a layer, a number or [B, 1]: what a price on spikes gives. */
  spikePrice?: (layer: number) => Tensor | undefined;
  /** Whether δ is wanted of every layer, and the pass afterwards; else what every layer did is freed once it has been gone through. */
  keeps?: boolean;
  /** Whether the derivative by the input is wanted, too. */
  wantsInput?: boolean;
}

export interface Gradients {
  /** By the parameters: the sum over the samples. */
  parameters: Map<string, Tensor>;
  /** By layer, where they are kept: δ [T, B, N], or dL/da of gates [T, B, G·N]. */
  delta: Tensor[];
  /** [T, B, M] */
  input?: Tensor;
}

/** Backpropagation through time with the surrogate derivative. */
export function backward(
  tf: TensorFlow,
  plan: NetworkPlan,
  parameters: Tensors,
  pass: Pass,
  { dropoutMasks = [], scale, spikePrice, keeps, wantsInput }: BackwardOptions,
): Gradients {
  const gradients: Gradients = { parameters: new Map(), delta: [] };
  const slope = scale ? tf.mul(pass.slope, tf.reshape(scale, [-1, 1])) : pass.slope;
  const { du: dLast, dO: dSpikes } = decodeBackward(tf, plan.readout, pass.layers.at(-1)!.u, slope);
  /** Derivatives by what each layer hands on, from those above. */
  const above = new Map<string, Tensor>();
  const last = plan.layers.length - 1;
  for (let l = last; l >= 0; l--) {
    const layer = plan.layers[l]!;
    const p = { ...partsOf(layer, parameters), ...pass.statistics.get(l) };
    const [du, handed] = l === last ? [dLast, dSpikes] : [undefined, above.get(layer.name)];
    const { delta, found, below } = tidied(tf, () => {
      const price = spikePrice?.(l);
      const dO = price ? tf.add(handed!, price) : handed;
      const { delta, byReceived, ...own } = layerBackward(tf, layer, p, pass.layers[l]!, du, dO);
      const goesOn = wantsInput || layer.input.some((name) => name !== INPUT);
      const options = { ofBatch: pass.statistics.has(l), wantsInput: goesOn ?? false };
      const { input: dx, ...wired } = receiveBackward(tf, layer, pass.inputs[l]!, p, byReceived, options);
      const below = (dx ? layer.input : []).map((name) => {
        const mask = dropoutMasks[plan.layers.findIndex((other) => other.name === name)];
        // Each has a handle of its own, to be freed by itself.
        return tf.clone(sumOf(tf, above.get(name), mask ? tf.mul(dx!, mask) : dx)!);
      });
      return { found: { ...own, ...wired } as Parts, below, delta: keeps ? tf.clone(delta) : undefined };
    });
    if (delta) gradients.delta[l] = delta;
    for (const { name, part } of layerParameters(layer)) gradients.parameters.set(name, found[part]!);
    above.get(layer.name)?.dispose();
    below.forEach((tensor, i) => {
      const name = layer.input[i]!;
      above.get(name)?.dispose();
      above.set(name, tensor);
    });
    if (!keeps) tf.dispose(pass.layers[l]! as object as TensorContainerObject);
  }
  if (wantsInput) gradients.input = above.get(INPUT)!;
  return gradients;
}

/** What a layer receives of several, element by element. */
function summed(tf: TensorFlow, all: readonly Input[]): Input {
  const [first, ...more] = all;
  if (more.length === 0) return first!;
  return { x: tf.addN(all.map(({ x }) => x)), constant: false };
}

/** What f makes; what it only needs on the way is freed at once, not at the end of the batch. */
function tidied<T extends object>(tf: TensorFlow, f: () => T): T {
  return tf.tidy(() => f() as TensorContainerObject) as T;
}

function partsOf(layer: LayerPlan, tensors: Tensors): Parts {
  const parts: Parts = {};
  for (const { name, part } of layerParameters(layer)) parts[part] = tensors.get(name)!;
  return parts;
}

function layerForward(
  tf: TensorFlow,
  { neuron }: LayerPlan,
  p: Parts,
  received: Tensor[],
  initial: InitialState | undefined,
): Pass['layers'][number] {
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
      return lifForward(tf, neuron, p, received, initial);
    case 'linear':
      return { u: tf.stack(received) };
    case 'rnn':
    case 'lstm':
    case 'gru': {
      const gated = gatedForward(tf, neuron, { ...p, recurrent: p.recurrent! }, received);
      return { u: gated.h, gated };
    }
  }
}

function layerBackward(
  tf: TensorFlow,
  { neuron }: LayerPlan,
  p: Parts,
  trace: Pass['layers'][number],
  du: Tensor | undefined,
  dO: Tensor | undefined,
): { delta: Tensor; byReceived: Tensor } & Parts {
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
      return lifBackward(tf, neuron, p, trace, du, dO);
    case 'linear': {
      const d = sumOf(tf, du, dO)!;
      return { delta: d, byReceived: d };
    }
    case 'rnn':
    case 'lstm':
    case 'gru': {
      const dH = sumOf(tf, du, dO)!;
      const gradient = gatedBackward(tf, neuron, { ...p, recurrent: p.recurrent! }, trace.gated!, dH);
      return { ...gradient, byReceived: gradient.delta };
    }
  }
}
