/**
 * How long analyses take on the N-MNIST network (2312-512-10, hard reset, 105 steps of 3 ms) after a few epochs on simulated
 * N-MNIST, for which MNIST must be there. `--only landscape` names one; what follows `--set` are its parameters as JSON:
 * `npm run bench -- --analyses --only embedding --set '{"samples":5000}' [--threads 2] [--mnist FOLDER] [--epochs 5]`
 */
import { resolve } from 'node:path';
import type { Subject } from '../engine/analysis/analysis.ts';
import { analysisOf, paramsOf } from '../engine/analysis/registry.ts';
import type { Network } from '../engine/backends/backend.ts';
import { chosenInstructions } from '../engine/backends/event/kernels/native.ts';
import { BACKENDS } from '../engine/backends/registry.ts';
import { prepareDataset } from '../engine/datasets/prepare.ts';
import { type RunSpec, settingsSchema } from '../engine/experiment/schema.ts';
import { openSubject } from '../engine/jobs/subject.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { orderOf } from '../engine/training/codec.ts';
import { optimizerStep } from '../engine/training/schedule.ts';

const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const threads = Number(option('threads') ?? 2);
/** What the goals are about. */
const QUESTIONS: Record<string, object> = {
  landscape: { points: 51, samples: 2000 },
  embedding: { samples: 5000 },
  attack: { samples: 1000 },
  resolution: {},
  spikes: {},
};

const settings = settingsSchema.parse({
  dataset: {
    name: 'nmnist-simulated',
    dt: 3,
    trainSamples: 10_000,
    ...(option('mnist') && { path: resolve(option('mnist')!) }),
  },
  network: { hidden: [512], readout: { kind: 'spike-rate' } },
  neuron: { threshold: 0.3, leak: 0.3, surrogate: { width: 0.25 } },
  training: { epochs: Number(option('epochs') ?? 5), batchSize: 256, learningRate: 1e-3 },
});
const spec: RunSpec = {
  ...settings,
  study: 'S',
  variant: 'baseline',
  seed: 1,
  file: resolve('bench/analyses.lif.yaml'),
};

console.log(`${chosenInstructions()} instructions, ${threads} threads`);
const state = await trained();
const only = option('only');
for (const name of only ? [only] : Object.keys(QUESTIONS)) await measure(name);

/** The checkpoint after the epochs. */
async function trained(): Promise<ReturnType<Network['state']>> {
  const { training, seed, file } = spec;
  const data = await prepareDataset(spec.dataset, { file, seed });
  const network = await BACKENDS[spec.backend].open(planNetwork(spec, data), data, {
    batchSize: training.batchSize,
    threads,
    seed,
  });
  const updates = Math.ceil(data.sizes.train / training.batchSize);
  for (let epoch = 0, step = 0; epoch < training.epochs; epoch++) {
    network.beginEpoch(epoch, orderOf(seed, epoch, data.sizes.train));
    for (let from = 0; from < updates; from += network.maxUpdates) {
      const to = Math.min(updates, from + network.maxUpdates);
      await network.train(from, to, optimizerStep(training, { step, epoch, update: from }, to, updates));
      step += to - from;
    }
  }
  const { accuracy, samples, spikes } = await network.evaluate('test');
  console.log(
    `${((100 * accuracy) / samples).toFixed(1)} % of the test samples are right, ${((100 * spikes[0]!) / samples / 105 / 512).toFixed(1)} % of the hidden neurons fire in a step`,
  );
  const tensors = network.state();
  await network.close();
  return tensors;
}

async function measure(name: string): Promise<void> {
  const signal = new AbortController().signal;
  const opened: Subject[] = [];
  const open = async (of: RunSpec, maxEvents?: number): Promise<Subject> => {
    opened.push(await openSubject(of, state, { threads, signal, like: opened[0], maxEvents }));
    return opened.at(-1)!;
  };
  const analysis = analysisOf(name);
  const params = paramsOf(analysis, { ...QUESTIONS[name], ...JSON.parse(option('set') ?? '{}') });
  const began = performance.now();
  const before = process.cpuUsage();
  const subject = await open(spec);
  const loaded = performance.now();
  const result = await analysis.run(
    {
      ...subject,
      open: (change, { maxEvents } = {}) => open(change(structuredClone(spec)), maxEvents),
      progress: () => {},
      publish: () => {},
      earlier: undefined,
      signal,
    },
    params,
  );
  const { user, system } = process.cpuUsage(before);
  const ended = performance.now();
  await Promise.all(opened.map(({ network }) => network.close()));
  const told = JSON.stringify(result, (_, value) =>
    Array.isArray(value) && value.length > 12 ? `${value.length} values` : value,
  );
  console.log(
    `${name}: ${((ended - began) / 1000).toFixed(1)} s (${((loaded - began) / 1000).toFixed(1)} to open), ${((user + system) / 1e6).toFixed(1)} CPU s`,
  );
  if (process.argv.includes('--result')) console.log(told.slice(0, 4000));
}
