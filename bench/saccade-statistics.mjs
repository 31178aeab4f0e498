/**
 * Compares simulated N-MNIST with real recordings of the same pictures: `node bench/saccade-statistics.mjs`.
 * Needs the folders `mnist` and `nmnist` in LIF_REAL_DATA (default ../shared/data).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadEngine, realData } from './load-engine.mjs';

if (!existsSync(join(realData, 'nmnist', 'Train'))) {
  console.error(`${realData}: has no folders mnist and nmnist; set LIF_REAL_DATA.`);
  process.exit(2);
}
const engine = await loadEngine(
  'engine/datasets/recordings/binning.ts',
  'engine/datasets/sets/mnist/read.ts',
  'engine/datasets/sets/nmnist/read.ts',
  'engine/datasets/sets/nmnist-simulated/saccades.ts',
  'test/unit/datasets/statistics.ts',
  'engine/datasets/sets/nmnist-simulated/schema.ts',
);
const recordings = ['Train', 'Test'].flatMap((part) =>
  readdirSync(join(realData, 'nmnist', part)).flatMap((digit) =>
    readdirSync(join(realData, 'nmnist', part, digit)).map((name) => ({
      part,
      number: Number.parseInt(name, 10) - 1,
      file: join(realData, 'nmnist', part, digit, name),
    })),
  ),
);
const pictures = {
  Train: engine.readPictures(join(realData, 'mnist'), 'train', {}).pixels,
  Test: engine.readPictures(join(realData, 'mnist'), 't10k', {}).pixels,
};
const events = new engine.EventBuffer();
function* real() {
  for (const { file } of recordings) {
    events.length = 0;
    engine.parseNmnist(file, readFileSync(file), true, events);
    yield events;
  }
}
const camera = new engine.SaccadeCamera(engine.nmnistSimulatedSchema.parse({ name: 'nmnist-simulated' }));
function* simulated() {
  for (const [i, { part, number }] of recordings.entries()) {
    events.length = 0;
    camera.record(pictures[part].subarray(784 * number, 784 * (number + 1)), i, events);
    yield events;
  }
}
const a = engine.eventStatistics(real(), 34 * 34, 330);
const b = engine.eventStatistics(simulated(), 34 * 34, 330);
const row = (title, pick, digits = 0) => console.log(`| ${title} | ${pick(a, digits)} | ${pick(b, digits)} |`);
const f = (v, digits) => v.toFixed(digits);
const list = (v, digits) => v.map((x) => f(x, digits)).join(', ');
console.log(`${a.recordings} recordings and the simulation of the same pictures\n`);
console.log('| | recorded | simulated |\n|---|---|---|');
row('events, mean ± deviation', (s) => `${f(s.events.mean, 0)} ± ${f(s.events.deviation, 0)}`);
row('events, 10 %, 50 %, 90 % quantile', (s) => list(s.events.quantiles, 0));
row('ON fraction, mean ± deviation', (s) => `${f(s.on.mean, 3)} ± ${f(s.on.deviation, 3)}`);
row('channels with an event', (s) => f(s.active.one, 0));
row('channels with three events', (s) => f(s.active.three, 0));
row('ms between events of a channel, 10 %, 50 %, 90 %', (s) => list(s.intervals, 1));
for (const [k, name] of ['first', 'second', 'third'].entries())
  row(`events in the ${name} 105 ms`, (s) => {
    const bins = s.profile;
    let sum = 0;
    for (let i = 0; i < bins.length; i++) {
      const from = Math.max(10 * i, 105 * k);
      const to = Math.min(10 * i + 10, 105 * (k + 1));
      if (to > from) sum += (bins[i] * (to - from)) / 10;
    }
    return f(sum, 0);
  });
row('events in each 10 ms', (s) => list(s.profile, 0));
console.log(`\ncorrelation of event counts over recordings: ${f(engine.correlation(a.counts, b.counts), 3)}`);
console.log(`correlation of the 10 ms profiles: ${f(engine.correlation(a.profile, b.profile), 3)}`);
