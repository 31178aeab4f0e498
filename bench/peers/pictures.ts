/** Networks of convolutions over random pictures, for LIF Lab and for a peer: the same plan, the same numbers. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stream } from '../../engine/base/random.ts';
import type { PreparedDataset } from '../../engine/datasets/dataset.ts';
import { openReader } from '../../engine/datasets/reader.ts';
import { checkExperiment } from '../../engine/experiment/parse.ts';
import { type Settings, settingsSchema } from '../../engine/experiment/schema.ts';
import { parametersOf, type Tensor } from '../../engine/models/parameters.ts';
import type { NetworkPlan } from '../../engine/models/plan.ts';
import { PeerProcess } from './process.ts';

/** What is trained, and the planes, height and width of a picture. */
export interface PictureNetwork {
  name: string;
  settings: Settings;
  input: readonly [number, number, number];
}

/** The narrow ResNet-18_LIF of examples/paper/cifar10-narrow.lif.yaml. */
export function resnet(width: number, blocks: number[]): PictureNetwork {
  const file = resolve('examples/paper/cifar10-narrow.lif.yaml');
  const { settings } = checkExperiment(readFileSync(file, 'utf8'), file).experiment!.variants[0]!;
  const network = { ...settings.network, resnet: { ...settings.network.resnet!, width, blocks } };
  return { name: `ResNet, width ${width}, blocks ${blocks}`, settings: { ...settings, network }, input: [3, 32, 32] };
}

/** Two layers of 5 × 5, each pooled, as in docs/tensorflow.md. */
export function twoLayers(): PictureNetwork {
  const conv = [8, 16].map((filters) => ({ filters, kernel: 5, pool: { window: 2 } }));
  const readout = { kind: 'leaky-integrator', decode: 'mean', leak: 0 };
  const settings = settingsSchema.parse({
    dataset: { name: 'mnist', steps: 4, coding: { kind: 'direct' } },
    network: { conv, hidden: [], readout },
    neuron: { threshold: 0.3, leak: 0.3, reset: 'hard', surrogate: { shape: 'rectangular', width: 0.25 } },
    training: { learningRate: 1e-3 },
  });
  return { name: 'two convolutions', settings, input: [1, 28, 28] };
}

/** Pixels and labels are drawn. */
export function randomPictures(
  seed: number,
  count: number,
  [planes, height, width]: PictureNetwork['input'],
): PreparedDataset {
  const rng = stream(seed, 'pictures');
  const inputs = planes * height * width;
  const pictures = {
    pixels: Uint8Array.from({ length: count * inputs }, () => rng.below(256)),
    labels: Uint8Array.from({ length: count }, () => rng.below(10)),
  };
  const each = (value: number): number[] => new Array<number>(planes).fill(value);
  return {
    source: 'images',
    seed,
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
    colour: { side: height, planes, mean: each(0.5), deviation: each(0.25), padding: 0, flip: false },
  };
}

/** PyTorch, with bench/peers/convolutional.py. */
export const startPyTorch = (): PeerProcess =>
  PeerProcess.start(execFileSync(process.execPath, ['bench/peers/setup.mjs'], { encoding: 'utf8' }).trim(), [
    resolve('bench/peers/convolutional.py'),
  ]);

export interface PeerOptions {
  batch: number;
  threads: number;
  learningRate: number;
  /** float64, for what rounding does. */
  double?: boolean;
}

/** What the peer loads: the plan as it is, and one file of parameters and currents in `folder`. */
export function problem(
  plan: NetworkPlan,
  data: PreparedDataset,
  input: PictureNetwork['input'],
  parameters: readonly Tensor[],
  folder: string,
  options: PeerOptions,
): object {
  const file = join(folder, 'numbers.f32');
  const reader = openReader(data);
  const currents = Array.from({ length: data.sizes.train }, () => new Float32Array(data.inputs));
  const labels = currents.map((into, i) => reader.current('train', 0, i, into));
  const parts = [...parameters.map((tensor) => tensor.data), ...currents];
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
  const shapes = parametersOf(plan).map(({ name, shape }) => [name, shape]);
  const about = {
    layers: plan.layers,
    steps: plan.steps,
    parameters: shapes,
    input,
    samples: data.sizes.train,
    labels,
  };
  return { plan: about, file, ...options };
}

/** How far two gradients are from each other, as a share of the length of the second. */
export function distance(seen: ArrayLike<number>[], expected: ArrayLike<number>[]): number {
  let [error, length] = [0, 0];
  expected.forEach((g, i) => {
    for (let j = 0; j < g.length; j++) {
      error += (seen[i]![j]! - g[j]!) ** 2;
      length += g[j]! ** 2;
    }
  });
  return Math.sqrt(error / length);
}
