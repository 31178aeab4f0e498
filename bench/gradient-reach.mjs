/**
 * How far back in time a study's gradient reaches: `node bench/gradient-reach.mjs FILE VARIANT [--epochs 0,1,3,10] [--seed 1]
 * [--set path=value]`. Trains a delayed XOR and looks, after a number of epochs, at the first hidden layer during the first pulse,
 * the delay and the second pulse: spikes per neuron and step, the share of potentials in the surrogate's window (or within
 * its width), the mean potential, and the mean |dL/du| of a sample.
 */
import { parseArgs } from 'node:util';
import { loadEngine } from './load-engine.mjs';

const SAMPLES = 512;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: '0,1,3,10' },
    seed: { type: 'string', default: '1' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const [file, variant] = positionals;
const engine = await loadEngine(
  'engine/studies/load.ts',
  'engine/experiment/expand.ts',
  'engine/models/build/network.ts',
  'engine/backends/registry.ts',
  'engine/training/schedule.ts',
);
const study = engine.loadStudy(file, [...values.set, `seeds=[${values.seed}]`]);
const [spec] = engine.expandExperiment(study.experiment, study.file, { variants: [variant] });
const { dataset, training } = spec;
const { steps, pulse, channels, trainSamples } = dataset;
const data = {
  source: 'delayed-xor',
  spec: dataset,
  seed: spec.seed,
  inputs: channels,
  classes: 2,
  steps,
  encoding: 'events',
  sizes: { train: trainSamples, validation: 0, test: SAMPLES },
  maxEvents: steps * channels,
  checksums: {},
};
const plan = engine.planNetwork(spec, data);
const { neuron, output } = plan.layers[0];
const [size] = output;
const { batchSize } = training;
const network = await engine.BACKENDS.event.open(plan, data, { batchSize, threads: 1, seed: spec.seed });
const updates = Math.ceil(trainSamples / batchSize);
const order = Uint32Array.from({ length: trainSamples }, (_, i) => i);
const indices = Array.from({ length: SAMPLES }, (_, i) => i);

async function trainEpoch(epoch) {
  network.beginEpoch(epoch, order);
  for (let from = 0; from < updates; ) {
    const to = Math.min(updates, from + network.maxUpdates);
    const position = { step: epoch * updates + from, epoch, update: from };
    await network.train(from, to, engine.optimizerStep(training, position, to, updates));
    from = to;
  }
}

/** Means over the neurons, samples and steps [from, to). */
function part({ spikes, potentials, delta }, from, to) {
  let [fired, inside, potential, slope, n] = [0, 0, 0, 0, 0];
  for (let b = 0; b < SAMPLES; b++)
    for (let i = (b * steps + from) * size; i < (b * steps + to) * size; i++, n++) {
      const u = potentials.get(0)[i];
      fired += spikes.get(0)[i];
      inside += Math.abs(u - neuron.threshold) < neuron.surrogate.width ? 1 : 0;
      potential += u;
      slope += Math.abs(delta.get(0)[i]);
    }
  return {
    'spikes per step': (fired / n).toPrecision(2),
    'in the window %': ((100 * inside) / n).toPrecision(2),
    'mean u': (potential / n).toFixed(2),
    'mean |dL/du|': (slope / n).toExponential(1),
  };
}

let done = 0;
for (const epoch of values.epochs.split(',').map(Number)) {
  while (done < epoch) await trainEpoch(done++);
  const seen = await network.probe({ split: 'test', indices }, { spikes: [0], potentials: [0], delta: [0] });
  const { loss, accuracy } = seen.samples;
  const mean = (values) => values.reduce((sum, x) => sum + x, 0) / SAMPLES;
  console.log(
    `${variant}, after ${epoch} epochs: loss ${mean(loss).toFixed(4)}, accuracy ${mean(accuracy).toFixed(3)}`,
  );
  console.table({
    'first pulse': part(seen, 0, pulse),
    delay: part(seen, pulse, steps - pulse),
    'second pulse': part(seen, steps - pulse, steps),
  });
}
await network.close();
