/** One layer of a network on one sample, float64: whichever connection and neuron it has. */
import { MEAN_STATE } from '../models/initial-state.ts';
import { layerParameters, lengthOf, type Part } from '../models/parameters.ts';
import { type LayerPlan, unreachable } from '../models/plan.ts';
import { type GatedLayer, type GatedParameters, type GatedStep, gatedBackward, gatedForward } from './gated.ts';
import {
  type InitialState,
  type LifOptions,
  type LifParameters,
  type LifTrace,
  lifBackward,
  lifForward,
} from './lif.ts';

/** Parameters or gradients by name, in the shapes and the order of `parametersOf`. */
export type Parameters = Record<string, Float64Array>;

/** Of an RNN, LSTM or GRU, u and o are both the state h [T, N]; of a linear layer, u is what it gives. */
export interface LayerTrace extends LifTrace {
  /** Of an RNN, LSTM or GRU: what led to h in every step. */
  history?: GatedStep[];
}

/** @param x inputs [T, M]; without an initial state, neurons start at rest or at the mean of what is drawn */
export function layerForward(
  { neuron, ...layer }: LayerPlan,
  params: Parameters,
  x: Float64Array,
  steps: number,
  options: LifOptions,
): LayerTrace {
  const p = partsOf({ ...layer, neuron }, params);
  const { initial = meanState({ ...layer, neuron }) } = options;
  switch (neuron.kind) {
    case 'lif':
    case 'integrator':
    case 'linear':
      return lifForward({ ...layer, neuron }, p, x, steps, { ...options, initial });
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

/** Adds to `grads` and `dx` [T, M] what belongs to the derivatives by u and o [T, N]. @param deltas where δ is written */
export function layerBackward(
  { neuron, ...layer }: LayerPlan,
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

/** What those above see of a layer: its spikes; of a linear one, and of the states of an RNN, LSTM or GRU, what it gives. */
export const handedOn = <X>({ neuron }: LayerPlan, u: X, o: X): X => (neuron.kind === 'linear' ? u : o);

/** Zeros in the shape of every parameter of the layer. */
export function zeroParts(layer: LayerPlan): Parameters {
  return Object.fromEntries(layerParameters(layer).map(({ name, shape }) => [name, new Float64Array(lengthOf(shape))]));
}

/** The parameters of one layer by what they are there; `weight` and, of an RNN, LSTM or GRU, `recurrent` are always among them. */
export function partsOf(layer: LayerPlan, params: Parameters): LifParameters & GatedParameters {
  const parts: Partial<Record<Part, Float64Array>> = {};
  for (const { name, part } of layerParameters(layer)) parts[part] = params[name]!;
  return parts as LifParameters & GatedParameters;
}

/** Where a layer starts when nothing is drawn; undefined: at 0. */
function meanState({ neuron, output }: LayerPlan): InitialState | undefined {
  if (!('initialState' in neuron) || neuron.initialState !== 'random') return undefined;
  const mean = new Float64Array(lengthOf(output)).fill(MEAN_STATE);
  return { u: mean, o: mean };
}
