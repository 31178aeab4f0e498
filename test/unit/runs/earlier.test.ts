/** What a file no longer asks for stays, by what it had: networks of two kinds are never one result. */
import { expect, test } from 'vitest';
import { validateExperiment } from '../../../engine/experiment/checks/validate.ts';
import { expandExperiment } from '../../../engine/experiment/expand.ts';
import type { Experiment, RunSpec } from '../../../engine/experiment/schema.ts';
import { compareExperiment } from '../../../engine/runs/comparison/compare.ts';
import { earlierSettings } from '../../../engine/runs/comparison/earlier.ts';
import { type KeyedRun, runKey } from '../../../engine/runs/key.ts';
import { earlierOf, isOutdated, lastResults, whyEarlier } from '../../../protocol/comparison/earlier.ts';
import type { RunState, RunSummary } from '../../../protocol/runs.ts';

const FILE = '/studies/xor.lif.yaml';

function study(fields: object = {}): Experiment {
  const raw = {
    name: 'XOR',
    dataset: { name: 'delayed-xor' },
    network: { hidden: [4] },
    variants: { a: {}, b: { neuron: { leak: 1 } } },
    seeds: [1, 2],
    ...fields,
  };
  const { experiment, problems } = validateExperiment(raw);
  if (!experiment) throw new Error(problems[0]!.message);
  return experiment;
}

let count = 0;
/** As the store gives a run that was made of this spec. */
function runOf(spec: RunSpec, accuracy: number, change: Partial<RunSummary> = {}): KeyedRun {
  const { study, variant, seed, file, ...settings } = spec;
  const summary = {
    ...{ id: `run-${count}`, folder: `/studies/.lif/runs/run-${count}`, study, variant, seed, file },
    ...{ state: 'finished', createdAt: count++, seconds: 1, epochs: spec.training.epochs, damage: [] },
    result: { accuracy, loss: 1, epoch: 1, chosenBy: 'last epoch' },
    ...change,
  } as unknown as RunSummary;
  return { summary, key: runKey(spec), settings: JSON.stringify(settings), spec: () => spec };
}

const runsOf = (experiment: Experiment, accuracy: number): KeyedRun[] =>
  expandExperiment(experiment, FILE).map((spec) => runOf(spec, accuracy));

test('results of two edits are two groups, each with what it had, in the order of the file, the newest first', () => {
  const first = runsOf(study({ neuron: { threshold: 0.3 } }), 0.6);
  const second = runsOf(study({ neuron: { threshold: 0.4 }, training: { epochs: 7 } }), 0.8);
  const comparison = compareExperiment(study(), FILE, [...first, ...second]);
  const { epochs } = study().variants[0]!.settings.training;
  expect(comparison.outdated).toHaveLength(8);
  expect(epochs).not.toBe(7);
  const told = earlierOf(comparison).map(({ variant, runs, accuracy, had, place }) => [
    ...[variant, runs.map(({ seed }) => seed), accuracy!.mean.toFixed(2), accuracy!.count, had, place],
  ]);
  expect(told).toEqual([
    ['a', [1, 2], '0.80', 2, { 'neuron.threshold': '0.4', 'training.epochs': '7' }, 0],
    ['a', [1, 2], '0.60', 2, { 'neuron.threshold': '0.3' }, 1],
    ['b', [1, 2], '0.80', 2, { 'neuron.threshold': '0.4', 'training.epochs': '7' }, 0],
    ['b', [1, 2], '0.60', 2, { 'neuron.threshold': '0.3' }, 1],
  ]);
  const idsOf = (runs: KeyedRun[]) => compareExperiment(study(), FILE, runs).earlier.map(({ id }) => id);
  const ids = idsOf([...first, ...second]);
  expect(new Set(ids).size, 'one for each variant and settings').toBe(4);
  expect(idsOf(first), 'the same, whatever there is beside it').toEqual([ids[1], ids[3]]);
  expect(lastResults(comparison).get('a')!.accuracy!.mean).toBeCloseTo(0.8);
  expect(whyEarlier(earlierOf(comparison)[0]!)).toBe('had neuron.threshold: 0.4; training.epochs: 7');
  expect(isOutdated(first[0]!.summary, comparison)).toBe(true);
  expect(isOutdated(first[0]!.summary, undefined), 'nothing is known').toBe(false);
});

test('runs that were not asked for have no other settings', () => {
  const experiment = study();
  const runs = runsOf(experiment, 0.7);
  const specs = expandExperiment(experiment, FILE, { variants: ['b'], seeds: [2] });
  const comparison = compareExperiment(experiment, FILE, runs, { specs });
  expect(comparison.rows.map((row) => [row.variant, row.runs.map(({ seed }) => seed)])).toEqual([['b', [2]]]);
  expect([comparison.seeds, comparison.outdated, comparison.earlier]).toEqual([[2], [], []]);
});

test('of seeds that are gone from the file, and of a variant that is, it is said so', () => {
  const runs = runsOf(study(), 0.7);
  const { earlier } = compareExperiment(study({ seeds: [1], variants: { a: {}, c: {} } }), FILE, runs);
  expect(earlier.map(({ variant, runs: ids, had }) => [variant, ids.length, had])).toEqual([
    ['a', 1, {}],
    ['b', 2, undefined],
  ]);
  expect(whyEarlier(earlier[0]!)).toBe('seeds that the file no longer has');
});

test('each seed has one run: what goes on, else the newest, else the last by its id', () => {
  const [one] = expandExperiment(study({ neuron: { threshold: 0.3 } }), FILE);
  const run = (id: string, seed: number, createdAt: number, state: RunState = 'finished'): KeyedRun =>
    runOf({ ...one!, seed }, 0.5, { id, createdAt, state });
  const runs = [
    run('a', 2, 5),
    run('b', 1, 3, 'running'),
    run('c', 1, 9),
    run('e', 2, 7),
    run('g', 3, 4),
    run('f', 3, 4),
    run('h', 1, 8, 'queued'),
  ];
  expect(earlierSettings(runs, new Map()).map(({ runs: ids }) => ids)).toEqual([['h', 'e', 'g']]);
});

test('of many edits the newest are told, and what goes on', () => {
  const [spec] = expandExperiment(study(), FILE);
  const runs = Array.from({ length: 300 }, (_, i) =>
    runOf({ ...spec!, neuron: { ...spec!.neuron!, threshold: 1 + i } }, 0.5, i === 3 ? { state: 'running' } : {}),
  );
  const { earlier } = compareExperiment(study(), FILE, runs);
  expect(earlier).toHaveLength(101);
  expect([earlier[0]!.runs, earlier[100]!.runs]).toEqual([[runs[299]!.summary.id], [runs[3]!.summary.id]]);
});

test('a damaged or hostile run.json takes nothing along', () => {
  const [spec] = expandExperiment(study(), FILE);
  const nested = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  const deep = { ...runOf(spec!, 0.5), key: 'other', spec: () => ({ ...spec, neuron: { threshold: nested } }) };
  const wide = {
    ...{ ...runOf(spec!, 0.5), key: 'other', settings: 'wide' },
    spec: () => ({
      training: Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`f${i}`, 'x'.repeat(500)])),
    }),
  };
  const damaged = { summary: runOf(spec!, 0.5).summary, key: undefined };
  const { earlier } = compareExperiment(study(), FILE, [deep, wide, damaged]);
  expect(earlier.map(({ had }) => had && JSON.stringify(had).length < 4000)).toEqual([undefined, true, undefined]);
});
