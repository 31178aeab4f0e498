/**
 * The independent oracle: the same network as tensor operations of tfjs on the CPU (float32), whose automatic
 * differentiation gives the gradients. Only the spike and the detached reset have a gradient of ours.
 * Written from the equations for a whole batch at once, and sharing nothing with the reference but the plan.
 */
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { parametersOf } from '../../../engine/models/parameters.ts';
import type { LayerPlan, Lif, NetworkPlan } from '../../../engine/models/plan.ts';
import type { Sample } from '../../../engine/reference/network.ts';

// Keeps tfjs from advertising its native form on every start.
tf.env().set('IS_TEST', true);
await tf.setBackend('cpu');
await tf.ready();

export { tf };

/** h'(x) as tensor operations, from the formulas of docs/engine.md. */
function surrogate({ shape, width, height }: Lif['surrogate'], x: tf.Tensor): tf.Tensor {
  const z = tf.div(x, width);
  const bell = (mean: number, sd: number) =>
    tf.mul(tf.exp(tf.neg(tf.div(tf.square(tf.sub(x, mean)), 2 * sd * sd))), 1 / (sd * Math.sqrt(2 * Math.PI)));
  switch (shape) {
    case 'rectangular':
      return tf.mul(tf.cast(tf.less(tf.abs(x), width), 'float32'), height);
    case 'triangular':
      return tf.mul(tf.relu(tf.sub(1, tf.abs(z))), height);
    case 'sigmoid':
      return tf.mul(tf.sub(1, tf.square(tf.tanh(tf.div(z, 2)))), height);
    case 'arctan':
      return tf.div(height, tf.add(1, tf.square(z)));
    case 'superspike':
      return tf.div(height, tf.square(tf.add(1, tf.abs(z))));
    case 'multi-gaussian': {
      const sides = tf.add(bell(width, 6 * width), bell(-width, 6 * width));
      const mixture = tf.sub(tf.mul(bell(0, width), 1.15), tf.mul(sides, 0.15));
      // The same mixture at x = 0, where the two outer bells are equal.
      const top = (1.15 - (0.3 / 6) * Math.exp(-1 / 72)) / (width * Math.sqrt(2 * Math.PI));
      return tf.mul(mixture, height / top);
    }
  }
}

function spike(layer: Lif, u: tf.Tensor): tf.Tensor {
  const fire = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, (tensors: tf.Tensor[]) => void];
    save([x]);
    return {
      value: tf.cast(tf.greaterEqual(x, 0), 'float32'),
      gradFunc: (dy, saved) => tf.mul(dy as tf.Tensor, surrogate(layer.surrogate, saved[0]!)),
    };
  });
  return fire(tf.sub(u, layer.threshold));
}

const detach = tf.customGrad((x) => ({
  value: tf.clone(x as tf.Tensor),
  gradFunc: (dy) => tf.zerosLike(dy as tf.Tensor),
}));

type ByName = Record<string, tf.Tensor>;

/** Outputs of layer i for every step: inputs are [B, inputs], outputs [B, size]. */
function runLayer({ connection, neuron }: LayerPlan, i: number, p: ByName, inputs: tf.Tensor[]) {
  if (connection.kind !== 'dense' || !(neuron.kind === 'lif' || neuron.kind === 'integrator'))
    throw new Error('The oracle has dense layers of spiking neurons and integrators only.');
  const layer = neuron.kind === 'lif' ? neuron : { ...neuron, reset: 'none', resetGradient: true, recurrent: false };
  const W = p[`layers.${i}.weight`]!;
  const k = typeof layer.leak === 'number' ? tf.scalar(layer.leak) : tf.sigmoid(p[`layers.${i}.leak`]!);
  const us: tf.Tensor[] = [];
  const os: tf.Tensor[] = [];
  // Where nothing is drawn, random states are at their mean.
  const start = neuron.initialState === 'random' ? tf.fill([inputs[0]!.shape[0]!, connection.size], 0.5) : undefined;
  for (const x of inputs) {
    let u = tf.matMul(x as tf.Tensor2D, W as tf.Tensor2D);
    if (connection.bias) u = tf.add(u, p[`layers.${i}.bias`]!);
    const before = us.at(-1) ?? start;
    const spikes = os.at(-1) ?? start;
    if (spikes && layer.recurrent)
      u = tf.add(u, tf.matMul(spikes as tf.Tensor2D, p[`layers.${i}.recurrent`]! as tf.Tensor2D));
    if (neuron.scaleInput) u = tf.mul(u, tf.sub(1, k));
    if (before && spikes) {
      const seen = layer.resetGradient ? spikes : detach(spikes);
      if (layer.reset === 'hard') u = tf.add(u, tf.mul(k, tf.mul(before, tf.sub(1, seen))));
      else if (neuron.kind === 'lif' && neuron.reset === 'soft')
        u = tf.add(u, tf.mul(k, tf.sub(before, tf.mul(seen, neuron.threshold))));
      else if (neuron.kind === 'lif' && neuron.reset === 'soft-undecayed')
        u = tf.add(u, tf.sub(tf.mul(k, before), tf.mul(seen, neuron.threshold)));
      else u = tf.add(u, tf.mul(k, before));
    }
    us.push(u);
    os.push(neuron.kind === 'lif' ? spike(neuron, u) : tf.zerosLike(u));
  }
  return { u: us, o: os };
}

