/**
 * The backends of LIF Lab on the benchmark networks, in turns, and where native TensorFlow's time goes: an update of B samples takes
 * a + b·B, of which a is what does not depend on the samples, nearly all of it the dispatch of operations one by one. They are
 * counted. `--rounds 3`, `--threads 2`, `--seconds 4` (a backend with slower updates gets a batch of 8), `--only XOR,SHD`.
 */
import { BACKENDS } from '../engine/backends/registry.ts';
import { loadTensorFlow } from '../engine/backends/tensorflow/tensorflow.ts';
import { settingsSchema } from '../engine/experiment/schema.ts';
import { planNetwork } from '../engine/models/build/network.ts';
import { type BenchNetwork, NETWORKS, settingsOf, syntheticEvents } from './networks.ts';
import { median, spread } from './statistics.ts';

const said = (name: string): string | undefined => {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
};
const option = (name: string, otherwise: number): number => Number(said(name) ?? otherwise);
const [rounds, threads, budget] = [option('rounds', 3), option('threads', 2), option('seconds', 4)];
const only = said('only')?.split(',');
const IDS = ['event', 'tfjs-node', 'tfjs-cpu'] as const;
const [BATCH, FEW] = [128, 8];
const OPTIMIZER = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

for (const network of NETWORKS.filter(({ name }) => only?.includes(name) ?? true)) {
  const speeds = await inTurns(network);
  const { fixed, perSample, operations } = await dispatch(network);
  console.log(`\n${network.name}, T = ${network.steps}, ${threads} threads, ${rounds} rounds`);
  console.table(speeds);
  const share = (100 * fixed) / (fixed + perSample * BATCH);
  console.log(
    `tfjs-node: ${operations} operations an update; ${(1000 * fixed).toFixed(1)} ms of processor time do not depend on the samples (${share.toFixed(0)} % of an update of ${BATCH}, ${((1e6 * fixed) / operations).toFixed(0)} µs an operation), ${(1e6 * perSample).toFixed(0)} µs for each sample.`,
  );
}
process.exit(0);

type Trainee = Awaited<ReturnType<typeof openNetwork>>;

async function openNetwork(id: (typeof IDS)[number], bench: BenchNetwork) {
  const data = syntheticEvents(bench);
  const plan = planNetwork(settingsSchema.parse(settingsOf(bench)), data);
  const network = await BACKENDS[id].open(plan, data, { batchSize: bench.batch, threads, seed: 1 });
  network.beginEpoch(
    0,
    Uint32Array.from({ length: data.sizes.train }, (_, i) => i % bench.batch),
  );
  let made = 0;
  return {
    close: () => network.close(),
    /** Seconds of an update. */
    async train(updates: number): Promise<number> {
      const began = performance.now();
      const learningRates = new Array<number>(updates).fill(1e-9);
      await network.train(0, updates, { optimizer: OPTIMIZER, updates: made, learningRates });
      made += updates;
      return (performance.now() - began) / 1000 / updates;
    },
  };
}

async function inTurns(bench: BenchNetwork): Promise<object> {
  const trainees: Trainee[] = [];
  const batches: number[] = [];
  for (const id of IDS) {
    const tried = await openNetwork(id, { ...bench, batch: FEW });
    await tried.train(1);
    const slow = (await tried.train(1)) * (BATCH / FEW) > budget;
    if (!slow) await tried.close();
    const trainee = slow ? tried : await openNetwork(id, { ...bench, batch: BATCH });
    await trainee.train(1);
    trainees.push(trainee);
    batches.push(slow ? FEW : BATCH);
  }
  /** Of each backend the seconds of a sample, by the round. */
  const seconds: number[][] = IDS.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [i, id] of IDS.entries())
      seconds[i]!.push((await trainees[i]!.train(id === 'event' ? 50 : 1)) / batches[i]!);
  for (const trainee of trainees) await trainee.close();
  const rows = IDS.map((id, i) => {
    const { median, min, max } = spread(seconds[i]!.map((s) => 1 / s));
    const slower = spread(seconds[i]!.map((s, round) => s / seconds[0]![round]!));
    const ratio = `${digits(slower.median)} (${digits(slower.min)}–${digits(slower.max)})`;
    const speed = { 'samples/s': digits(median), min: digits(min), max: digits(max) };
    return [id, { batch: batches[i], ...speed, 'times slower': ratio }];
  });
  return Object.fromEntries(rows);
}

/** A line through the times of updates with few and with many samples, in turns, and how many operations an update is. */
async function dispatch(bench: BenchNetwork): Promise<{ fixed: number; perSample: number; operations: number }> {
  const engine = (await loadTensorFlow('native', threads))().engine();
  const [few, many] = [4, 64];
  const trainees = [
    await openNetwork('tfjs-node', { ...bench, batch: few }),
    await openNetwork('tfjs-node', { ...bench, batch: many }),
  ];
  // JavaScript gets faster for a while.
  for (let i = 0; i < 3; i++) for (const trainee of trainees) await trainee.train(1);
  const run = engine.runKernel.bind(engine);
  let operations = 0;
  engine.runKernel = (...args) => {
    operations++;
    return run(...args);
  };
  await trainees[1]!.train(1);
  engine.runKernel = run;
  const times: number[][] = [[], []];
  for (let i = 0; i < 7; i++)
    for (const [k, trainee] of trainees.entries()) {
      // Processor time: on a machine that does other things as well, it says more than the clock.
      const before = process.cpuUsage();
      await trainee.train(1);
      const { user, system } = process.cpuUsage(before);
      times[k]!.push((user + system) / 1e6);
    }
  for (const trainee of trainees) await trainee.close();
  const [short, long] = [median(times[0]!), median(times[1]!)];
  const perSample = (long - short) / (many - few);
  return { fixed: short - few * perSample, perSample, operations };
}

/** Three digits, without an exponent. */
function digits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
