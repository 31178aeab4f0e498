/** From settings to a network as plain data: what the kernels, the reference and the checkpoints all read. */
import { SettingError } from '../base/errors.ts';
import type { DatasetShape } from '../datasets/dataset.ts';
import {
  type Leak,
  type Model,
  type Neuron,
  neuronSchema,
  type RunSpec,
  type Settings,
  type Surrogate,
} from '../experiment/schema.ts';

export interface LayerPlan {
  inputs: number;
  size: number;
  /** spiking: equations 3 to 11. integrator: u[t] = k·u[t-1] + W·o[t] + b, never fires. */
  kind: 'spiking' | 'integrator';
  bias: boolean;
  weightGain: number;
  threshold: number;
  leak: Leak;
  reset: Neuron['reset'];
  resetGradient: boolean;
  recurrent: boolean;
  recurrentGain: number;
  surrogate: { shape: Surrogate['shape']; width: number; height: number };
}

export interface ReadoutPlan {
  /** rate: mean spikes; mean, last, max: membrane potential; each-step: every step of the window on its own. */
  decode: 'rate' | 'mean' | 'last' | 'max' | 'each-step';
  /** First step of the window; it ends with the last step. */
  from: number;
}

/** A baseline: one layer of units with a state that is not spikes, then a linear layer (reference/recurrent.ts). */
export interface CellPlan {
  kind: Exclude<Model, 'lif'>;
  size: number;
  bias: boolean;
  weightGain: number;
}

export interface NetworkPlan {
  inputs: number;
  classes: number;
  steps: number;
  encoding: DatasetShape['encoding'];
  /** Layers of neurons, the last one read out; none where there is a `cell`. */
  layers: LayerPlan[];
  cell?: CellPlan;
  /** With a `cell`: what the linear layer sees, the last hidden state or the mean over all steps. */
  readout: ReadoutPlan;
  /** Probability that a hidden neuron is silent for what follows, in training. */
  dropout: number;
  loss: RunSpec['training']['loss'];
  /** Factor on the gradient of a sample by its label; absent: 1. */
  classWeights?: number[] | undefined;
  spikePenalty?: RunSpec['training']['spikePenalty'];
}

/** Value of the surrogate derivative at the threshold when the file does not give one: its area is that of a step. */
export function defaultHeight(shape: Surrogate['shape'], width: number): number {
  switch (shape) {
    case 'rectangular':
    case 'superspike':
      return 1 / (2 * width);
    case 'triangular':
      return 1 / width;
    case 'sigmoid':
      return 1 / (4 * width);
    case 'arctan':
      return 1 / (Math.PI * width);
    case 'multi-gaussian':
      return multiGaussian(0, width);
  }
}

/** γ·[(1+h)·N(x; 0, σ) − h·N(x; σ, sσ) − h·N(x; −σ, sσ)], γ = 0.5, h = 0.15, s = 6, σ = width (reference [23]'s code). */
export function multiGaussian(x: number, width: number): number {
  const normal = (mean: number, deviation: number): number =>
    Math.exp(-((x - mean) ** 2) / (2 * deviation ** 2)) / (deviation * Math.sqrt(2 * Math.PI));
  return 0.5 * (1.15 * normal(0, width) - 0.15 * normal(width, 6 * width) - 0.15 * normal(-width, 6 * width));
}

/** The network of a run over a data set of this shape. Throws a SettingError when it cannot be built. */
export function planNetwork(
  settings: Settings,
  shape: Pick<DatasetShape, 'inputs' | 'classes' | 'steps' | 'encoding'>,
): NetworkPlan {
  const { model, network, training } = settings;
  if (training.classWeights && training.classWeights.length !== shape.classes)
    throw new SettingError(
      ['training', 'classWeights'],
      `has ${training.classWeights.length} entries, but the data set has ${shape.classes} classes.`,
    );
  if (model !== 'lif') return planRecurrent(settings, model, shape);
  const layers: LayerPlan[] = [];
  let inputs = shape.inputs;
  for (const layer of network.hidden) {
    const { size, neuron } = typeof layer === 'number' ? { size: layer, neuron: undefined } : layer;
    layers.push(planLayer(inputs, size, 'spiking', mergeNeuron(settings.neuron, neuron), network));
    inputs = size;
  }
  const readout = network.readout;
  if (readout.kind === 'linear')
    throw new SettingError(
      ['network', 'readout', 'kind'],
      'linear reads the state of an rnn, lstm or gru, but the model is lif; take another kind, for instance leaky-integrator.',
    );
  const integrator = readout.kind === 'leaky-integrator';
  const neuron: Neuron = integrator
    ? { ...settings.neuron, leak: readout.leak ?? settings.neuron.leak, reset: 'none', recurrent: false }
    : mergeNeuron(settings.neuron, readout.neuron);
  layers.push(planLayer(inputs, shape.classes, integrator ? 'integrator' : 'spiking', neuron, network));
  const window = readout.window ?? shape.steps;
  if (window > shape.steps)
    throw new SettingError(
      ['network', 'readout', 'window'],
      `is ${window} steps, but a sample has only ${shape.steps}.`,
    );
  const decode = integrator
    ? readout.decode
    : ({ 'spike-rate': 'rate', 'mean-membrane': 'mean', 'last-membrane': 'last', 'max-membrane': 'max' } as const)[
        readout.kind
      ];
  return {
    inputs: shape.inputs,
    classes: shape.classes,
    steps: shape.steps,
    encoding: shape.encoding,
    layers,
    readout: { decode, from: shape.steps - window },
    dropout: network.dropout,
    loss: training.loss,
    classWeights: training.classWeights,
    spikePenalty: training.spikePenalty,
  };
}

