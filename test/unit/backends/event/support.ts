/** The event backend inside one thread, for tests: the same program as the workers run, without the workers. */

import type { OptimizerStep } from '../../../../engine/backends/backend.ts';
import { kernelBytes } from '../../../../engine/backends/event/kernels/kernels.ts';
import { createMemory, type Layout, planLayout } from '../../../../engine/backends/event/layout/layout.ts';
import { readTensors, writeTensors } from '../../../../engine/backends/event/layout/tensors.ts';
import { createThread } from '../../../../engine/backends/event/workers/thread.ts';
import { stream } from '../../../../engine/base/random.ts';
import type { PreparedDataset, Split } from '../../../../engine/datasets/dataset.ts';
import { openReader } from '../../../../engine/datasets/reader.ts';
import { delayedXorSchema } from '../../../../engine/datasets/sets/delayed-xor/schema.ts';
import { settingsSchema } from '../../../../engine/experiment/schema.ts';
import { planNetwork } from '../../../../engine/models/build/network.ts';
import { drawDropoutMask } from '../../../../engine/models/dropout.ts';
import { drawInitialState } from '../../../../engine/models/initial-state.ts';
import { initialTensors, type Tensor } from '../../../../engine/models/parameters.ts';
import type { NetworkPlan } from '../../../../engine/models/plan.ts';
import type { InitialState } from '../../../../engine/reference/lif.ts';
import type { Sample } from '../../../../engine/reference/network.ts';

export interface Local {
  plan: NetworkPlan;
  layout: Layout;
  weights: Tensor[];
  /** With dropout where the network has it. */
  gradient(from: number, to: number, split?: Split): { loss: number; accuracy: number; gradients: Tensor[] };
  /** One weight update on the whole training split; the weights afterwards. */
  update(step: OptimizerStep): Tensor[];
}

/** Epoch of the gradients, for what is drawn in it. */
const EPOCH = 0;

/** A network over a data set, initialised with `seed`. */
export function localEngine(settings: object, dataset: PreparedDataset, batchSize: number, seed: number): Local {
  const full = settingsSchema.parse({ dataset: { name: 'delayed-xor' }, ...settings });
  const plan = planNetwork(full, dataset);
  const layout = planLayout(plan, dataset, batchSize, 1);
  const memory = createMemory(layout);
  writeTensors(memory, layout, layout.weights, initialTensors(plan, seed));
  new Uint32Array(memory.buffer, layout.order, dataset.sizes.train).forEach((_, i, order) => (order[i] = i));
  const run = createThread({ memory, kernels: kernelBytes(), layout, dataset, thread: 0, threads: 1, seed });
  return {
    plan,
    layout,
    weights: readTensors(memory, layout, layout.weights),
    update(step) {
      run({ kind: 'train', epoch: 0, samples: dataset.sizes.train, from: 0, to: 1, step });
      return readTensors(memory, layout, layout.weights);
    },
    gradient(from, to, split = 'test') {
      run({ kind: 'gradient', split, epoch: EPOCH, from, to, dropout: true });
      const stats = new Float64Array(memory.buffer, layout.stats);
      let loss = 0;
      let accuracy = 0;
      for (let s = 0; s < layout.shards; s++) {
        loss += stats[s * layout.statsPerTask]!;
        accuracy += stats[s * layout.statsPerTask + 1]!;
      }
      const n = to - from;
      return { loss: loss / n, accuracy: accuracy / n, gradients: readTensors(memory, layout, layout.gradients) };
    },
  };
}

/** Short spike trains with two classes. */
export function spikes(inputs = 7, steps = 12): PreparedDataset {
  const spec = delayedXorSchema.parse({ name: 'delayed-xor', steps, channels: inputs, pulse: 4, noise: 0.15 });
  const sizes = { train: 32, validation: 0, test: 32 };
  return {
    source: 'delayed-xor',
    spec,
    seed: 3,
    inputs,
    classes: 2,
    steps,
    encoding: 'events',
    sizes,
    maxEvents: inputs * steps,
    checksums: {},
  };
}

/** Small pictures with three classes, as constant input current. */
export function pictures(inputs = 9, steps = 10): PreparedDataset {
  const rng = stream(5, 'pictures');
  const count = 32;
  const pixels = Uint8Array.from({ length: count * inputs }, () => (rng.uniform() < 0.4 ? 0 : rng.below(256)));
  const labels = Uint8Array.from({ length: count }, () => rng.below(3));
  const sizes = { train: count, validation: 0, test: count };
  const pictures = { pixels, labels };
  return {
    source: 'images',
    seed: 3,
    inputs,
    classes: 3,
    steps,
    encoding: 'current',
    sizes,
    maxEvents: 0,
    checksums: {},
    train: pictures,
    test: pictures,
    coding: { kind: 'direct', gain: 1 },
  };
}

/** Factors of dropout on the neurons of each hidden layer, as a network that was initialised with `seed` draws them. */
export function dropoutMasksOf(plan: NetworkPlan, seed: number, sample: number): Float64Array[] {
  return plan.layers.slice(0, -1).map(({ output: [size] }, layer) => {
    const mask = new Float32Array(size);
    drawDropoutMask(mask, size, plan.dropout, { seed, epoch: EPOCH, sample, layer });
    return Float64Array.from(mask);
  });
}

/** Where the neurons of each layer start, as a network that was initialised with `seed` draws it. */
export function initialOf({ layers }: NetworkPlan, seed: number, sample: number): (InitialState | undefined)[] {
  return layers.map(({ neuron, output: [size] }, layer) => {
    if (!('initialState' in neuron) || neuron.initialState !== 'random') return undefined;
    const [u, o] = [new Float32Array(size), new Float32Array(size)];
    drawInitialState(u, o, size, { seed, epoch: EPOCH, sample, layer });
    return { u: Float64Array.from(u), o: Float64Array.from(o) };
  });
}

/** Sample number `index` of the test split, for the reference. */
export function sampleOf(dataset: PreparedDataset, index: number): Sample {
  const reader = openReader(dataset);
  if (dataset.encoding === 'current') {
    const current = new Float32Array(dataset.inputs);
    return { label: reader.current('test', 0, index, current), current };
  }
  const offsets = new Uint32Array(dataset.steps + 1);
  const channels = new Uint16Array(dataset.maxEvents);
  return { label: reader.events('test', 0, index, offsets, channels), offsets, channels };
}
