import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { describeChanges, expandExperiment } from '../../../engine/experiment/expand.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { seedsNeeded } from '../../../protocol/comparison/verdicts.ts';

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));
/** Compares spiking neurons with the baselines. */
const TEN_MODELS = 'paper/nmnist-table-7.lif.yaml';
/** Compares what does not differ. */
const A_A = 'a-a.lif.yaml';
/** Variants at several lengths. */
const CURVE = 'memory-curve.lif.yaml';
/** One difference, which its six seeds can decide. */
const FIRST = 'mnist-first.lif.yaml';
/** The paper leaves recurrence out there. */
const NOT_RECURRENT = ['paper/cifar10.lif.yaml', 'paper/cifar10-narrow.lif.yaml'];
const files = [...readdirSync(folder), ...readdirSync(`${folder}paper`).map((name) => `paper/${name}`)].filter((name) =>
  /\.lif\.(ya?ml|json)$/.test(name),
);

describe('the examples', () => {
  test('include delayed XOR short and as in the paper, MNIST, the ten models, and twice the same network', () =>
    expect(files).toEqual(
      expect.arrayContaining(['delayed-xor.lif.yaml', 'delayed-xor-paper.lif.yaml', 'mnist.lif.yaml', TEN_MODELS, A_A]),
    ));

  test.each(files)('%s is valid and expands to a run per variant and seed', (name) => {
    const { diagnostics, experiment, outline } = checkExperiment(readFileSync(folder + name, 'utf8'), folder + name);
    const twin = 'The variant `the same again` has the same settings as `baseline`, so its runs will be the same.';
    expect(diagnostics.map(({ message }) => message)).toEqual(name === A_A ? [twin] : []);
    const runs = expandExperiment(experiment!, folder + name);
    expect(runs).toHaveLength(outline!.variants.length * outline!.seeds.length);
  });

  test.each(files.filter((name) => ![TEN_MODELS, A_A, CURVE].includes(name)))(
    '%s compares variants that differ in one component each',
    (name) => {
      const { experiment } = checkExperiment(readFileSync(folder + name, 'utf8'), name);
      const names = experiment!.variants.map((variant) => variant.name);
      if (name === FIRST) return expect(names).toEqual(['baseline', 'complete leakage']);
      expect(names).toEqual([
        'baseline',
        'without leakage',
        'complete leakage',
        'without reset',
        ...(NOT_RECURRENT.includes(name) ? [] : ['with recurrence']),
      ]);
    },
  );

  const TEMPORAL = { batchSize: 512, learningRate: 1e-2, every: 20, factor: 0.5, threshold: 0.5, width: 0.5 };
  const OTHERS = { batchSize: 512, learningRate: 1e-4, every: 25, factor: 0.1, threshold: 0.3, width: 0.25 };
  const EVENTS = { ...OTHERS, batchSize: 1024 };
  test.each([
    ['delayed-xor', TEMPORAL, [16]],
    ['shd', TEMPORAL, [64]],
    ['ssc', TEMPORAL, [200]],
    ['randman', TEMPORAL, [64]],
    ['nmnist', EVENTS, [512]],
    ['nmnist-table-7', EVENTS, [512]],
    ['nmnist-simulated', EVENTS, [512]],
    ['dvs128-gesture', EVENTS, [512, 512]],
    ['mnist', OTHERS, [512]],
    ['cifar10', OTHERS, []],
  ])('paper/%s.lif.yaml has the values of Tables 4 and 5, and seeds that can decide', (name, expected, hidden) => {
    const file = `${folder}paper/${name}.lif.yaml`;
    const { training, neuron, network, variants, seeds } = checkExperiment(readFileSync(file, 'utf8'), file)
      .experiment!;
    const { schedule, optimizer, epochs, batchSize, learningRate } = training;
    const { threshold, surrogate } = neuron;
    expect({ ...schedule, batchSize, learningRate, threshold, width: surrogate.width }).toMatchObject(expected);
    expect([epochs, optimizer.kind, surrogate.shape, network.hidden]).toEqual([100, 'adam', 'rectangular', hidden]);
    expect(seeds.length).toBe(seedsNeeded(variants.length - 1));
  });

  test(`${CURVE} has every variant at every length, named as the table of results wants it`, () => {
    const { experiment } = checkExperiment(readFileSync(folder + CURVE, 'utf8'), CURVE);
    const first = checkExperiment(readFileSync(`${folder}delayed-xor.lif.yaml`, 'utf8'), 'delayed-xor.lif.yaml');
    const variants = first.experiment!.variants;
    const expected = [50, 75, 100, 150, 200].flatMap((steps) =>
      variants.map(({ name, settings }) => [`${name}, ${steps} steps`, steps, settings.neuron] as const),
    );
    const seen = experiment!.variants.map(({ name, settings: { dataset, neuron } }) => [
      name,
      'steps' in dataset ? dataset.steps : 0,
      neuron,
    ]);
    expect(seen).toEqual(expected);
  });

  test(`${TEN_MODELS} has the ten models of the paper's Table 7`, () => {
    const { experiment } = checkExperiment(readFileSync(folder + TEN_MODELS, 'utf8'), TEN_MODELS);
    const changes = experiment!.variants.map((variant) => describeChanges(experiment!, variant.name));
    expect(changes).toEqual([
      {},
      { 'neuron.leak': '1' },
      { 'neuron.leak': '0' },
      { 'neuron.reset': 'none' },
      { 'neuron.recurrent': 'true' },
      { 'neuron.leak': '1', 'neuron.recurrent': 'true' },
      { 'neuron.leak': '1', 'neuron.reset': 'none', 'neuron.recurrent': 'true' },
      { model: 'rnn' },
      { model: 'lstm' },
      { model: 'gru' },
    ]);
  });
});
