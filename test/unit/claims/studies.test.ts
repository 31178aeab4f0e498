import { describe, expect, test } from 'vitest';
import { interquartileMean, probabilityOfImprovement, trimmedMean } from '../../../engine/claims/aggregate.ts';
import { studiesTable } from '../../../engine/claims/studies.ts';
import { printedAccuracy, TABLE_6 } from '../../../engine/claims/table6.ts';
import { validateExperiment } from '../../../engine/experiment/checks/validate.ts';
import { expandExperiment } from '../../../engine/experiment/expand.ts';
import { type Experiment, settingsSchema } from '../../../engine/experiment/schema.ts';
import { compareExperiment } from '../../../engine/runs/comparison/compare.ts';
import { runKey } from '../../../engine/runs/key.ts';
import {
  studiesCells,
  studiesCsv,
  studiesHead,
  studiesLatex,
  studiesMarkdown,
} from '../../../protocol/comparison/studies.ts';
import type { RunSummary } from '../../../protocol/runs.ts';

describe('over data sets, as rliable defines it', () => {
  test('the interquartile mean leaves out ⌊n/4⌋ at each end', () => {
    expect(trimmedMean([8, 1, 7, 2, 6, 3, 5, 4]), 'mean of 3, 4, 5, 6').toBe(4.5);
    expect(trimmedMean([1, 2, 90]), 'three are too few to leave any out').toBe(31);
    // scipy.stats.trim_mean(range(10), 0.25): ⌊2.5⌋ = 2 at each end, so 2 … 7.
    expect(trimmedMean([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(4.5);
    expect(trimmedMean([0, 0, 0, 0, 0, 100, 100, 100]), 'of 0, 0, 0, 100').toBe(25);
    expect(interquartileMean([[], []])).toBeUndefined();
    expect(interquartileMean([[0.5], [0.7]]), 'one seed each: no interval').toEqual({ value: 0.6 });
  });

  test('the probability of improvement is the share of pairs, ties as half, and the mean over data sets', () => {
    expect(probabilityOfImprovement([[3, 4]], [[1, 2]])!.value).toBe(1);
    expect(probabilityOfImprovement([[1, 1]], [[1, 1]])!.value).toBe(0.5);
    // 1 > {0}, 1 = {1}, 5 > both: (1 + .5 + 1 + 1) / 4; and 0 on the other.
    expect(probabilityOfImprovement([[1, 5], [0]], [[0, 1], [9]])!.value).toBe((3.5 / 4 + 0) / 2);
    expect(probabilityOfImprovement([[1], []], [[0], [5]])!.value, 'a data set that one lacks does not count').toBe(1);
    expect(probabilityOfImprovement([[]], [[1]])).toBeUndefined();
  });

  test('the interval is of seeds drawn anew within each data set: by enumeration of two seeds', () => {
    // Seeds 0 and 1 of one data set: the mean of two draws is 0, ½, ½ or 1, each with chance ¼.
    const { value, interval } = interquartileMean([[0, 1]])!;
    expect([value, interval]).toEqual([0.5, [0, 1]]);
    // Two data sets far apart: drawing across them would reach 0.1 and 0.9.
    const [low, high] = interquartileMean([
      [0.1, 0.1],
      [0.9, 0.9],
    ])!.interval!;
    expect([low, high]).toEqual([0.5, 0.5]);
  });
});

const NEURONS = {
  baseline: {},
  flat: { neuron: { leak: 1 } },
  empty: { neuron: { leak: 0 } },
  free: { neuron: { reset: 'none' } },
  loop: { neuron: { recurrent: true } },
};

function study(dataset: object, variants: object, seeds: number[]): Experiment {
  const raw = {
    name: 'S & co',
    dataset,
    network: { hidden: [4], readout: { kind: 'leaky-integrator', leak: { learnable: true } } },
    variants,
    seeds,
  };
  const { experiment, problems } = validateExperiment(raw);
  if (!experiment) throw new Error(problems.find(({ severity }) => severity === 'error')!.message);
  return experiment;
}

test('what the paper printed is found by what a variant changes, whatever its name', () => {
  const { variants } = study({ name: 'delayed-xor' }, { ...NEURONS, other: { neuron: { threshold: 1 } } }, [1]);
  const printed = variants.map(({ settings }) => printedAccuracy(settings, variants[0]!.settings));
  expect(printed).toEqual([0.775, 0.503, 0.505, 0.961, 0.989, undefined]);
  const base = { dataset: { name: 'cifar10' }, backend: 'tfjs' };
  for (const [network, value] of [
    [{ resnet: {}, hidden: [] }, 0.9225],
    [{ resnet: { width: 16 }, hidden: [] }, undefined],
    [{ hidden: [512] }, undefined],
  ] as const) {
    const settings = settingsSchema.parse({ ...base, network });
    expect(printedAccuracy(settings, settings), JSON.stringify(network)).toBe(value);
  }
  const { variants: none } = study({ name: 'randman' }, NEURONS, [1]);
  expect(printedAccuracy(none[0]!.settings, none[0]!.settings)).toBeUndefined();
  for (const [name, values] of Object.entries(TABLE_6.accuracies))
    expect(values, name).toHaveLength(TABLE_6.models.length);
});

test('several studies are one table, with results, printed values and numbers over all of them', () => {
  const FILES = ['/s/xor.lif.yaml', '/s/mnist.lif.yaml'];
  const two = [
    study({ name: 'delayed-xor' }, { baseline: {}, loop: { neuron: { recurrent: true } } }, [1, 2]),
    study({ name: 'randman' }, { baseline: {}, other: { neuron: { reset: 'none' } } }, [1]),
  ];
  const accuracy = (study: number, variant: string, seed: number): number =>
    0.5 + study / 10 + (variant === 'loop' ? 0.2 : 0) + seed / 100;
  const comparisons = two.map((experiment, s) => {
    const runs = expandExperiment(experiment, FILES[s]!).map((spec, i) => {
      const result = { accuracy: accuracy(s, spec.variant, spec.seed), loss: 1, epoch: 1, chosenBy: 'last epoch' };
      const { study: name, variant, seed, file } = spec;
      const state = s === 0 && variant === 'loop' && seed === 2 ? 'running' : 'finished';
      const summary = {
        id: `r${s}${i}`,
        folder: '/s/.lif/runs/r',
        study: name,
        variant,
        seed,
        file,
        state,
        createdAt: 1,
        seconds: 1,
        damage: [],
        result,
      };
      return { summary: summary as unknown as RunSummary, key: runKey(spec) };
    });
    return { experiment, comparison: compareExperiment(experiment, FILES[s]!, runs) };
  });
  const table = studiesTable(comparisons);
  expect(studiesTable(comparisons, table), 'nothing is drawn anew where nothing has changed').toEqual(table);
  const fewer = [comparisons[0]!];
  expect(studiesTable(fewer, table), 'and nothing is taken over where it has').toEqual(studiesTable(fewer));
  expect(studiesHead(table)).toEqual(['Variant', 'delayed-xor', 'randman', 'IQM (%)', 'P (%)', 'Data sets']);
  const cells = studiesCells(table);
  expect(cells.map(([name]) => name)).toEqual(['baseline', 'loop', 'other']);
  expect(cells[0]!.slice(1, 3)).toEqual(['51.50 ± 0.71 [77.50]', '61.00']);
  expect(cells[1]!.slice(1, 3), 'one of two seeds, and none on the other').toEqual(['71.00 (1 of 2) [98.90]', '–']);
  expect(cells[1]!.slice(-2)).toEqual(['100.0 (100.0 to 100.0)', '1 of 2']);
  expect(table.rows[0]!.interquartileMean!.value).toBeCloseTo((0.51 + 0.52 + 0.61) / 3, 12);
  expect(table.rows[0]!.improvement).toBeUndefined();
  expect(studiesMarkdown(table)).toContain('| loop | 71.00 (1 of 2) [98.90] | – |');
  expect(studiesLatex(table)).toContain('loop & 71.00 (1 of 2) [98.90] & -- &');
  const csv = studiesCsv(table).trimEnd().split('\n');
  expect(csv[1]).toMatch(
    /^baseline,delayed-xor,S & co,2,2,0\.515,0\.00707\d+,1: 0\.51; 2: 0\.52,0\.775,baseline,,,,,,,$/,
  );
  for (const line of csv) expect(line.split(',').length, line).toBe(17);
});