function planRecurrent(
  { network, training }: Settings,
  kind: CellPlan['kind'],
  { inputs, classes, steps, encoding }: Pick<DatasetShape, 'inputs' | 'classes' | 'steps' | 'encoding'>,
): NetworkPlan {
  const { hidden, readout, bias, weightGain } = network;
  if (hidden.length !== 1)
    throw new SettingError(
      ['network', 'hidden'],
      `has ${hidden.length} layers, but the model ${kind} has one hidden layer; give one size, like [512].`,
    );
  const layer = hidden[0]!;
  return {
    inputs,
    classes,
    steps,
    encoding,
    layers: [],
    cell: { kind, size: typeof layer === 'number' ? layer : layer.size, bias, weightGain },
    readout: { decode: readout.kind === 'linear' ? readout.decode : 'last', from: 0 },
    dropout: network.dropout,
    loss: training.loss,
    classWeights: training.classWeights,
  };
}

function mergeNeuron(base: Neuron, override: Record<string, unknown> | undefined): Neuron {
  if (!override) return base;
  const own = (override.surrogate ?? {}) as Partial<Surrogate>;
  // As in variants: another shape starts from its own defaults.
  const surrogate = own.shape && own.shape !== base.surrogate.shape ? own : { ...base.surrogate, ...own };
  return neuronSchema.parse({ ...base, ...override, surrogate });
}

function planLayer(
  inputs: number,
  size: number,
  kind: LayerPlan['kind'],
  neuron: Neuron,
  network: Settings['network'],
): LayerPlan {
  const { surrogate } = neuron;
  return {
    inputs,
    size,
    kind,
    bias: network.bias,
    weightGain: network.weightGain,
    threshold: neuron.threshold,
    leak: neuron.leak,
    reset: neuron.reset,
    resetGradient: neuron.resetGradient,
    recurrent: neuron.recurrent,
    recurrentGain: neuron.recurrentGain,
    surrogate: { ...surrogate, height: surrogate.height ?? defaultHeight(surrogate.shape, surrogate.width) },
  };
}

export interface Parameter {
  /** As in checkpoints: `layers.0.weight`, `.recurrent`, `.bias`, `.leak`; or `cell.…` and `readout.…`. */
  name: string;
  /**
   * weight: [inputs, size], input-major. recurrent: [size, size], from-major. bias: [size]. leak: [size] or [1], before
   * the sigmoid. In a cell the columns of each gate stand together: [inputs, gates·size], [size, gates·size].
   */
  shape: number[];
}

/** Gates of a cell, in PyTorch's order: lstm i f g o, gru r z n. */
export const GATES: Record<CellPlan['kind'], number> = { rnn: 1, lstm: 4, gru: 3 };

/** Learned parameters in the order in which gradients are reduced and checkpoints written. */
export function parametersOf(plan: NetworkPlan): Parameter[] {
  if (plan.cell) return cellParameters(plan.cell, plan);
  return plan.layers.flatMap((layer, i) => {
    const list: Parameter[] = [{ name: `layers.${i}.weight`, shape: [layer.inputs, layer.size] }];
    if (layer.recurrent) list.push({ name: `layers.${i}.recurrent`, shape: [layer.size, layer.size] });
    if (layer.bias) list.push({ name: `layers.${i}.bias`, shape: [layer.size] });
    if (typeof layer.leak === 'object')
      list.push({ name: `layers.${i}.leak`, shape: [layer.leak.per === 'neuron' ? layer.size : 1] });
    return list;
  });
}

function cellParameters({ kind, size, bias }: CellPlan, { inputs, classes }: NetworkPlan): Parameter[] {
  const columns = GATES[kind] * size;
  return [
    { name: 'cell.weight', shape: [inputs, columns] },
    { name: 'cell.recurrent', shape: [size, columns] },
    ...(bias
      ? [
          { name: 'cell.bias', shape: [columns] },
          { name: 'cell.recurrentBias', shape: [columns] },
        ]
      : []),
    { name: 'readout.weight', shape: [size, classes] },
    ...(bias ? [{ name: 'readout.bias', shape: [classes] }] : []),
  ];
}
