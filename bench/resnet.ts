/**
 * Training samples/s and peak memory of the narrow ResNet-18_LIF (examples/paper/cifar10-narrow.lif.yaml) on native TensorFlow and in
 * PyTorch, in turns; before that the loss and gradient of one batch are compared. Pictures are random.
 * `--threads 2`, `--rounds 5`, `--updates 2`, `--width 16`, `--batch 16`, `--stages 4`, `--blocks 2`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Network, OptimizerStep } from '../engine/backends/backend.ts';
import { BACKENDS } from '../engine/backends/registry.ts';
import { stream } from '../engine/base/random.ts';
import type { PreparedDataset } from '../engine/datasets/dataset.ts';
import { openReader } from '../engine/datasets/reader.ts';
import { checkExperiment } from '../engine/experiment/parse.ts';
import type { Settings } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { isLearned, parametersOf, type Tensor } from '../engine/models/parameters.ts';
import type { NetworkPlan } from '../engine/models/plan.ts';
import { PeerProcess } from './peers/process.ts';
import { spread } from './statistics.ts';

const option = (name: string, otherwise: number): number => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};
const [threads, rounds, updates] = [option('threads', 2), option('rounds', 5), option('updates', 2)];
const batchSize = option('batch', 16);
// Of the whole depth, a spike that rounding moves becomes many; a network with fewer stages tells whether the two compute the same.
const blocks = new Array<number>(option('stages', 4)).fill(option('blocks', 2));
const SEED = 1;
const BATCHES = 4;
const INPUT = [3, 32, 32] as const;

const settings = settingsOf(resolve('examples/paper/cifar10-narrow.lif.yaml'), option('width', 16), blocks);
const data = randomPictures(BATCHES * batchSize);
const plan = planNetwork(settings, data);
const network = await BACKENDS['tfjs-node'].open(plan, data, { batchSize, threads, seed: SEED });
network.beginEpoch(
  0,
  Uint32Array.from({ length: data.sizes.train }, (_, i) => i),
);
const { learningRate } = settings.training;
const folder = mkdtempSync(join(tmpdir(), 'lif-bench-'));
const peer = PeerProcess.start(execFileSync(process.execPath, ['bench/peers/setup.mjs'], { encoding: 'utf8' }).trim(), [
  resolve('bench/peers/resnet.py'),
]);
try {
  const { version } = await peer.ask<{ version: string }>({ load: problem(plan, data, network) });
  console.log(`${BACKENDS['tfjs-node'].describe()}; PyTorch ${version}; ${threads} threads, batches of ${batchSize}.`);
  await compareGradients(network);
  await measure(network);
} finally {
  peer.close();
  rmSync(folder, { recursive: true, force: true });
  await network.close();
}

function settingsOf(file: string, width: number, blocks: number[]): Settings {
  const { experiment } = checkExperiment(readFileSync(file, 'utf8'), file);
  const { settings } = experiment!.variants[0]!;
  return { ...settings, network: { ...settings.network, resnet: { ...settings.network.resnet!, width, blocks } } };
}

function randomPictures(count: number): PreparedDataset {
  const rng = stream(SEED, 'pictures');
  const inputs = INPUT[0] * INPUT[1] * INPUT[2];
  const pictures = {
    pixels: Uint8Array.from({ length: count * inputs }, () => rng.below(256)),
    labels: Uint8Array.from({ length: count }, () => rng.below(10)),
  };
  return {
    source: 'images',
    seed: SEED,
    inputs,
    classes: 10,
    steps: 4,
    encoding: 'current',
    sizes: { train: count, validation: 0, test: 0 },
    maxEvents: 0,
    checksums: {},
    train: pictures,
    test: pictures,
    coding: { kind: 'direct', gain: 1 },
    colour: { side: 32, planes: 3, mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25], padding: 0, flip: false },
  };
}

/** What the peer loads: the plan as it is, and one file of parameters and currents. */
function problem(plan: NetworkPlan, data: PreparedDataset, network: Network): object {
  const file = join(folder, 'numbers.f32');
  const reader = openReader(data);
  const currents = Array.from({ length: data.sizes.train }, () => new Float32Array(data.inputs));
  const labels = currents.map((into, i) => reader.current('train', 0, i, into));
  const parts = [...network.parameters().map((tensor) => tensor.data), ...currents];
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
  const parameters = parametersOf(plan).map(({ name, shape }) => [name, shape]);
  const about = { layers: plan.layers, steps: plan.steps, parameters, input: INPUT, samples: data.sizes.train, labels };
  return { plan: about, file, batch: batchSize, threads, learningRate };
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
  let [error, length] = [0, 0];
  ours.forEach((g, i) => {
    g.forEach((x, j) => {
      error += (x - theirs.gradient[i]![j]!) ** 2;
      length += x ** 2;
    });
  });
  const relative = Math.sqrt(error / length);
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
    speeds.tfjs.push((updates * batchSize) / seconds);
    speeds.pytorch.push((updates * batchSize) / theirs.seconds);
  }
  const MiB = (bytes: number): number => Math.round(bytes / 2 ** 20);
  console.table({
    'tfjs-node': { ...spread(speeds.tfjs), 'peak MiB': MiB(process.resourceUsage().maxRSS * 1024) },
    PyTorch: { ...spread(speeds.pytorch), 'peak MiB': MiB(peak) },
  });
  const ratios = spread(speeds.tfjs.map((ours, i) => ours / speeds.pytorch[i]!));
  console.log(`tfjs-node over PyTorch: ${ratios.median} (${ratios.min}–${ratios.max}), ${rounds} rounds in turns.`);
}
