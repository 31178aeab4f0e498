/**
 * What looking into a network costs: an epoch's weight updates and the look after it, timed in turn on the same network, of
 * the examples that need no download. `--threads 2`, `--rounds 9`.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BACKENDS } from '../engine/backends/registry.ts';
import { zeroSums } from '../engine/backends/scores.ts';
import { prepareDataset } from '../engine/datasets/prepare.ts';
import { expandExperiment } from '../engine/experiment/expand.ts';
import { checkExperiment } from '../engine/experiment/parse.ts';
import type { RunSpec } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { orderOf, start } from '../engine/training/codec.ts';
import { look } from '../engine/training/health/look.ts';
import type { TrainingRun } from '../engine/training/run.ts';
import { optimizerStep } from '../engine/training/schedule.ts';
import { add } from '../engine/training/sums.ts';
import { median } from './statistics.ts';

const option = (name: string, otherwise: number): number => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(process.argv[index + 1]);
};
const threads = option('threads', 1);
const rounds = option('rounds', 9);

const rows: Record<string, object> = {};
for (const name of ['delayed-xor', 'delayed-xor-paper']) {
  const file = resolve('examples', `${name}.lif.yaml`);
  const { experiment } = checkExperiment(readFileSync(file, 'utf8'), file);
  rows[name] = await measure(expandExperiment(experiment!, file)[0]!);
}
console.table(rows);

/** Milliseconds of an epoch's updates and of a look, medians; and the look as a share of its own epoch, median and greatest. */
async function measure(spec: RunSpec): Promise<object> {
  const { training, seed, file } = spec;
  const data = await prepareDataset(spec.dataset, { file, seed });
  const plan = planNetwork(spec, data);
  const network = await BACKENDS[spec.backend].open(plan, data, { batchSize: training.batchSize, threads, seed });
  const position = start(plan);
  const run = { spec, plan, network, sizes: data.sizes, position } as unknown as TrainingRun;
  const updates = Math.ceil(data.sizes.train / training.batchSize);
  const epochs: number[] = [];
  const looks: number[] = [];
  for (let epoch = 0; epoch <= rounds; epoch++) {
    position.epochSums = zeroSums(plan);
    network.beginEpoch(epoch, orderOf(seed, epoch, data.sizes.train));
    const began = performance.now();
    for (let from = 0; from < updates; from += network.maxUpdates) {
      const to = Math.min(updates, from + network.maxUpdates);
      const step = optimizerStep(training, { step: position.step, epoch, update: from }, to, updates);
      for (const sums of await network.train(from, to, step)) add(position.epochSums, sums);
      position.step += to - from;
    }
    const trained = performance.now();
    await look(run, epoch + 1);
    // The first round warms up.
    if (epoch === 0) continue;
    epochs.push(trained - began);
    looks.push(performance.now() - trained);
  }
  await network.close();
  const shares = looks.map((ms, i) => (100 * ms) / epochs[i]!);
  return {
    'epoch ms': median(epochs).toFixed(1),
    'look ms': median(looks).toFixed(2),
    'share %': median(shares).toFixed(2),
    'greatest share %': Math.max(...shares).toFixed(2),
  };
}
