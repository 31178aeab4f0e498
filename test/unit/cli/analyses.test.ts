/** What `lif analyse` offers, and which rows a report has. */
import { expect, test } from 'vitest';
import { ANALYSES } from '../../../engine/analysis/registry.ts';
import { lines as attackLines } from '../../../engine/cli/analyses/attack.ts';
import { lines } from '../../../engine/cli/analyses/errors.ts';
import { ANALYSIS_IDS } from '../../../engine/cli/analyses/reports.ts';
import { analyseCommand } from '../../../engine/cli/commands/analyse.ts';
import { isSetting } from '../../../engine/experiment/assignments.ts';
import { ANALYSIS_PARAMS } from '../../../engine/experiment/schema.ts';
import type { AttackResult } from '../../../protocol/analyses/attack.ts';
import type { ErrorsResult, Quartiles } from '../../../protocol/analyses/errors.ts';

test('no parameter of an analysis is taken for a setting of the file', () => {
  const names = Object.values(ANALYSIS_PARAMS).flatMap(({ shape }) => Object.keys(shape));
  expect(names).toContain('split');
  expect(names.filter(isSetting)).toEqual([]);
  expect(['training.epochs=5', 'model=lstm', 'seeds=[1]'].every(isSetting)).toBe(true);
});

test('the help names every analysis that there is', () => {
  expect(ANALYSIS_IDS).toEqual(ANALYSES.map(({ id }) => id));
  for (const id of ANALYSIS_IDS) expect(analyseCommand.summary).toContain(id);
});

const errorsOf = (reset: string, kept: number): ErrorsResult => {
  const quartiles: Quartiles = { median: [1], mean: [1], lower: [1], upper: [1] };
  const step = { leak: 0.9, reset: 0.9 * kept, whole: 0.9 * kept };
  return {
    ...{ split: 'test', samples: 1, seed: 1, steps: 1, bins: 1, stepsPerBin: 1 },
    layers: [
      {
        ...{ layer: 0, name: 'layers.0', neurons: 3, spiking: true, norm: quartiles, vanished: [0], fresh: [0] },
        factors: {
          ...{ leak: { least: 0.9, mean: 0.9, most: 0.9 }, reset, resetGradient: false },
          ...{ kept: [kept], surrogate: [1], surrogateShare: [1] },
        },
        gain: { leak: quartiles, reset: quartiles, whole: quartiles },
        perStep: { expected: step, measured: step, norms: 1 },
      },
    ],
  };
};

test('what a reset leaves is a row for any reset that leaves less than all, whatever its name', () => {
  const hasRow = (result: ErrorsResult) => lines(result).some((line) => line.includes('what the reset leaves'));
  expect(hasRow(errorsOf('hard', 0.8))).toBe(true);
  expect(hasRow(errorsOf('half', 0.5))).toBe(true);
  // 1/3 three times over, added up.
  expect(hasRow(errorsOf('soft', 1 - 2 ** -53))).toBe(false);
});

test('an attack with published steps says that its costs may lie beyond the largest budget', () => {
  const result: AttackResult = {
    ...{ split: 'test', samples: 4, seed: 1, right: 2, chance: 1, chanceP: 0.01, targeted: false, iterations: 25 },
    ...{ published: true, steps: 3, inputs: 2, picture: null, attacked: [], meanEvents: 5, nearThreshold: [] },
    ...{ within: 0.1, kinds: [] },
  };
  const said = (of: AttackResult) => attackLines(of).some((line) => line.includes('without a budget'));
  expect([said(result), said({ ...result, published: false })]).toEqual([true, false]);
});

test('what an analysis says of errors fits a terminal of 80 columns, and steps are counted from 1', () => {
  const said = lines(errorsOf('hard', 0.8), 80);
  expect(Math.max(...said.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(said.some((line) => /^1 +1 +1\.0000 +1\.0000 to 1\.0000 +0\.0$/.test(line))).toBe(true);
});
