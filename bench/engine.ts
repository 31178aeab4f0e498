/**
 * Training samples/s of the engine on the benchmark networks: forward, backward and optimizer step. `--only LSTM` names
 * one; RNN, LSTM and GRU run only when named, since one update of theirs takes up to half a minute.
 */
import { cpus } from 'node:os';
import { chosenInstructions } from '../engine/backends/event/kernels/native.ts';
import { ALL, type BenchNetwork, NETWORKS, SHD_1MS, syntheticEvents } from './networks.ts';
import { median } from './statistics.ts';
import { Trainee } from './trainee.ts';

interface Timed {
  trainee: Trainee;
  threads: number;
  rates: number[];
}

const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const repeats = Number(option('repeats') ?? 7);
const threadCounts = (option('threads') ?? '1,2').split(',').map(Number);
const only = option('only');
const networks = only ? ALL.filter(({ name }) => name === only) : [...NETWORKS, SHD_1MS];

console.log(`${chosenInstructions()} instructions, Node ${process.versions.node}, ${cpus()[0]!.model}`);
const results = [];
for (const network of networks) results.push(await measure(network));
console.table(
  Object.fromEntries(
    results.flatMap(({ name, activity, rates }) =>
      rates.map((r) => [
        `${name}, ${r.threads} thread${r.threads > 1 ? 's' : ''}`,
        {
          'samples/s': Math.round(r.median),
          min: Math.round(r.min),
          max: Math.round(r.max),
          'of one thread': Number(r.ratio.toFixed(2)),
          'hidden activity': activity === null ? '' : `${(activity * 100).toFixed(0)} %`,
        },
      ]),
    ),
  ),
);
if (process.argv.includes('--json')) console.log(JSON.stringify(results));

/** The thread counts take turns, so that a slower minute of the machine hits all of them. */
async function measure(network: BenchNetwork) {
  const dataset = syntheticEvents(network);
  const timed: Timed[] = [];
  for (const threads of threadCounts)
    timed.push({ trainee: await Trainee.start(network, dataset, threads), threads, rates: [] });
  let spikes: number | null = null;
  for (let r = -1; r < repeats; r++)
    for (const { trainee, rates } of timed) {
      const { samples, seconds, activity } = await trainee.train(0.5);
      spikes = activity;
      if (r >= 0) rates.push(samples / seconds);
    }
  await Promise.all(timed.map(({ trainee }) => trainee.close()));
  const base = timed[0]!;
  return {
    name: network.name,
    activity: spikes,
    rates: timed.map(({ threads, rates }) => ({
      threads,
      median: median(rates),
      min: Math.min(...rates),
      max: Math.max(...rates),
      ratio: median(rates.map((rate, i) => rate / base.rates[i]!)),
    })),
  };
}
