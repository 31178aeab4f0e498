/**
 * A layer of leaky integrate-and-fire neurons, or of integrators, over all steps of a batch, and backpropagation through
 * time written out. Equations as in reference/lif.ts; what does not depend on the step before is computed for all steps
 * at once, so that a step is a few operations.
 *
 * T steps, B samples, N neurons; tensors are [T, B, N] where nothing else is said.
 */
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { RESETS, type Reset } from '../../models/neuron.ts';
import type { Integrator, Lif } from '../../models/plan.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import { rows, stepBefore } from './connection.ts';
import { surrogateSlope } from './surrogate.ts';

export interface LifParameters {
  /** V [N, N] and a [N] or [1], where the plan has them. */
  recurrent?: Tensor | undefined;
  leak?: Tensor | undefined;
}

/** u[-1] and o[-1], [B, N] each. */
export interface InitialState {
  u: Tensor;
  o: Tensor;
}

export interface LifTrace {
  u: Tensor;
  /** Of integrators nothing: they never fire. */
  o?: Tensor | undefined;
  /** What the neurons received, where it is scaled. */
  received?: Tensor;
  initial?: InitialState | undefined;
}

/**
 *   I[t] = input[t] + V·o[t-1]
 *   u[t] = k·r(u[t-1], o[t-1]) + I[t], or + (1 − k)·I[t] where inputs are scaled      o[t] = [u[t] >= θ]
 *
 * and an undecayed soft reset takes θ·o[t-1] from it.
 *
 * @param input W·x[t] + b, one [B, N] for each step
 */
export function lifForward(
  tf: TensorFlow,
  neuron: Lif | Integrator,
  p: LifParameters,
  input: readonly Tensor[],
  initial?: InitialState,
): LifTrace {
  const k = leakOf(tf, neuron, p);
  const share = neuron.scaleInput ? tf.sub(1, k) : undefined;
  const step = neuron.kind === 'lif' ? spiking(tf, neuron, input[0]!.shape) : undefined;
  const wantsSpikes = p.recurrent !== undefined || step?.price !== undefined;
  const us: Tensor[] = [];
  const received: Tensor[] = [];
  // Of the step before: o, where it is asked for, and r(u, o).
  let o = initial?.o;
  let left = initial && afterReset(tf, neuron, initial.u, o);
  for (let now of input) {
    if (p.recurrent && o) now = tf.add(now, tf.matMul(o as Tensor2D, p.recurrent as Tensor2D));
    if (share) {
      received.push(now);
      now = tf.mul(share, now);
    }
    if (left) now = tf.add(now, tf.mul(k, left));
    if (step?.price && o) now = tf.sub(now, tf.mul(step.price, o));
    us.push(now);
    const fired = wantsSpikes || step?.left ? tf.greaterEqual(now, step!.threshold) : undefined;
    if (wantsSpikes) o = tf.cast(fired!, 'float32');
    left = step?.left ? select(tf, fired!, step.left(now), now) : now;
  }
  const u = tf.stack(us);
  return {
    u,
    ...(step && { o: tf.cast(tf.greaterEqual(u, step.threshold), 'float32') }),
    ...(share && { received: tf.stack(received) }),
    initial,
  };
}

/** What a step of spiking neurons needs, made once for all of them: every operation costs its dispatch, and so does a number that becomes a tensor. */
interface Spiking {
  threshold: Tensor;
  /** r(u, 1); nothing where it is u. */
  left?: ((u: Tensor) => Tensor) | undefined;
  /** What a spike takes from the next step besides. */
  price?: Tensor | undefined;
}

/** @param shape [B, N] */
function spiking(tf: TensorFlow, neuron: Lif, shape: number[]): Spiking {
  const threshold = tf.scalar(neuron.threshold);
  const { fired } = TENSOR_RESETS[neuron.reset];
  return {
    threshold,
    left: fired?.(tf, threshold, tf.zeros(shape)),
    price: RESETS[neuron.reset].undecayed ? threshold : undefined,
  };
}

/** tf.where of three equal shapes, without its three copies. */
const select = (tf: TensorFlow, condition: Tensor, t: Tensor, e: Tensor): Tensor =>
  tf.engine().runKernel<Tensor>(tf.Select, { condition, t, e });

export interface LifGradient {
  /** dL/du through all that follows. */
  delta: Tensor;
  /** dL/dI: δ, or (1 − k)·δ where inputs are scaled. */
  byReceived: Tensor;
  recurrent?: Tensor;
  leak?: Tensor;
}

/**
 *   δ[t] = du[t] + h'(u[t] − θ)·(do[t] + V·dI[t+1] + c[t]·δ[t+1]) + k·∂r/∂u·δ[t+1]
 *
 * with c = k·∂r/∂o, or −θ of an undecayed soft reset, or 0 where no gradient flows through the reset.
 *
 * @param du, dO derivatives of the loss by u and o from outside the layer; undefined: 0
 */
