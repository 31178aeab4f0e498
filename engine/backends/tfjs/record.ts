/** From the tensors of a pass to plain numbers: sums of a batch, recordings, and what single samples did. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { lengthOf } from '../../models/parameters.ts';
import type { NetworkPlan } from '../../models/plan.ts';
import type { Recording, SampleScores, Sums } from '../backend.ts';
import { featureLayer } from '../recording.ts';
import { countedLayers } from '../scores.ts';
import type { TensorFlow } from '../tensorflow/tensorflow.ts';
import type { Gradients, Pass } from './passes.ts';

/** Spikes of a layer over all steps and neurons, of each sample [B]. */
export function spikesOf(tf: TensorFlow, { layers }: Pass, l: number): Tensor {
  return tf.sum(layers[l]!.o!, [0, 2]);
}

/** Adds the samples of a pass to the sums. */
export function addPass(tf: TensorFlow, sums: Sums, plan: NetworkPlan, pass: Pass): void {
  const loss = pass.loss.dataSync();
  const accuracy = pass.accuracy.dataSync();
  sums.samples += loss.length;
  for (const value of loss) sums.loss += value;
  for (const value of accuracy) sums.accuracy += value;
  countedLayers(plan).forEach((l, i) => {
    if (plan.layers[l]!.neuron.kind !== 'lif') return;
    for (const value of spikesOf(tf, pass, l).dataSync()) sums.spikes[i]! += value;
  });
  const first = loss.findIndex((value) => !Number.isFinite(value));
  if (first < 0 || sums.divergedLayer !== undefined) return;
  const layer = pass.layers.findIndex(({ u }) => !ofSample(tf, u, first).every(Number.isFinite));
  sums.divergedLayer = layer < 0 ? plan.layers.length : layer;
}

/** Sample `b` of [T, B, N] as [T, N]. */
export function ofSample(tf: TensorFlow, x: Tensor, b: number): Float32Array {
  const [steps, , size] = x.shape;
  return tf.slice(x, [0, b, 0], [steps!, 1, size!]).dataSync<'float32'>();
}

/** Writes the class scores of a pass to places from `first` on. */
export function writeScores(tf: TensorFlow, into: SampleScores, first: number, labels: Tensor, pass: Pass): void {
  const classes = pass.scores.shape[2]!;
  into.labels.set(labels.dataSync(), first);
  into.loss.set(pass.loss.dataSync(), first);
  into.accuracy.set(pass.accuracy.dataSync(), first);
  into.scores.set(tf.mean(pass.scores, 0).dataSync(), first * classes);
}

/** Fills all of a recording that has been asked for, from places of sample `first` on. */
export function record(
  tf: TensorFlow,
  into: Recording,
  first: number,
  plan: NetworkPlan,
  pass: Pass,
  gradients: Gradients | undefined,
): void {
  const { steps, layers } = plan;
  const bySample = (x: Tensor): Float32Array => tf.transpose(x, [1, 0, 2]).dataSync<'float32'>();
  const size = (l: number): number => lengthOf(layers[l]!.output);
  for (const [l, array] of into.spikes) array.set(bySample(pass.layers[l]!.o!), first * steps * size(l));
  for (const [l, array] of into.potentials) array.set(bySample(pass.layers[l]!.u), first * steps * size(l));
  for (const [l, array] of into.counts) array.set(tf.sum(pass.layers[l]!.o!, 0).dataSync(), first * size(l));
  into.features?.set(featuresOf(tf, plan, pass), first * size(featureLayer(plan)));
  for (const [l, array] of into.delta) {
    const delta = gradients!.delta[l]!;
    array.set(bySample(delta), first * steps * delta.shape[2]!);
  }
  into.inputGradient?.set(bySample(gradients!.input!), first * steps * plan.inputs);
}

function featuresOf(tf: TensorFlow, plan: NetworkPlan, pass: Pass): Float32Array {
  const { u, o, gated } = pass.layers[featureLayer(plan)]!;
  const seen = gated && plan.readout.decode === 'last' ? tf.slice(u, [plan.steps - 1, 0, 0]) : (o ?? u);
  return tf.mean(seen, 0).dataSync<'float32'>();
}
