import { expect, test } from 'vitest';
import { validateExperiment } from '../../../engine/experiment/checks/validate.ts';
import { expandExperiment } from '../../../engine/experiment/expand.ts';
import type { Experiment } from '../../../engine/experiment/schema.ts';
import { compareExperiment } from '../../../engine/runs/comparison/compare.ts';
import { type KeyedRun, runKey } from '../../../engine/runs/key.ts';
import type { RunSummary } from '../../../protocol/runs.ts';

const FILE = '/studies/xor.lif.yaml';
const experiment = checked({
  name: 'XOR',
  dataset: { name: 'delayed-xor' },
  network: { hidden: [4] },
  variants: { baseline: {}, 'without leakage': { neuron: { leak: 1 } } },
  seeds: [1, 2],
});
const specs = expandExperiment(experiment, FILE);

function checked(raw: unknown): Experiment {
  const { experiment, problems } = validateExperiment(raw);
  if (!experiment) throw new Error(problems[0]!.message);
  return experiment;
}

let count = 0;
/** A run of the spec at this place of the expansion: 0 and 1 are the baseline, 2 and 3 without leakage. */
function runOf(
  place: number,
  change: Partial<RunSummary> & { accuracy?: number; spikeRates?: number[]; key?: string } = {},
): KeyedRun {
  const { accuracy, spikeRates, key = runKey(specs[place]!), ...rest } = change;
  const { study, variant, seed, file } = specs[place]!;
  const summary = {
    id: `run-${count++}`,
    folder: `/results/.lif/runs/run-${count}`,
    ...{ study, variant, seed, file },
    state: 'finished',
    createdAt: count,
    seconds: 10,
    damage: [],
    ...(accuracy !== undefined && {
      result: { accuracy, loss: 1 - accuracy, epoch: 5, ...(spikeRates && { spikeRates }) },
      last: { epoch: 9, test: { accuracy: accuracy / 2, loss: 1 }, spikeRates: [0.9, 0.9] },
    }),
    ...rest,
  } as unknown as RunSummary;
  return { summary, key };
}

test('mean and sample deviation over seeds', () => {
  const { rows } = compareExperiment(experiment, FILE, [
    runOf(0, { accuracy: 0.5, spikeRates: [0.1, 0.3], seconds: 2 }),
    runOf(1, { accuracy: 0.7, spikeRates: [0.2, 0.5], seconds: 4 }),
    runOf(2, { accuracy: 0.9 }),
  ]);
  expect(rows.map((row) => row.variant)).toEqual(['baseline', 'without leakage']);
  expect(rows[0]!.accuracy).toEqual({ mean: 0.6, deviation: expect.closeTo(Math.SQRT2 / 10, 12), count: 2 });
  expect(rows[0]!.lastAccuracy!.mean, 'of the last epochs').toBe(0.3);
  expect(rows[0]!.spikeRates!.map((rate) => rate.mean)).toEqual([expect.closeTo(0.15, 12), expect.closeTo(0.4, 12)]);
  expect(rows[0]!.seconds!.mean).toBe(3);
  expect(rows[1]!.accuracy).toEqual({ mean: 0.9, count: 1 });
  expect(rows.map((row) => row.changes)).toEqual([{}, { 'neuron.leak': '1' }]);
});

test('the newest run of a seed is shown, and the last result stays until it is replaced', () => {
  const old = runOf(0, { accuracy: 0.5, createdAt: 1 });
  const young = runOf(0, { createdAt: 2, state: 'running' });
  const { rows, outdated } = compareExperiment(experiment, FILE, [young, old]);
  expect(rows[0]!.runs).toEqual([young.summary]);
  expect(rows[0]!.results).toEqual([old.summary]);
  expect(rows[0]!.accuracy).toEqual({ mean: 0.5, count: 1 });
  expect(outdated).toEqual([]);
});

test('a run that differs in having fewer epochs alone is the beginning of a missing one', () => {
  const { epochs } = specs[0]!.training;
  const before = (place: number, done: number, change: Partial<RunSummary> = {}, training: object = {}) => {
    const spec = { ...specs[place]!, training: { ...specs[place]!.training, epochs: done, ...training } };
    return runOf(place, { key: runKey(spec), accuracy: 0.5, epoch: done, epochs: done, ...change });
  };
  const found = (...runs: KeyedRun[]) => compareExperiment(experiment, FILE, runs).beginnings;
  const half = before(0, epochs / 2);
  const beginning = { id: half.summary.id, variant: 'baseline', seed: 1, epoch: epochs / 2, epochs };
  expect(found(before(0, 1), half), 'the longest').toEqual([beginning]);
  expect(found(half, before(2, 1, { state: 'stopped' }))).toHaveLength(2);
  expect(found(half, runOf(0, { accuracy: 0.7 })), 'nothing is missing').toBeUndefined();
  expect(found(before(0, 2 * epochs)), 'more epochs').toBeUndefined();
  expect(found(before(0, 2, {}, { learningRate: 0.5 })), 'something else differs').toBeUndefined();
  expect(found(before(0, 5, { epoch: 3 })), 'stopped early').toBeUndefined();
  for (const state of ['running', 'failed'] as const) expect(found(before(0, 5, { state }))).toBeUndefined();
});