export function lifBackward(
  tf: TensorFlow,
  neuron: Lif | Integrator,
  p: LifParameters,
  { u, o, received, initial }: LifTrace,
  du: Tensor | undefined,
  dO: Tensor | undefined,
): LifGradient {
  const k = leakOf(tf, neuron, p);
  const slope = neuron.kind === 'lif' ? surrogateSlope(tf, neuron, u) : undefined;
  const reset = neuron.kind === 'lif' ? TENSOR_RESETS[neuron.reset] : undefined;
  const bySpike = neuron.kind === 'lif' && neuron.resetGradient ? reset!.taken(tf, k, u, neuron.threshold) : undefined;
  // δ[t] = outside[t] + back[t]·δ[t+1], and what comes through V.
  const outside = sumOf(tf, du, slope && dO && tf.mul(slope, dO)) ?? tf.zerosLike(u);
  const kept = reset ? reset.kept(tf, k, o!) : k;
  const back = bySpike ? tf.add(kept, tf.mul(slope!, bySpike)) : kept;
  const share = neuron.scaleInput ? tf.sub(1, k) : undefined;

  const steps = tf.unstack(outside);
  const backs = back.rank === 3 ? tf.unstack(back) : steps.map(() => back);
  const slopes = p.recurrent && tf.unstack(slope!);
  for (let t = steps.length - 2; t >= 0; t--) {
    const later = steps[t + 1]!;
    let delta = tf.add(steps[t]!, tf.mul(backs[t]!, later));
    if (p.recurrent) {
      const d = share ? tf.mul(share, later) : later;
      const through = tf.matMul(d as Tensor2D, p.recurrent as Tensor2D, false, true);
      delta = tf.add(delta, tf.mul(slopes![t]!, through));
    }
    steps[t] = delta;
  }

  const delta = tf.stack(steps);
  const byReceived = share ? tf.mul(share, delta) : delta;
  const before = o && stepBefore(tf, o, initial?.o);
  const gradient: LifGradient = { delta, byReceived };
  if (p.recurrent) gradient.recurrent = tf.matMul(rows(tf, before!), rows(tf, byReceived), true);
  if (p.leak) {
    const left = afterReset(tf, neuron, stepBefore(tf, u, initial?.u), before);
    const dk = tf.sum(tf.mul(received ? tf.sub(left, received) : left, delta), [0, 1]);
    const da = tf.mul(dk, tf.mul(k, tf.sub(1, k)));
    gradient.leak = p.leak.shape[0] === 1 ? tf.reshape(tf.sum(da), [1]) : da;
  }
  return gradient;
}

/** k, a scalar or [N] or [1]. */
function leakOf(tf: TensorFlow, { leak }: Lif | Integrator, p: LifParameters): Tensor {
  return typeof leak === 'number' ? (tf.scalar(leak) as Scalar) : tf.sigmoid(p.leak!);
}

/** A reset on tensors; its equations are in models/neuron.ts. */
interface TensorReset {
  /** r(u, o). */
  after(tf: TensorFlow, u: Tensor, o: Tensor, theta: number): Tensor;
  /** r(u, 1), of the shape of zeros; nothing where it is u. */
  fired?(tf: TensorFlow, theta: Tensor, zeros: Tensor): (u: Tensor) => Tensor;
  /** k·∂r/∂u. */
  kept(tf: TensorFlow, k: Tensor, o: Tensor): Tensor;
  /** k·∂r/∂o, and what else a spike takes from the next step; nothing where there is no reset. */
  taken(tf: TensorFlow, k: Tensor, u: Tensor, theta: number): Tensor | undefined;
}

const TENSOR_RESETS: Record<Reset, TensorReset> = {
  hard: {
    after: (tf, u, o) => tf.mul(u, tf.sub(1, o)),
    fired: (_, __, zeros) => () => zeros,
    kept: (tf, k, o) => tf.mul(k, tf.sub(1, o)),
    taken: (tf, k, u) => tf.neg(tf.mul(k, u)),
  },
  soft: {
    after: (tf, u, o, theta) => tf.sub(u, tf.mul(theta, o)),
    fired: (tf, theta) => (u) => tf.sub(u, theta),
    kept: (_, k) => k,
    taken: (tf, k, _, theta) => tf.mul(-theta, k),
  },
  none: { after: (_, u) => u, kept: (_, k) => k, taken: () => undefined },
  'soft-undecayed': { after: (_, u) => u, kept: (_, k) => k, taken: (tf, _, __, theta) => tf.scalar(-theta) },
};

/** r(u, o). */
function afterReset(tf: TensorFlow, neuron: Lif | Integrator, u: Tensor, o: Tensor | undefined): Tensor {
  return neuron.kind === 'integrator' ? u : TENSOR_RESETS[neuron.reset].after(tf, u, o!, neuron.threshold);
}

/** Of those that are there. */
export function sumOf(tf: TensorFlow, ...terms: (Tensor | undefined)[]): Tensor | undefined {
  const there = terms.filter((term) => term !== undefined);
  return there.length > 1 ? tf.addN(there) : there[0];
}
