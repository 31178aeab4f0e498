/**
 * Training samples/s of the engine on the benchmark networks: forward, backward and optimizer step. `--only LSTM` names
 * one; RNN, LSTM and GRU run only when named, since one update of theirs takes up to half a minute.
 */
import { EventEngine } from '../engine/backends/event/engine.ts';
import { settingsSchema } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/network.ts';
import { ALL, type BenchNetwork, NETWORKS, SHD_1MS, settingsOf, syntheticEvents } from './networks.ts';
import { median } from './statistics.ts';

const STEP = {
  optimizer: { kind: 'adam' as const, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  updates: 0,
  learningRates: [1e-9],
};

interface Timed {
  engine: EventEngine;
  threads: number;
  rates: number[];
}

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const repeats = Number(option('repeats') ?? 7);
const threadCounts = (option('threads') ?? '1,2').split(',').map(Number);
const only = option('only');
const networks = only ? ALL.filter(({ name }) => name === only) : [...NETWORKS, SHD_1MS];

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
          'hidden activity': activity === undefined ? '' : `${(activity * 100).toFixed(0)} %`,
        },
      ]),
    ),
  ),
);
if (process.argv.includes('--json')) console.log(JSON.stringify(results));

/** The thread counts take turns, so that a slower minute of the machine hits all of them. */
async function measure(network: BenchNetwork) {
  const settings = settingsSchema.parse(settingsOf(network));
  const dataset = syntheticEvents(network, 1);
  const plan = planNetwork(settings, dataset);
  const timed: Timed[] = [];
  for (const threads of threadCounts) {
    const engine = await EventEngine.start(plan, dataset, { batchSize: network.batch, threads, seed: 1 });
    engine.order.set(Array.from({ length: network.batch }, (_, i) => i));
    timed.push({ engine, threads, rates: [] });
  }
  let spikes: number | undefined;
  for (let r = -1; r < repeats; r++)
    for (const { engine, rates } of timed) {
      const began = performance.now();
      let samples = 0;
      do {
        const [sums] = await engine.train(0, 0, 1, STEP);
        samples += sums!.samples;
        spikes = engine.spikeRates(sums!)[0];
      } while (performance.now() - began < 500);
      if (r >= 0) rates.push(samples / ((performance.now() - began) / 1000));
    }
  await Promise.all(timed.map(({ engine }) => engine.close()));
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