test('runs with other settings are outdated, runs of other files nobody', () => {
  const other = runOf(0, { accuracy: 0.5, key: 'other settings' });
  const damaged: KeyedRun = { ...runOf(1, { accuracy: 0.5 }), key: undefined };
  const elsewhere = runOf(0, { accuracy: 0.5, file: '/elsewhere.lif.yaml' });
  const { rows, outdated } = compareExperiment(experiment, FILE, [other, damaged, elsewhere]);
  expect(rows.flatMap((row) => row.runs)).toEqual([]);
  expect(outdated).toEqual([other.summary, damaged.summary]);
});

test('two variants with the same settings keep their own runs', () => {
  const twins = checked({ ...experiment, variants: { a: {}, b: {} }, seeds: [1] });
  const [a, b] = expandExperiment(twins, FILE);
  const runs = [a!, b!].map((spec, i) => ({
    summary: {
      ...runOf(0).summary,
      variant: spec.variant,
      result: { accuracy: i, loss: 0, epoch: 1, chosenBy: 'last epoch' as const },
    },
    key: runKey(spec),
  }));
  const { rows } = compareExperiment(twins, FILE, runs);
  expect(rows.map((row) => [row.variant, row.accuracy?.mean])).toEqual([
    ['a', 0],
    ['b', 1],
  ]);
});

test('a run that was stopped on its way is no result, and the seeds that lack one can be told', () => {
  const half = runOf(1, { accuracy: 0.2, state: 'stopped' });
  const comparison = compareExperiment(experiment, FILE, [runOf(0, { accuracy: 0.8 }), half]);
  expect(comparison.seeds).toEqual([1, 2]);
  expect(comparison.rows[0]!.runs.map(({ state }) => state)).toEqual(['finished', 'stopped']);
  expect(comparison.rows[0]!.accuracy).toEqual({ mean: 0.8, count: 1 });
  const partial = compareExperiment(experiment, FILE, [runOf(0, { accuracy: 0.8 }), half], { partial: true });
  expect(partial.rows[0]!.accuracy, 'asked for with partial runs').toMatchObject({ mean: 0.5, count: 2 });
});

test('a file that asks for half a million runs is compared without looking at each of them', () => {
  const variants = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`v${i}`, {}]));
  const large = checked({ ...experiment, variants, seeds: Array.from({ length: 1000 }, (_, i) => i) });
  const keyed = { summary: { ...runOf(0).summary, variant: 'v7', seed: 3 }, key: 'other' };
  const { rows, outdated } = compareExperiment(large, FILE, [keyed]);
  expect([rows.length, outdated.length]).toEqual([500, 1]);
});

test('where fewer samples were there than are published, it is said, and the test set is as small as it was', () => {
  const mnist = checked({
    name: 'M',
    dataset: { name: 'mnist', trainSamples: 500 },
    network: { hidden: [4] },
    variants: { baseline: {} },
  });
  const [spec] = expandExperiment(mnist, FILE);
  const run = (test: number): KeyedRun => {
    const { summary } = runOf(0, { accuracy: 0.5, samples: { train: 500, validation: 0, test } });
    return { summary: { ...summary, ...spec, state: 'finished' } as never, key: runKey(spec!) };
  };
  const part = compareExperiment(mnist, FILE, [run(50)]);
  expect(part.rows[0]!.testInterval).toMatchObject({ samples: 50 });
  expect(part.fewer).toEqual([
    'Only 50 of 10,000 test samples of mnist were there: these are not results on the whole of it.',
  ]);
  expect(part.rows[0]!.fewer, 'each row has its own').toEqual(part.fewer);
  const whole = compareExperiment(mnist, FILE, [run(10_000)]);
  expect(whole.rows[0]!.testInterval).toMatchObject({ samples: 10_000 });
  expect(whole.fewer, 'as many as the file asks for are no fraction').toBeUndefined();
});

test('any variant can be the reference; a name that there is not is the first', () => {
  const runs = [0.5, 0.7, 0.9, 0.8].map((accuracy, place) => runOf(place, { accuracy }));
  const judged = (reference: string): unknown[] =>
    compareExperiment(experiment, FILE, runs, { reference }).rows.map(({ verdict }) => [
      verdict!.kind,
      verdict!.against,
      verdict!.paired?.differences.map((one) => Number(one.toFixed(12))),
    ]);
  expect(judged('without leakage')).toEqual([
    ['undecided', 'without leakage', [-0.4, -0.1]],
    ['baseline', 'without leakage', undefined],
  ]);
  expect(judged('nobody')).toEqual(judged('baseline'));
});
