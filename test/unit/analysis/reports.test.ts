/** What a terminal says of landscape, resolution, robustness and embedding. */
import { expect, test } from 'vitest';
import { reportOf } from '../../../engine/cli/analyses/reports.ts';
import { coarseToFine, type LandscapeResult } from '../../../protocol/analyses/landscape.ts';
import type { ResolutionResult } from '../../../protocol/analyses/resolution.ts';
import type { RobustnessResult } from '../../../protocol/analyses/robustness.ts';

test('a landscape is drawn with ten shades, b upwards; what is not finite is a cross, and is counted', () => {
  const loss = Array.from({ length: 25 }, (_, cell): number | null => Math.floor(cell / 5));
  loss[24] = null;
  const result: LandscapeResult = {
    ...{ split: 'train', samples: 8, seed: 1, points: 5, extent: 1, centre: { loss: 2, accuracy: 0.5 }, evaluated: 25 },
    ...{ loss, accuracy: loss, notFinite: 1, fixed: ['layers.0.bias'] },
    sharpness: [{ radius: 0.1, directions: 3, rises: [1, null, 2], mean: 1.5, deviation: 0.5, accuracyFall: 0.25 }],
  };
  const lines = reportOf('landscape').lines(result);
  expect(lines).toContain('left alone: bias of layer 1');
  expect(lines.some((line) => /^ +0\.1 +1\.5000 +0\.5000 +25\.00 +2 of 3$/.test(line))).toBe(true);
  expect(lines.some((line) => line.endsWith('25 of 25 points, 1 not finite (×)'))).toBe(true);
  expect(lines.slice(-6)).toEqual(['@@@@@@@@××', '##########', '++++++++++', '::::::::::', '', '" " 0 to "@" 4.0000']);
  const early = {
    ...result,
    evaluated: 1,
    loss: loss.map((value, cell) => (coarseToFine(5)[0] === cell ? value : null)),
  };
  expect(reportOf('landscape').lines(early).join('\n')).toMatch(/1 of 25 points/);
});

test('resolution names the length of training; robustness puts the change beside the accuracy', () => {
  const score = { accuracy: 0.9, loss: 0.5, rates: [] };
  const resolution: ResolutionResult = {
    ...{ split: 'test', trainedAt: 3, values: 'counts', rescaling: 'changes nothing' },
    rows: [1, 3].map((dt) => ({
      ...{ dt, steps: 315 / dt, window: 315 / dt, covered: 315, samples: 10, inputSpikes: 4000, occupied: 3000.25 },
      ...{ asIs: score, rescaled: { ...score, loss: null } },
    })),
  };
  const lines = reportOf('resolution').lines(resolution);
  expect(lines).toContain('no leak between 0 and 1: rescaling it changes nothing');
  expect(lines.at(-1)).toMatch(/^3 \(trained\) +105 +90\.00 +90\.00 +0\.5000 +not finite +4000\.0 +3000\.3$/);
  const robustness: RobustnessResult = {
    ...{ split: 'test', samples: 10, seed: 1, draws: 2, clean: 0.9, events: 50, left: ['Nothing is left.'] },
    curves: [
      {
        disturbance: 'drop',
        points: [{ strength: 0.5, accuracies: [0.7, 0.8], mean: 0.75, deviation: 0.0707, events: 25 }],
      },
    ],
  };
  const said = reportOf('robustness').lines(robustness);
  expect(said[0]).toBe(
    'test: 90.00 % undisturbed, the first 10 samples, 50.0 events each; mean ± deviation over 2 draws of seed 1',
  );
  expect(said[1]).toBe('Nothing is left.');
  expect(said.at(-1)).toMatch(/^Events dropped +0\.5 share of the events +75\.00 +7\.07 +-15\.00 +25\.0$/);
});
