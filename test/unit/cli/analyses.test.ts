/** What `lif analyse` offers, and which rows a report has. */
import { expect, test } from 'vitest';
import { ANALYSES } from '../../../engine/analysis/registry.ts';
import { lines } from '../../../engine/cli/analyses/errors.ts';
import { ANALYSIS_IDS } from '../../../engine/cli/analyses/reports.ts';
import { analyseCommand } from '../../../engine/cli/commands/analyse.ts';
import type { ErrorsResult, Quartiles } from '../../../protocol/analyses/errors.ts';

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
