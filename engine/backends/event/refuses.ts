/** Which networks the event backend can run: chains of dense layers, of spiking neurons or of one RNN, LSTM or GRU. */
import {
  connectionName,
  type Dense,
  type Gated,
  INPUT,
  type Integrator,
  type LayerPlan,
  type Lif,
  type Linear,
  type NetworkPlan,
  unreachable,
} from '../../models/plan.ts';

export type SpikingPlan = LayerPlan<Lif | Integrator, Dense>;
export type GatedPlan = LayerPlan<Gated, Dense>;
export type LinearPlan = LayerPlan<Linear, Dense>;

/** The layers of a network by what computes them, or why nothing does. */
export type Runnable =
  | { kind: 'spiking'; layers: SpikingPlan[] }
  | { kind: 'gated'; layers: [cell: GatedPlan, readout: LinearPlan] }
  | { kind: 'refused'; reason: string };

/** Why the event backend cannot run a network, in one sentence; undefined when it can. */
export function refuses(plan: NetworkPlan): string | undefined {
  const found = runnable(plan);
  return found.kind === 'refused' ? found.reason : undefined;
}

export function runnable({ layers, encoding }: NetworkPlan): Runnable {
  const spiking: SpikingPlan[] = [];
  const gated: GatedPlan[] = [];
  const linear: LinearPlan[] = [];
  for (const [i, { connection, neuron, ...layer }] of layers.entries()) {
    const { input } = layer;
    if (connection.kind !== 'dense')
      return refused(`Layer ${i + 1} is ${connectionName(connection)}, which the event backend does not have`);
    const before = layers[i - 1]?.name ?? INPUT;
    if (input.join() !== before)
      return refused(
        `Layer ${i + 1} receives ${input.map((name) => said(name, layers)).join(' and ')}, but in the event backend every layer receives the one before it`,
      );
    switch (neuron.kind) {
      case 'lif':
      case 'integrator':
        spiking.push({ ...layer, connection, neuron });
        break;
      case 'rnn':
      case 'lstm':
      case 'gru':
        gated.push({ ...layer, connection, neuron });
        break;
      case 'linear':
        linear.push({ ...layer, connection, neuron });
        break;
      default:
        unreachable(neuron);
    }
  }
  if (spiking.length === layers.length) {
    if (encoding === 'current' && spiking[0]!.neuron.initialState === 'random')
      return refused(
        `Layer 1 starts in a random state and receives a constant current, which the event backend does not do together`,
      );
    const early = spiking.slice(0, -1).findIndex(({ neuron }) => neuron.kind === 'integrator');
    return early >= 0
      ? refused(`Layer ${early + 1} of integrators is not the last, and the event backend hands on spikes only`)
      : { kind: 'spiking', layers: spiking };
  }
  const [cell, readout] = [gated[0], linear[0]];
  if (layers.length === 2 && cell && readout && layers[1]!.name === readout.name)
    return { kind: 'gated', layers: [cell, readout] };
  return refused(
    'The event backend runs layers of spiking neurons, or one layer of an RNN, LSTM or GRU below one of linear neurons, but no other mixture',
  );
}

/** What a layer receives: the input, or a layer counted from 1. */
function said(name: string, layers: NetworkPlan['layers']): string {
  const place = layers.findIndex((layer) => layer.name === name);
  return place < 0 ? name : `layer ${place + 1}`;
}

const refused = (why: string): Runnable => ({ kind: 'refused', reason: `${why}: change the network or the backend.` });
