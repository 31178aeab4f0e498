/** The paper's baselines: one layer of an RNN, LSTM or GRU, then a linear layer. */
import { SettingError } from '../../base/errors.ts';
import type { Settings } from '../../experiment/schema.ts';
import type { Gated, NetworkPlan } from '../plan.ts';
import { type DataShape, denseLayer } from './layer.ts';

export function gatedNetwork(
  { network, training }: Settings,
  model: Gated['kind'],
  { inputs, classes, steps, encoding }: DataShape,
): NetworkPlan {
  const { hidden, readout } = network;
  const placed = network.conv ? 'conv' : network.resnet ? 'resnet' : undefined;
  if (placed)
    throw new SettingError(['network', placed], `is for spiking neurons, but the model is ${model}; take it out.`);
  const [layer, ...more] = hidden;
  if (layer === undefined || more.length > 0)
    throw new SettingError(
      ['network', 'hidden'],
      `has ${hidden.length} layers, but the model ${model} has one hidden layer; give one size, like [512].`,
    );
  const size = typeof layer === 'number' ? layer : layer.size;
  const cell = denseLayer('cell', undefined, inputs, size, { kind: model }, network);
  return {
    inputs,
    classes,
    steps,
    encoding,
    layers: [cell, denseLayer('readout', cell, size, classes, { kind: 'linear' }, network)],
    // Whatever other kind is given, the last state is read.
    readout: { decode: readout.kind === 'linear' ? readout.decode : 'last', from: 0 },
    dropout: network.dropout,
    loss: training.loss,
    classWeights: training.classWeights,
  };
}
