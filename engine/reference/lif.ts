/**
 * One layer of leaky integrate-and-fire neurons over all steps of one sample, float64: written to be read, and the
 * yardstick for every faster kernel. Equations 3 to 11 of the paper with each component as data (see docs/engine.md).
 *
 * T steps, M inputs, N neurons; arrays are flat and row-major, so row t of a [T, N] array starts at t·N.
 */
import { RESETS, type ResetRule, sigmoid } from '../models/neuron.ts';
import { lengthOf } from '../models/parameters.ts';
import { type Integrator, type LayerPlan, type Lif, type Linear, unreachable } from '../models/plan.ts';
import {
  addColumns,
  addOuter,
  addRows,
  type ConnectionParameters,
  inputsOf,
  receive,
  receiveBackward,
} from './connection.ts';
import { surrogateDerivative, surrogatePrimitive } from './surrogate.ts';

/** Neurons with a membrane potential: to these equations a linear neuron is an integrator that keeps nothing. */
export type LifLayer = LayerPlan<Lif | Integrator | Linear>;

/** Parameters of a layer, or their gradients. Optional ones are there when the plan has them. */
export interface LifParameters extends ConnectionParameters {
  /** V [N, N], from-major: row i holds the weights from neuron i. */
  recurrent?: Float64Array | undefined;
  /** a [N] or [1], k = σ(a) */
  leak?: Float64Array | undefined;
}

export interface LifTrace {
  /** Membrane potentials [T, N]. */
  u: Float64Array;
  /** Spikes [T, N]: 0 or 1; any real number in a smoothed network. */
  o: Float64Array;
  /** What the neurons received [T, N] before it was scaled; where it is scaled. */
  received?: Float64Array;
  /** Where they started, unless at 0. */
  initial?: InitialState | undefined;
}

/** u[-1] and o[-1] of a layer, [N] each. */
export interface InitialState {
  u: Float64Array;
  o: Float64Array;
}

export interface LifOptions {
  /** Replace the Heaviside step by the surrogate's primitive wherever it appears. */
  smooth?: boolean;
  /** [T, N]: spikes that the reset term sees instead of the trace's own, a constant for finite differences. */
  resetSpikes?: Float64Array | undefined;
  /** Default: 0. */
  initial?: InitialState | undefined;
}

/**
 *   I[t] = Σ_j W[j,:]·x_j[t] + Σ_i V[i,:]·o_i[t-1] + b
 *   u[t] = k·r(u[t-1], o[t-1]) + I[t], or + (1 − k)·I[t] where inputs are scaled      u[-1] = o[-1] = 0, or `initial`
 *   o[t] = [u[t] >= θ]                                                           (an integrator never fires)
 *   r(u, o) = u·(1 − o) hard, u − θ·o soft, u none; u soft-undecayed, and the next step loses θ·o[t-1]
 *
 * @param x inputs [T, M]
 */
export function lifForward(
  layer: LifLayer,
  p: LifParameters,
  x: Float64Array,
  steps: number,
  options: LifOptions = {},
): LifTrace {
  const [M, N] = [inputsOf(layer.connection), lengthOf(layer.output)];
  const spike = spikeOf(layer.neuron);
  const k = leakOf(layer, p.leak);
  const u = new Float64Array(steps * N);
  const o = new Float64Array(steps * N);
  const scaled = scalesInput(layer);
  const received = new Float64Array(scaled ? steps * N : 0);
  const { initial, resetSpikes = o } = options;
  for (let t = 0; t < steps; t++) {
    const now = u.subarray(t * N, (t + 1) * N);
    const row = (values: Float64Array) => values.subarray((t - 1) * N, t * N);
    const before =
      t > 0 ? { u: row(u), o: row(o), reset: row(resetSpikes) } : initial && { ...initial, reset: initial.o };
    receive(layer, p, x.subarray(t * M, (t + 1) * M), now);
    if (before && p.recurrent) addRows(now, p.recurrent, before.o);
    if (scaled) {
      received.set(now, t * N);
      for (let n = 0; n < N; n++) now[n]! *= 1 - k[n]!;
    }
    for (let n = 0; n < N && before; n++) {
      const reset = before.reset[n]!;
      now[n]! += k[n]! * spike.reset.forward(before.u[n]!, reset, spike.threshold);
      if (spike.reset.undecayed) now[n]! -= spike.threshold * reset;
    }
    if (!spike.surrogate) continue;
    for (let n = 0; n < N; n++) {
      const above = now[n]! - spike.threshold;
      o[t * N + n] = options.smooth ? surrogatePrimitive(spike.surrogate, above) : above >= 0 ? 1 : 0;
    }
  }
  return { u, o, initial, ...(scaled && { received }) };
}

