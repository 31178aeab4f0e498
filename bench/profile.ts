/**
 * Where the time of one thread goes: every kernel call timed on one batch. `node bench/run.mjs --profile --only SHD`, with
 * recurrent weights `--recurrent`; of an evaluation that counts the activity of all neurons with `--counted`, of a plain one
 * with `--evaluate`.
 */

import { binsFor } from '../engine/analysis/spikes/spikes.ts';
import { createActivity, fanOuts } from '../engine/backends/activity.ts';
import { instantiateKernels, kernelBytes, START } from '../engine/backends/event/kernels/kernels.ts';
import { chosenInstructions, copier, withNative } from '../engine/backends/event/kernels/native.ts';
import type { Kernels } from '../engine/backends/event/kernels/signatures/all.ts';
import { createMemory, planLayout } from '../engine/backends/event/layout/layout.ts';
import { readTensors, writeTensors } from '../engine/backends/event/layout/tensors.ts';
import { createProgram } from '../engine/backends/event/workers/thread.ts';
import { openReader } from '../engine/datasets/reader.ts';
import { settingsSchema } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { initialTensors } from '../engine/models/parameters.ts';
import { ALL, NETWORKS, NEURON, SHD_1MS, settingsOf, syntheticEvents } from './networks.ts';

const recurrent = process.argv.includes('--recurrent');
const counted = process.argv.includes('--counted');
const evaluating = counted || process.argv.includes('--evaluate');
const index = process.argv.indexOf('--only');
const chosen = index < 0 ? [...NETWORKS, SHD_1MS] : ALL.filter(({ name }) => name === process.argv[index + 1]);
for (const network of chosen) {
  const settings = settingsSchema.parse(settingsOf(network, { ...NEURON, recurrent }));
  const dataset = syntheticEvents(network);
  const layout = planLayout(planNetwork(settings, dataset), dataset, network.batch, 1);
  const memory = createMemory(layout);
  writeTensors(memory, layout, layout.weights, initialTensors(layout.network, 1));
  const times: Record<string, number> = {};
  const kernels = withNative(instantiateKernels(kernelBytes(), memory), memory, chosenInstructions());
  let call = '';
  const timed = Object.fromEntries(
    Object.entries(kernels).map(([name, kernel]) => [
      name,
      (values: Record<string, number>) => {
        const direction = values.start === START.bias ? 'forward' : 'gradient';
        const label = name === 'gatherRows' ? `gather ${direction}, ${values.rows} rows × ${values.columns}` : name;
        const began = performance.now();
        const result = (kernel as (values: object) => unknown)(values);
        times[label] = (times[label] ?? 0) + performance.now() - began;
        call = label;
        return result;
      },
    ]),
  ) as unknown as Kernels;
  const program = createProgram(timed, memory, layout, 0, openReader(dataset, copier()), 1);
  const order = Uint32Array.from({ length: network.batch }, (_, i) => i);
  const shard = (to: number): void =>
    program.trainShard({ split: 'train', epoch: 0, order, from: 0, to, dropout: false }, network.batch, 0, 0);
  const { network: plan } = layout;
  const options = { stepsPerBin: Math.ceil(plan.steps / binsFor(plan)), intervalsEvery: 10 };
  const counting = {
    ...options,
    activity: createActivity(plan, network.batch, options),
    fanOut: fanOuts(plan, readTensors(memory, layout, layout.weights)),
  };
  const evaluate = (to: number): void =>
    program.evaluate(
      { split: 'train', epoch: 0, order, from: 0, to, dropout: false },
      0,
      undefined,
      counted ? counting : undefined,
    );
  const work = evaluating ? evaluate : shard;
  for (let i = 0; i < 3; i++) work(64);
  for (const name in times) times[name] = 0;
  const began = performance.now();
  let samples = 0;
  while (performance.now() - began < 2000) {
    work(64);
    samples += 64;
  }
  const total = performance.now() - began;
  console.log(
    `${network.name}, ${chosenInstructions()}: ${Math.round((1000 * samples) / total)} samples/s, ${((1000 * total) / samples).toFixed(1)} µs a sample, of which (last: ${call})`,
  );
  for (const [name, ms] of Object.entries(times).sort((a, b) => b[1] - a[1]))
    console.log(
      `  ${name.padEnd(34)} ${((1000 * ms) / samples).toFixed(1).padStart(8)} µs  ${((100 * ms) / total).toFixed(0).padStart(3)} %`,
    );
}