/** Class scores [R, B, C]. */
function decode({ readout }: NetworkPlan, u: tf.Tensor[], o: tf.Tensor[]): tf.Tensor {
  const potentials = tf.stack(u.slice(readout.from));
  switch (readout.decode) {
    case 'each-step':
      return potentials;
    case 'mean':
      return tf.mean(potentials, 0, true);
    case 'rate':
      return tf.mean(tf.stack(o.slice(readout.from)), 0, true);
    case 'last':
      return tf.expandDims(u.at(-1)!, 0);
    case 'max': {
      // tf.max would give the whole gradient to every step that attains the maximum; the first one alone shall have it.
      // Reading the indices out makes them constants for the differentiation.
      const steps = tf.tensor2d(tf.argMax(potentials, 0).arraySync() as number[][], undefined, 'int32');
      const first = tf.cast(tf.oneHot(steps, potentials.shape[0]!), 'float32');
      return tf.sum(tf.mul(potentials, tf.transpose(first, [2, 0, 1])), 0, true);
    }
  }
}

/** Mean loss of a batch, given its scores and labels. */
export function batchLoss(loss: NetworkPlan['loss'], scores: tf.Tensor, labels: number[]): tf.Tensor {
  const classes = scores.shape.at(-1)!;
  const target = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
  if (loss === 'mse') return tf.mean(tf.square(tf.sub(scores, target)));
  const unnormalised = loss === 'double-softmax' ? tf.softmax(scores) : scores;
  const logits = tf.sub(unnormalised, tf.logSumExp(unnormalised, -1, true));
  return tf.neg(tf.mean(tf.sum(tf.mul(logits, target), -1)));
}

/** Loss and gradients by name of a function of named parameters. */
export function lossAndGradients(
  shapes: { name: string; shape: number[] }[],
  params: Record<string, Float64Array>,
  lossOf: (p: ByName) => tf.Tensor,
): { loss: number; grads: Record<string, Float32Array> } {
  const tensors = shapes.map(({ name, shape }) => tf.tensor([...params[name]!], shape));
  const scalarLoss = (...list: tf.Tensor[]) => {
    const byName = Object.fromEntries(shapes.map(({ name }, i) => [name, list[i]!]));
    return tf.reshape(lossOf(byName), []) as tf.Scalar;
  };
  const { value, grads } = tf.valueAndGrads(scalarLoss)(tensors);
  const result = {
    loss: value.dataSync()[0]!,
    grads: Object.fromEntries(shapes.map(({ name }, i) => [name, Float32Array.from(grads[i]!.dataSync())])),
  };
  tf.dispose([value, ...grads, ...tensors]);
  return result;
}

/** Mean loss of the samples and its gradients. */
export function oracle(plan: NetworkPlan, params: Record<string, Float64Array>, samples: Sample[]) {
  return lossAndGradients(parametersOf(plan), params, (p) => {
    let signals = Array.from({ length: plan.steps }, (_, t) => tf.tensor2d(samples.map((s) => inputAt(plan, s, t))));
    let u: tf.Tensor[] = [];
    plan.layers.forEach((layer, i) => {
      const out = runLayer(layer, i, p, signals);
      u = out.u;
      signals = out.o as tf.Tensor2D[];
    });
    const labels = samples.map(({ label }) => label);
    return batchLoss(plan.loss, decode(plan, u, signals), labels);
  });
}

function inputAt(plan: NetworkPlan, sample: Sample, t: number): number[] {
  if ('current' in sample) return Array.from(sample.current);
  const fired = Array.from(sample.channels).slice(sample.offsets[t], sample.offsets[t + 1]);
  return Array.from({ length: plan.inputs }, (_, c) => fired.filter((channel) => channel === c).length);
}
