import { expect, test } from 'vitest';
import { runLines } from '../../../engine/cli/reports.ts';
import { widthOf } from '../../../engine/cli/text.ts';
import type { RunSummary } from '../../../protocol/runs.ts';

const runs = ['k3f9', 'x0a1'].map((tail, i) => ({
  id: `20261123-141530-delayed-xor-paper-length-without-reset-s${i}-${tail}`,
  study: 'Delayed spiking XOR at the length of the paper',
  variant: 'without reset',
  seed: i,
  state: 'finished',
  epoch: 100,
  epochs: 100,
  seconds: 83,
  result: { epoch: 13, accuracy: 0.904, loss: 0.31, chosenBy: 'best validation' },
  damage: [],
})) as unknown as RunSummary[];

test.each([200, 143, 100, 80, 60, 40, 10])('a list of runs is never wider than a terminal of %i columns', (columns) => {
  const widths = runLines(runs, columns).map(widthOf);
  expect(Math.max(...widths), `expected at most ${columns} columns`).toBeLessThanOrEqual(columns);
});

test('a list in 80 columns still tells the runs apart, their state and accuracy; where there is room it tells all', () => {
  const [header, first] = runLines(runs, 80);
  expect([header, first]).toEqual([
    expect.stringMatching(/^run +variant +seed +state +epoch +accuracy % +at epoch +last %$/),
    expect.stringMatching(/^k3f9 +without reset +0 +finished +100\/100 +90\.40 +13 +–$/),
  ]);
  expect(runLines(runs, Number.POSITIVE_INFINITY)[1]).toContain(runs[0]!.id);
});
