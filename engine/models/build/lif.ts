/** Networks of spiking neurons: convolutional and hidden layers as the file lists them, then an output layer with a neuron for each class. */
import { SettingError } from '../../base/errors.ts';
import { type Neuron, neuronSchema, type Settings, type Surrogate } from '../../experiment/schema.ts';
import { SURROGATES } from '../neuron.ts';
import { lengthOf } from '../parameters.ts';
import type { Integrator, Lif, NetworkPlan, ReadoutPlan } from '../plan.ts';
import { placedLayers } from './conv.ts';
import { type DataShape, denseLayer } from './layer.ts';

export function lifNetwork(settings: Settings, shape: DataShape): NetworkPlan {
  const { network, training } = settings;
  const layers = placedLayers(settings, (own) => lifOf(mergeNeuron(settings.neuron, own)));
  if (layers.length + network.hidden.length === 0)
    throw new SettingError(['network', 'hidden'], 'must have at least one layer, like [128], not an empty list.');
  const add = (size: number, neuron: Lif | Integrator): void => {
    const below = layers.at(-1);
    const inputs = below ? lengthOf(below.output) : shape.inputs;
    layers.push(denseLayer(`layers.${layers.length}`, below, inputs, size, neuron, network));
  };
  for (const layer of network.hidden) {
    const { size, neuron } = typeof layer === 'number' ? { size: layer, neuron: undefined } : layer;
    add(size, lifOf(mergeNeuron(settings.neuron, neuron)));
  }
  add(shape.classes, outputNeuron(settings));
  return {
    inputs: shape.inputs,
    classes: shape.classes,
    steps: shape.steps,
    encoding: shape.encoding,
    layers,
    readout: readoutOf(settings, shape.steps),
    dropout: network.dropout,
    loss: training.loss,
    classWeights: training.classWeights,
    spikePenalty: training.spikePenalty,
  };
}

function outputNeuron({ network: { readout }, neuron }: Settings): Lif | Integrator {
  switch (readout.kind) {
    case 'leaky-integrator':
      return {
        kind: 'integrator',
        leak: readout.leak ?? neuron.leak,
        scaleInput: readout.scaleInput,
        initialState: readout.initialState,
      };
    case 'linear':
      throw new SettingError(
        ['network', 'readout', 'kind'],
        'linear reads the state of an rnn, lstm or gru, but the model is lif; take another kind, for instance leaky-integrator.',
      );
    default:
      return lifOf(mergeNeuron(neuron, readout.neuron));
  }
}

const MEMBRANE = { 'mean-membrane': 'mean', 'last-membrane': 'last', 'max-membrane': 'max' } as const;

function readoutOf({ network: { readout } }: Settings, steps: number): ReadoutPlan {
  if (readout.kind === 'linear') return { decode: readout.decode, from: 0 };
  const window = readout.window ?? steps;
  if (window > steps)
    throw new SettingError(['network', 'readout', 'window'], `is ${window} steps, but a sample has only ${steps}.`);
  const from = steps - window;
  if (readout.kind === 'leaky-integrator') return { decode: readout.decode, from };
  return { decode: readout.kind === 'spike-rate' ? 'rate' : MEMBRANE[readout.kind], from };
}

function lifOf({ surrogate, ...neuron }: Neuron): Lif {
  const { shape, width, height } = surrogate;
  return { kind: 'lif', ...neuron, surrogate: { shape, width, height: height ?? SURROGATES[shape].height(width) } };
}

function mergeNeuron(base: Neuron, override: Record<string, unknown> | undefined): Neuron {
  if (!override) return base;
  const own = (override.surrogate ?? {}) as Partial<Surrogate>;
  // As in variants: another shape starts from its own defaults.
  const surrogate = own.shape && own.shape !== base.surrogate.shape ? own : { ...base.surrogate, ...own };
  return neuronSchema.parse({ ...base, ...override, surrogate });
}
