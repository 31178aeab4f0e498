/**
 * Whether the gradient of ResNet-18_LIF at full depth is the same in three implementations, and what rounding makes of it. For each
 * seed a random picture and new weights: the float64 reference beside PyTorch in float64, where no potential is decided by
 * rounding, and beside native TensorFlow in float32, with what rounding has decided otherwise: spikes, and places in the window of
 * the surrogate. `--width 2`, `--blocks 2`, `--batch 1`, `--seeds 12`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTensorFlow } from '../engine/backends/tensorflow/tensorflow.ts';
import { readSample, samplesOf } from '../engine/backends/tfjs/batch.ts';
import * as tensors from '../engine/backends/tfjs/passes.ts';
import { openReader } from '../engine/datasets/reader.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { initialTensors, isLearned, parametersOf } from '../engine/models/parameters.ts';
import { backwardBatch, forwardBatch } from '../engine/reference/network.ts';
import { distance, problem, randomPictures, resnet, startPyTorch } from './peers/pictures.ts';

const option = (name: string, otherwise: number): number => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};
const [batch, seeds] = [option('batch', 1), option('seeds', 12)];
const { name, settings, input } = resnet(option('width', 2), new Array<number>(4).fill(option('blocks', 2)));
const { learningRate } = settings.training;
const tf = (await loadTensorFlow('native', 1))();
const folder = mkdtempSync(join(tmpdir(), 'lif-bench-'));
const peer = startPyTorch();
try {
  console.log(`${name}, batches of ${batch}.`);
  const rows: Record<string, object> = {};
  for (let seed = 1; seed <= seeds; seed++) rows[seed] = await compare(seed);
  console.table(rows);
} finally {
  peer.close();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(seed: number): Promise<object> {
  const data = randomPictures(seed, batch, input);
  const plan = planNetwork(settings, data);
  const initial = [...initialTensors(plan, seed).values()];
  const learned = parametersOf(plan).flatMap(({ name, part }) => (isLearned(part) ? [name] : []));
  const samples = Array.from({ length: batch }, (_, i) => readSample(data, openReader(data), 'train', 0, i));

  const parameters = Object.fromEntries(initial.map((t) => [t.name, Float64Array.from(t.data)]));
  const right = forwardBatch(plan, parameters, samples, { training: true });
  const expected = backwardBatch(plan, right, samples);
  const gradient = learned.map((name) => expected[name]!);

  const numbers = problem(plan, data, input, initial, folder, { batch, threads: 1, learningRate, double: true });
  await peer.ask({ load: numbers });
  const theirs = await peer.ask<{ gradient: number[][] }>({ gradient: true });

  return tf.tidy(() => {
    const weights = new Map(initial.map((t) => [t.name, tf.tensor(t.data, [...t.shape], 'float32')] as const));
    const drawn = { dropoutMasks: [], initial: [], training: true };
    const pass = tensors.forward(tf, plan, weights, samplesOf(tf, plan, samples), drawn);
    const found = tensors.backward(tf, plan, weights, pass, { keeps: true }).parameters;
    const ours = learned.map((name) => tf.div(found.get(name)!, batch).dataSync());
    let [spikes, windows, all] = [0, 0, 0];
    let first: { layer: string; distance: number } | undefined;
    plan.layers.forEach(({ name, neuron }, l) => {
      if (neuron.kind !== 'lif') return;
      const { threshold, surrogate } = neuron;
      // [T, B, N] there, [T, N] of each sample here.
      const [u, T] = [pass.layers[l]!.u.dataSync(), plan.steps];
      const N = u.length / (T * batch);
      // Each as it is decided there, in its own precision.
      const { fround } = Math;
      const inside = (x: number): boolean => Math.abs((x - threshold) / surrogate.width) < 1;
      const inside32 = (x: number): boolean =>
        Math.abs(fround(fround(x - fround(threshold)) / fround(surrogate.width))) < 1;
      for (let t = 0; t < T; t++)
        for (let b = 0; b < batch; b++)
          for (let n = 0; n < N; n++) {
            const [seen, exact] = [u[(t * batch + b) * N + n]!, right.passes[b]!.layers[l]!.u[t * N + n]!];
            all++;
            if (inside32(seen) !== inside(exact)) windows++;
            if (seen >= fround(threshold) === exact >= threshold) continue;
            spikes++;
            first ??= { layer: name, distance: Math.abs(exact - threshold) };
          }
    });
    return {
      'PyTorch, float64': distance(theirs.gradient, gradient).toExponential(0),
      'TensorFlow, float32': distance(ours, gradient).toExponential(0),
      'spikes that differ': `${spikes} of ${all}`,
      'window differs': windows,
      'first in': first?.layer ?? '',
      'its distance from the threshold': first?.distance.toExponential(0) ?? '',
    };
  });
}
