/**
 * What probes cost: samples that are in no data set, with nothing asked (against an evaluation of as many) and with dL/dx
 * (against a weight update of as many), as attacks ask for thousands of times. `--only LSTM` names a network, `--hidden 128`
 * and `--samples 32` say how large it is and how many are asked at once.
 */
import { cpus } from 'node:os';
import type { Network, OptimizerStep, Sample } from '../engine/backends/backend.ts';
import { chosenInstructions } from '../engine/backends/event/kernels/native.ts';
import { EventNetwork } from '../engine/backends/event/network.ts';
import { openReader } from '../engine/datasets/reader.ts';
import { settingsSchema } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { ALL, type BenchNetwork, type Events, settingsOf, syntheticEvents } from './networks.ts';
import { spread } from './statistics.ts';

const option = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const repeats = Number(option('repeats') ?? 7);
const threadCounts = (option('threads') ?? '1,2').split(',').map(Number);
const count = Number(option('samples') ?? 32);
const found = ALL.find(({ name }) => name === (option('only') ?? 'N-MNIST'));
if (!found) throw new Error(`No network is called ${option('only')}: ${ALL.map(({ name }) => name).join(', ')}.`);
const network: BenchNetwork = { ...found, hidden: Number(option('hidden') ?? found.hidden), batch: count };
/** So small a rate leaves the weights as they are. */
const STEP: OptimizerStep = { optimizer: { kind: 'sgd', momentum: 0 }, updates: 0, learningRates: [1e-9] };

console.log(`${chosenInstructions()} instructions, Node ${process.versions.node}, ${cpus()[0]!.model}`);
console.log(`${network.name} with ${network.hidden} neurons, ${count} samples at once`);
const data = syntheticEvents(network);
const samples = samplesOf(data);
const rows: Record<string, object> = {};
for (const threads of threadCounts) {
  const opened = await open(threads);
  const questions: Record<string, () => Promise<unknown>> = {
    'an evaluation': () => opened.evaluate('train', { samples: count }),
    'a probe with nothing asked': () => opened.probe({ samples }, {}),
    'a weight update': () => opened.train(0, 1, STEP),
    'a probe with δ': () => opened.probe({ samples }, { delta: [0] }),
    'a probe with dL/dx': () => opened.probe({ samples }, { inputGradient: true }),
    'a probe with all gradients': () => opened.probe({ samples }, { inputGradient: true, parameterGradient: true }),
  };
  const times = await takeTurns(questions);
  for (const [what, values] of Object.entries(times)) {
    const { median, min, max } = spread(values);
    const name = `${what}, ${threads} thread${threads > 1 ? 's' : ''}`;
    rows[name] = { ms: Number(median.toFixed(2)), least: Number(min.toFixed(2)), most: Number(max.toFixed(2)) };
  }
  await opened.close();
}
console.table(rows);

async function open(threads: number): Promise<Network> {
  const plan = planNetwork(settingsSchema.parse(settingsOf(network)), data);
  const opened = await EventNetwork.open(plan, data, { batchSize: count, threads, seed: 1 });
  opened.beginEpoch(
    0,
    new Uint32Array(data.sizes.train).map((_, i) => i % count),
  );
  return opened;
}

/** Milliseconds of each, asked in turns so that a slower minute of the machine hits all of them. */
async function takeTurns(questions: Record<string, () => Promise<unknown>>): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = Object.fromEntries(Object.keys(questions).map((what) => [what, []]));
  for (let r = -1; r < repeats; r++)
    for (const [what, ask] of Object.entries(questions)) {
      let asked = 0;
      const began = performance.now();
      do await ask();
      while (++asked < 3 || performance.now() - began < 300);
      if (r >= 0) times[what]!.push((performance.now() - began) / asked);
    }
  return times;
}

/** Samples [0, count) of the training set by their events, as an attack gives them. */
function samplesOf(dataset: Events): Sample[] {
  const reader = openReader(dataset);
  return Array.from({ length: count }, (_, i) => {
    const offsets = new Uint32Array(dataset.steps + 1);
    const channels = new Uint16Array(dataset.maxEvents);
    return { label: reader.events('train', 0, i, offsets, channels), offsets, channels };
  });
}
