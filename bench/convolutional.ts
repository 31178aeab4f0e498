/**
 * Training samples/s and peak memory of networks of convolutions on native TensorFlow and in PyTorch, in turns; before that the loss
 * and gradient of one batch are compared. Pictures are random. `--network resnet` (the narrow ResNet-18_LIF) or `conv` (two layers).
 * `--threads 2`, `--rounds 5`, `--updates 2`, `--batch 16`; of the ResNet `--width 16`, `--stages 4`, `--blocks 2`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Network, OptimizerStep } from '../engine/backends/backend.ts';
import { BACKENDS } from '../engine/backends/registry.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { isLearned, parametersOf, type Tensor } from '../engine/models/parameters.ts';
import { distance, problem, randomPictures, resnet, startPyTorch, twoLayers } from './peers/pictures.ts';
import { spread } from './statistics.ts';

const said = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const option = (name: string, otherwise: number): number => Number(said(name) ?? otherwise);
const [threads, rounds, updates] = [option('threads', 2), option('rounds', 5), option('updates', 2)];
const batch = option('batch', 16);
const SEED = 1;
const BATCHES = 4;

// Of the whole depth, a spike that rounding moves becomes many; a network with fewer stages tells whether the two compute the same.
const stages = new Array<number>(option('stages', 4)).fill(option('blocks', 2));
const { name, settings, input } = said('network') === 'conv' ? twoLayers() : resnet(option('width', 16), stages);
const data = randomPictures(SEED, BATCHES * batch, input);
const plan = planNetwork(settings, data);
const network = await BACKENDS['tfjs-node'].open(plan, data, { batchSize: batch, threads, seed: SEED });
network.beginEpoch(
  0,
  Uint32Array.from({ length: data.sizes.train }, (_, i) => i),
);
const { learningRate } = settings.training;
const folder = mkdtempSync(join(tmpdir(), 'lif-bench-'));
const peer = startPyTorch();
try {
  const numbers = problem(plan, data, input, network.parameters(), folder, { batch, threads, learningRate });
  const { version } = await peer.ask<{ version: string }>({ load: numbers });
  const contenders = `${BACKENDS['tfjs-node'].describe()}; PyTorch ${version}`;
  console.log(`${name}: ${contenders}; ${threads} threads, batches of ${batch}.`);
  await compareGradients(network);
  await measure(network);
} finally {
  peer.close();
  rmSync(folder, { recursive: true, force: true });
  await network.close();
}

/** A step of gradient descent without momentum, of length 1, is the gradient. */
async function compareGradients(network: Network): Promise<void> {
  const before = network.state();
  const step: OptimizerStep = { optimizer: { kind: 'sgd', momentum: 0 }, updates: 0, learningRates: [1] };
  const start = network.parameters();
  const [sums] = await network.train(0, 1, step);
  const ours = differences(start, network.parameters());
  network.restore(before);
  const theirs = await peer.ask<{ loss: number; gradient: number[][] }>({ gradient: true });
  const relative = distance(ours, theirs.gradient);
  console.log(
    `Loss ${sums!.loss / sums!.samples} and ${theirs.loss}; the gradients differ by ${relative} of their length.`,
  );
}
/** Of the learned ones. */
function differences(from: readonly Tensor[], to: readonly Tensor[]): Float64Array[] {
  return parametersOf(plan).flatMap(({ part }, i) =>
    isLearned(part) ? [Float64Array.from(from[i]!.data, (x, j) => x - to[i]!.data[j]!)] : [],
  );
}

async function measure(network: Network): Promise<void> {
  const speeds: Record<'tfjs' | 'pytorch', number[]> = { tfjs: [], pytorch: [] };
  let [peak, made] = [0, 0];
  const optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    for (let u = 0; u < updates; u++, made++)
      await network.train(made % BATCHES, (made % BATCHES) + 1, {
        optimizer,
        updates: made,
        learningRates: [learningRate],
      });
    const seconds = (performance.now() - began) / 1000;
    const theirs = await peer.ask<{ seconds: number; peak: number }>({ train: updates });
    peak = theirs.peak;
    // The first round warms up.
    if (round === 0) continue;
    speeds.tfjs.push((updates * batch) / seconds);
    speeds.pytorch.push((updates * batch) / theirs.seconds);
  }
  const MiB = (bytes: number): number => Math.round(bytes / 2 ** 20);
  console.table({
    'tfjs-node': { ...spread(speeds.tfjs), 'peak MiB': MiB(process.resourceUsage().maxRSS * 1024) },
    PyTorch: { ...spread(speeds.pytorch), 'peak MiB': MiB(peak) },
  });
  const ratios = spread(speeds.tfjs.map((ours, i) => ours / speeds.pytorch[i]!));
  console.log(`tfjs-node over PyTorch: ${ratios.median} (${ratios.min}–${ratios.max}), ${rounds} rounds in turns.`);
}
