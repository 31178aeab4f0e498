/**
 * What it costs to count the activity of all neurons in an evaluation: paired, plain and counted in turns, on the benchmark
 * networks. `node bench/run.mjs --activity --only N-MNIST [--samples 10000] [--threads 2] [--repeats 9]`
 */
import { binsFor, INTERVAL_SAMPLES } from '../engine/analysis/spikes/spikes.ts';
import type { ActivityOptions } from '../engine/backends/backend.ts';
import { chosenInstructions } from '../engine/backends/event/kernels/native.ts';
import { EventNetwork } from '../engine/backends/event/network.ts';
import { settingsSchema } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { ALL, NETWORKS, NEURON, settingsOf, syntheticEvents } from './networks.ts';
import { median } from './statistics.ts';

const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const samples = Number(option('samples') ?? 10_000);
const threads = Number(option('threads') ?? 2);
const repeats = Number(option('repeats') ?? 9);
const only = option('only');

console.log(`${chosenInstructions()} instructions, ${threads} threads, ${samples} samples`);
const rows: Record<string, object> = {};
for (const network of only ? ALL.filter(({ name }) => name === only) : NETWORKS)
  for (const reset of network.model ? ['hard'] : ['hard', 'none']) {
    const dataset = syntheticEvents(network);
    // The samples of one batch, again and again.
    const again = Uint32Array.from({ length: samples }, (_, i) => i % network.batch);
    const data = {
      ...dataset,
      sizes: { ...dataset.sizes, test: samples },
      samples: { ...dataset.samples, test: again },
    };
    const plan = planNetwork(settingsSchema.parse(settingsOf(network, { ...NEURON, reset })), data);
    const engine = await EventNetwork.open(plan, data, { batchSize: network.batch, threads, seed: 1 });
    /** Seconds by the clock, and of all processors together, which other work on the machine disturbs less. */
    const seconds = async (activity: ActivityOptions | undefined): Promise<{ clock: number; cpu: number }> => {
      const began = performance.now();
      const before = process.cpuUsage();
      await engine.evaluate('test', { activity });
      const { user, system } = process.cpuUsage(before);
      return { clock: (performance.now() - began) / 1000, cpu: (user + system) / 1e6 };
    };
    const plain: number[] = [];
    const ratios: number[] = [];
    const cpu: number[] = [];
    const { spikes } = await engine.evaluate('test');
    for (let r = -1; r < repeats; r++) {
      const [a, b] = [
        await seconds(undefined),
        await seconds({
          stepsPerBin: Math.ceil(plan.steps / binsFor(plan)),
          intervalsEvery: Math.ceil(samples / INTERVAL_SAMPLES),
        }),
      ];
      if (r < 0) continue;
      plain.push(a.clock);
      ratios.push(b.clock / a.clock);
      cpu.push(b.cpu / a.cpu);
    }
    await engine.close();
    rows[`${network.name}, reset ${reset}`] = {
      'plain s': Number(median(plain).toFixed(2)),
      'counted, of plain': Number(median(ratios).toFixed(3)),
      least: Number(Math.min(...ratios).toFixed(3)),
      most: Number(Math.max(...ratios).toFixed(3)),
      'counted, of plain, CPU': Number(median(cpu).toFixed(3)),
      'hidden activity %': Number(((100 * spikes[0]!) / (samples * network.steps * network.hidden)).toFixed(1)),
    };
  }
console.table(rows);
