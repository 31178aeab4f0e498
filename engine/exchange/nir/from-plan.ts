/**
 * A network as a graph of NIR. Its neurons are differential equations, to be cut into steps of dt by whoever runs them; with
 * forward Euler, v[t] = v[t-1] + dt/τ·(v_leak − v[t-1] + r·I[t]), they are exactly ours, u[t] = k·u[t-1] + I[t]:
 *
 *   k = 1 − dt/τ        τ = dt/(1 − k)        r = τ/dt, or 1 where inputs count 1 − k times        v_leak = 0
 *   k = 1: IF or I, v[t] = v[t-1] + dt·r·I[t], r = 1/dt, or 0 where inputs are scaled by 1 − k = 0
 *   hard reset: v_reset = 0, at the end of the step        no reset: LI or I, and behind it Threshold
 *   recurrence: a Linear from the neurons back to them; what runs along a cycle arrives in the next step
 *
 * NIR fires above the threshold, we at or above it. What NIR cannot say is refused by name.
 */
import { type Reset, sigmoid } from '../../models/neuron.ts';
import { lengthOf, type Tensor } from '../../models/parameters.ts';
import {
  connectionName,
  INPUT,
  type Integrator,
  type LayerPlan,
  type Lif,
  type NetworkPlan,
  type Shape,
  unreachable,
} from '../../models/plan.ts';
import type { NirGraph, NirNode, NirValue } from './graph.ts';

/** Resets that NIR has a neuron for: to a value, or none behind an integrator. */
const NIR_RESETS: ReadonlySet<Reset> = new Set(['hard', 'none']);

/** Why a network is none in NIR, as the end of a sentence "… cannot be written as NIR: "; undefined when it is one. */
export function refusesNir({ layers, readout }: NetworkPlan): string | undefined {
  for (const [l, { input, connection, neuron }] of layers.entries()) {
    const layer = `layer ${l + 1}`;
    if (input.length > 1) return `${layer} adds up ${input.join(' and ')}`;
    if (connection.kind === 'residual' || connection.kind === 'norm')
      return `${layer} is ${connectionName(connection)}`;
    if (connection.kind === 'pool' && connection.operation === 'max')
      return `${layer} pools by maximum, and NIR has pooling by mean and sum alone`;
    switch (neuron.kind) {
      case 'rnn':
      case 'lstm':
      case 'gru':
        return `${layer} is of kind ${neuron.kind}, and NIR has spiking neurons and integrators alone`;
      case 'lif':
        if (!NIR_RESETS.has(neuron.reset))
          return `${layer} has neuron.reset ${neuron.reset}, and neurons of NIR are reset to a value or not at all`;
        break;
      case 'integrator':
      case 'linear':
        break;
      default:
        return unreachable(neuron);
    }
    if ('initialState' in neuron && neuron.initialState === 'random')
      return `${layer} has initialState random, and neurons of NIR start at rest`;
  }
  const last = layers.at(-1)!.neuron;
  if (last.kind === 'lif' && readout.decode !== 'rate' && last.reset !== 'none')
    return 'its readout reads the membrane potentials of neurons that spike, of which NIR gives the spikes alone';
  return undefined;
}

/** What turns the output of the graph into scores: NIR says nothing of it. */
export function readoutText({ readout: { decode, from }, steps }: NetworkPlan): string {
  const window = `steps ${from + 1} to ${steps}`;
  switch (decode) {
    case 'rate':
      return `mean of the output spikes over ${window}`;
    case 'mean':
      return `mean of the output over ${window}`;
    case 'last':
      return `output of step ${steps}`;
    case 'max':
      return `greatest output over ${window}`;
    case 'each-step':
      return `output of each of the ${window}`;
    default:
      return unreachable(decode);
  }
}

export interface NirOptions {
  /** Seconds of a step. */
  dt: number;
  metadata: Readonly<Record<string, number | string>>;
}