/**
 * With δ[t] the whole derivative of the loss by u[t], backwards in time:
 *   ε[t] = do[t] + V·δ[t+1] + k·∂r/∂o·δ[t+1]             ∂r/∂o = −u hard, −θ soft, 0 none or detached
 *                                                        (soft-undecayed: −θ in place of k·∂r/∂o)
 *   δ[t] = du[t] + h'(u[t] − θ)·ε[t] + k·∂r/∂u·δ[t+1]    ∂r/∂u = 1 − o hard, 1 soft, 1 none
 *   dW[j,:] += x_j[t]·δ[t]    dV[i,:] += o_i[t-1]·δ[t]    db += δ[t]    dk += r(u[t-1], o[t-1])·δ[t]
 *   da = dk·k·(1 − k)         dx_j[t] += W[j,:]·δ[t]
 * Where inputs are scaled, W, V and b see (1 − k)·δ in place of δ, and dk −= I[t]·δ[t].
 *
 * @param x inputs [T, M], as in the forward pass
 * @param du, dO derivatives of the loss [T, N] by u and o from outside the layer
 * @param grad where the gradients of the parameters are added
 * @param dx where the derivative by the inputs is added [T, M]; may be left out
 * @param deltas where δ is written [T, N]
 */
export function lifBackward(
  layer: LifLayer,
  p: LifParameters,
  x: Float64Array,
  steps: number,
  { u, o, received, initial }: LifTrace,
  du: Float64Array,
  dO: Float64Array,
  grad: LifParameters,
  dx?: Float64Array,
  deltas?: Float64Array,
): void {
  const [M, N] = [inputsOf(layer.connection), lengthOf(layer.output)];
  const spike = spikeOf(layer.neuron);
  const k = leakOf(layer, p.leak);
  const dk = new Float64Array(N);
  let later = new Float64Array(N); // δ[t+1]
  let laterInput = later; // dL/dI[t+1]
  for (let t = steps - 1; t >= 0; t--) {
    const delta = du.slice(t * N, (t + 1) * N);
    const spikes = o.subarray(t * N, (t + 1) * N);
    const eps = dO.slice(t * N, (t + 1) * N);
    if (p.recurrent) addColumns(eps, p.recurrent, laterInput);
    for (let n = 0; n < N; n++) {
      const v = u[t * N + n]!;
      const back = k[n]! * later[n]!;
      const { byU, byO } = spike.reset.backward(v, spikes[n]!, spike.threshold);
      const taken = spike.reset.undecayed ? -spike.threshold * later[n]! : 0;
      const e = eps[n]! + (spike.resetGradient ? byO * back + taken : 0);
      delta[n]! += byU * back;
      if (spike.surrogate) delta[n]! += surrogateDerivative(spike.surrogate, v - spike.threshold) * e;
      dk[n]! += spike.reset.forward(v, spikes[n]!, spike.threshold) * later[n]!;
    }
    if (grad.recurrent) addOuter(grad.recurrent, spikes, laterInput);
    const byInput = received ? delta.map((d, n) => (1 - k[n]!) * d) : delta;
    if (received) for (let n = 0; n < N; n++) dk[n]! -= received[t * N + n]! * delta[n]!;
    receiveBackward(layer, p, x.subarray(t * M, (t + 1) * M), byInput, grad, dx?.subarray(t * M, (t + 1) * M));
    deltas?.set(delta, t * N);
    later = delta;
    laterInput = byInput;
  }
  if (initial) {
    if (grad.recurrent) addOuter(grad.recurrent, initial.o, laterInput);
    for (let n = 0; n < N; n++)
      dk[n]! += spike.reset.forward(initial.u[n]!, initial.o[n]!, spike.threshold) * later[n]!;
  }
  if (grad.leak) {
    const shared = grad.leak.length === 1;
    for (let n = 0; n < N; n++) grad.leak[shared ? 0 : n]! += dk[n]! * k[n]! * (1 - k[n]!);
  }
}

/** What a neuron does when it reaches its threshold; without a surrogate it never does. */
interface Spike {
  threshold: number;
  reset: ResetRule;
  resetGradient: boolean;
  surrogate?: Lif['surrogate'];
}

const NO_SPIKE: Spike = { threshold: Number.POSITIVE_INFINITY, reset: RESETS.none, resetGradient: false };

function spikeOf(neuron: LifLayer['neuron']): Spike {
  switch (neuron.kind) {
    case 'lif':
      return { ...neuron, reset: RESETS[neuron.reset] };
    case 'integrator':
    case 'linear':
      return NO_SPIKE;
    default:
      return unreachable(neuron);
  }
}

function scalesInput({ neuron }: LifLayer): boolean {
  return neuron.kind !== 'linear' && neuron.scaleInput === true;
}

/** k of every neuron [N]: fixed, or σ(a) with one a per neuron or one for the layer. */
function leakOf({ output, neuron }: LifLayer, a: Float64Array | undefined): Float64Array {
  const leak = neuron.kind === 'linear' ? 0 : neuron.leak;
  if (typeof leak === 'number') return new Float64Array(lengthOf(output)).fill(leak);
  return Float64Array.from({ length: lengthOf(output) }, (_, n) => sigmoid(a![a!.length === 1 ? 0 : n]!));
}
