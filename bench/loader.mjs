/**
 * What the loader of event data delivers, beside what the trainer takes: `npm run build && node bench/loader.mjs`.
 * Synthetic recordings in the shapes of N-MNIST and SHD, and as many as SSC has; [--seconds 2] [--ssc 75466].
 *
 * The cache is written to a temporary folder and removed. The operating system keeps it in memory, as it does in the
 * second epoch of a training; the trainer's figures include loading.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadEngine } from './load-engine.mjs';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, ssc: { type: 'string', default: '75466' } },
});
const seconds = Number(values.seconds);
const folder = mkdtempSync(join(tmpdir(), 'lif-loader-'));
process.env.LIF_DATA = folder;
const engine = await loadEngine(
  'engine/datasets/recordings/recordings.ts',
  'engine/datasets/reader.ts',
  'engine/base/random.ts',
  'engine/backends/event/network.ts',
  'engine/models/build/network.ts',
  'engine/experiment/schema.ts',
  'bench/networks.ts',
);

/** Recordings of uniformly spread events in the shape of a benchmark network. */
function plan(network, name, count) {
  const { inputs, classes, steps, density } = network;
  const events = Math.round(inputs * steps * density);
  return {
    name,
    classes,
    binning: { kind: 'fixed', steps, dt: 1, values: 'counts', rightClosed: false, fromFirst: false },
    identity: { count },
    fingerprint: 'synthetic',
    open: () => ({
      inputs,
      parts: { train: count, validation: 0, test: 0 },
      read(index, buffer) {
        const rng = engine.stream(1, 'loader', index);
        for (let i = 0; i < events; i++) buffer.push((i * steps) / events, rng.below(inputs));
        return { label: index % classes, group: 0 };
      },
      checksums: () => ({}),
      close() {},
    }),
    splits: {},
  };
}

/** Samples/s of reading in shuffled order. */
function readingRate(data) {
  const reader = engine.openReader(data);
  const offsets = new Uint32Array(data.steps + 1);
  const channels = new Uint16Array(data.maxEvents);
  const order = Uint32Array.from({ length: data.sizes.train }, (_, i) => i);
  engine.shuffle(order, engine.stream(1, 'order'));
  let samples = 0;
  const began = performance.now();
  for (; performance.now() - began < seconds * 1000; samples += 100)
    for (let i = 0; i < 100; i++) reader.events('train', 0, order[(samples + i) % order.length], offsets, channels);
  return samples / ((performance.now() - began) / 1000);
}

async function trainingRate(network, data) {
  const settings = engine.settingsSchema.parse(engine.settingsOf(network));
  const trainer = await engine.EventNetwork.open(engine.planNetwork(settings, data), data, {
    batchSize: network.batch,
    threads: 1,
    seed: 1,
  });
  trainer.beginEpoch(
    0,
    Uint32Array.from({ length: network.batch }, (_, i) => i % data.sizes.train),
  );
  const step = {
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    updates: 0,
    learningRates: [1e-9],
  };
  let samples = 0;
  let began = 0;
  for (let warm = true; warm || performance.now() - began < seconds * 1000; warm = false) {
    if (warm) await trainer.train(0, 1, step);
    if (began === 0) began = performance.now();
    const [sums] = await trainer.train(0, 1, step);
    samples += sums.samples;
  }
  const rate = samples / ((performance.now() - began) / 1000);
  await trainer.close();
  return rate;
}

/** Memory that the prepared data set keeps, shared by all threads. */
const heldBytes = ({ body, starts, labels }) =>
  starts.byteLength + labels.byteLength + (body.kind === 'memory' ? body.bytes.byteLength : 0);

const MiB = 2 ** 20;
const rows = {};
async function measure(title, network, count, train) {
  const recordings = plan(network, title.toLowerCase().replace(/\W+/g, '-'), count);
  const began = performance.now();
  await engine.prepareRecordings(recordings, { file: '', seed: 1 });
  const prepared = performance.now();
  const data = await engine.prepareRecordings(recordings, { file: '', seed: 1 });
  const opened = performance.now() - prepared;
  const file = engine.cacheFile(recordings);
  const reads = readingRate(data);
  const trains = train ? await trainingRate(network, data) : undefined;
  rows[title] = {
    recordings: count,
    'cache MiB': Math.round(statSync(file).size / MiB),
    'read from': data.body.kind,
    'prepared/s': Math.round(count / ((prepared - began) / 1000)),
    'opened in ms': Math.round(opened),
    'read/s': Math.round(reads),
    'trained/s (1 thread)': trains && Math.round(trains),
    'read : trained': trains && Math.round(reads / trains),
    'held MiB': Math.round(heldBytes(data) / MiB),
  };
  rmSync(file);
}

try {
  const [, shd, ssc, nmnist] = engine.NETWORKS;
  await measure('N-MNIST', nmnist, 4_000, true);
  await measure('N-MNIST on disk', nmnist, 20_000, true);
  await measure('SHD', shd, 8_156, true);
  await measure('SHD at 1 ms', engine.SHD_1MS, 8_156, true);
  await measure('SSC', ssc, Number(values.ssc), true);
  console.table(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