/** The graph of a network that `refusesNir` has nothing against. */
export function graphOf(
  plan: NetworkPlan,
  parameters: ReadonlyMap<string, Tensor>,
  { dt, metadata }: NirOptions,
): NirGraph {
  const nodes = new Map<string, NirNode>();
  const edges: [string, string][] = [];
  /** Of each layer: the node that those above receive from. */
  const gives = new Map<string, string>([[INPUT, 'input']]);
  const shapes = new Map<string, Shape>([[INPUT, inputShape(plan)]]);
  nodes.set('input', { type: 'Input', fields: { shape: integers(shapes.get(INPUT)!) } });
  const reads = plan.readout.decode === 'rate' ? 'spikes' : 'potentials';
  plan.layers.forEach((layer, l) => {
    const below = layer.input[0]!;
    const last = l === plan.layers.length - 1;
    gives.set(layer.name, addLayer(layer, gives.get(below)!, shapes.get(below)!, last ? reads : 'spikes'));
    shapes.set(layer.name, layer.output);
  });
  const top = plan.layers.at(-1)!;
  nodes.set('output', { type: 'Output', fields: { shape: integers(top.output) } });
  edges.push([gives.get(top.name)!, 'output']);
  return { nodes, edges, metadata: { ...metadata, dt, readout: readoutText(plan) } };

  /** @returns the node that gives what is read of the layer */
  function addLayer(layer: LayerPlan, below: string, from: Shape, read: 'spikes' | 'potentials'): string {
    const name = layer.name.replaceAll('.', '_');
    const put = (suffix: string, node: NirNode, after: string): string => {
      nodes.set(name + suffix, node);
      edges.push([after, name + suffix]);
      return name + suffix;
    };
    const flat = layer.connection.kind === 'dense' && from.length > 1;
    const source = flat ? put('_flat', flatten(from), below) : below;
    const wired = put('_in', connectionNode(layer, parameters), source);
    const { neuron, output } = layer;
    if (neuron.kind !== 'lif' && neuron.kind !== 'integrator') return wired;
    const potentials = put('', potentialNode(neuron, output, parameters.get(`${layer.name}.leak`)), wired);
    if (neuron.kind === 'integrator') return potentials;
    const threshold = filled(output, neuron.threshold);
    const spikes =
      neuron.reset === 'none' ? put('_spikes', { type: 'Threshold', fields: { threshold } }, potentials) : potentials;
    const recurrent = parameters.get(`${layer.name}.recurrent`);
    if (recurrent) edges.push([put('_recurrent', linear(recurrent), spikes), potentials]);
    return read === 'spikes' ? spikes : potentials;
  }

  function potentialNode(neuron: Lif | Integrator, output: Shape, a: Tensor | undefined): NirNode {
    const spikes = neuron.kind === 'lif' && neuron.reset !== 'none';
    const fire = spikes ? { v_threshold: filled(output, neuron.threshold), v_reset: filled(output, 0) } : {};
    const scaled = neuron.scaleInput === true;
    if (neuron.leak === 1) {
      const r = filled(output, scaled ? 0 : 1 / dt);
      return { type: spikes ? 'IF' : 'I', fields: { r, ...fire } };
    }
    // 1 − σ(a) = σ(−a), without the digits that a subtraction loses.
    const rest = (n: number) =>
      typeof neuron.leak === 'number' ? 1 - neuron.leak : sigmoid(-a!.data[a!.data.length === 1 ? 0 : n]!);
    const tau = Float32Array.from({ length: lengthOf(output) }, (_, n) => dt / rest(n));
    const r = scaled ? filled(output, 1) : { shape: output, data: tau.map((value) => value / dt) };
    const fields = { tau: { shape: output, data: tau }, r, v_leak: filled(output, 0), ...fire };
    return { type: spikes ? 'LIF' : 'LI', fields };
  }
}

function inputShape({ layers, inputs }: NetworkPlan): Shape {
  const { connection } = layers[0]!;
  return connection.kind === 'conv' || connection.kind === 'pool' ? connection.input : [inputs];
}

function connectionNode({ name, connection }: LayerPlan, parameters: ReadonlyMap<string, Tensor>): NirNode {
  const weight = parameters.get(`${name}.weight`)!;
  const bias = parameters.get(`${name}.bias`);
  switch (connection.kind) {
    case 'dense': {
      const node = linear(weight);
      return bias ? { type: 'Affine', fields: { ...node.fields, bias } } : node;
    }
    case 'conv': {
      const { input, filters, stride, padding } = connection;
      return {
        type: 'Conv2d',
        fields: {
          input_shape: integers(input.slice(1)),
          weight,
          stride: integers(stride),
          padding: integers(padding),
          dilation: integers([1, 1]),
          groups: 1,
          bias: bias ?? filled([filters], 0),
        },
      };
    }
    case 'pool': {
      const { window, stride } = connection;
      const fields = { kernel_size: integers(window), stride: integers(stride), padding: integers([0, 0]) };
      return { type: 'AvgPool2d', fields };
    }
    default:
      throw new TypeError(`${connection.kind} is refused before.`);
  }
}

/** W [from, to] of ours as y = W·x of NIR, [to, from]. */
function linear({ shape: [rows, columns], data }: Tensor): NirNode {
  const turned = new Float32Array(data.length);
  for (let i = 0; i < rows!; i++) for (let j = 0; j < columns!; j++) turned[j * rows! + i] = data[i * columns! + j]!;
  return { type: 'Linear', fields: { weight: { shape: [columns!, rows!], data: turned } } };
}

const flatten = (shape: Shape): NirNode => ({
  type: 'Flatten',
  fields: { start_dim: 0, end_dim: -1, input_type: integers(shape) },
});

const filled = (shape: Shape, value: number): NirValue => ({
  shape,
  data: new Float32Array(lengthOf(shape)).fill(value),
});

const integers = (values: readonly number[]): NirValue => ({ shape: [values.length], data: Int32Array.from(values) });
