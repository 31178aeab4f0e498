import { describe, expect, test } from 'vitest';
import { judgeClaims } from '../../../engine/claims/judge.ts';
import { validateExperiment } from '../../../engine/experiment/checks/validate.ts';
import type { Experiment } from '../../../engine/experiment/schema.ts';
import { CHECK_CODES, worstOf } from '../../../protocol/comparison/claims.ts';
import type { ComparisonRow } from '../../../protocol/runs.ts';

function study(expectations: string[], seeds = [1, 2, 3, 4, 5, 6]): Experiment {
  const { experiment, problems } = validateExperiment({
    name: 'S',
    dataset: { name: 'delayed-xor' },
    network: { hidden: [4] },
    variants: { base: {}, twin: {}, other: { neuron: { leak: 1 } } },
    seeds,
    expect: expectations,
  });
  if (!experiment) throw new Error(problems.find(({ severity }) => severity === 'error')!.message);
  return experiment;
}

/** Accuracies by seed from 1 on; the loss is 1 − accuracy, and two layers spike at a tenth and at half of it. */
function row(variant: string, accuracies: readonly number[]): ComparisonRow {
  const results = accuracies.map((accuracy, i) => ({
    seed: i + 1,
    result: { accuracy, loss: 1 - accuracy, spikeRates: [accuracy / 10, accuracy / 2] },
  }));
  return { variant, changes: {}, runs: [], results } as unknown as ComparisonRow;
}

const BASE = [0.7, 0.71, 0.72, 0.69, 0.73, 0.7];
const OTHER = BASE.map((value, i) => value + 0.05 + i / 10_000);
const ROWS = [row('base', BASE), row('twin', []), row('other', OTHER)];
const judge = (expectations: string[], rows = ROWS, seeds?: number[]) =>
  judgeClaims(study(expectations, seeds), rows).map(({ outcome, sentence }) => `${outcome}: ${sentence}`);

describe('an expectation', () => {
  test.each([
    ['other.accuracy > base.accuracy', 'pass: holds: +5.0 points (6 seeds, exact sign-flip p = .031)'],
    ['other.accuracy < base.accuracy', 'fail: does not hold: +5.0 points (6 seeds, exact sign-flip p = .031)'],
    ['other.loss < base.loss', 'pass: holds: −0.0503 (6 seeds, exact sign-flip p = .031)'],
    ['other.accuracy > base.accuracy + 0.1', 'fail: does not hold: −5.0 points (6 seeds, exact sign-flip p = .031)'],
    ['base.accuracy >= 0.6', 'pass: holds: +10.8 points (6 seeds, exact sign-flip p = .031)'],
    [
      'base.accuracy >= 0.71',
      'undecided: undecided: −0.2 points, 95 % interval −1.7 to +1.4 (6 seeds, exact sign-flip p = 1)',
    ],
    ['other.spikes > base.spikes', 'pass: holds: +1.5 points (6 seeds, exact sign-flip p = .031)'],
    ['other.spikes.2 > base.spikes.2', 'pass: holds: +2.5 points (6 seeds, exact sign-flip p = .031)'],
  ])('%s', (text, expected) => {
    expect(judge([text])).toEqual([expected]);
  });

  test('about a layer that is not there has no runs', () =>
    expect(judge(['other.spikes.3 > base.spikes.3'])[0]).toMatch(/^not run: /));

  test('of three seeds is undecided, neither pass nor fail', () => {
    const rows = [row('base', BASE.slice(0, 3)), row('other', OTHER.slice(0, 3))];
    expect(judge(['other.accuracy > base.accuracy'], rows, [1, 2, 3])).toEqual([
      'undecided: undecided: 3 seeds cannot decide at 5 %; 6 could',
    ]);
  });

  test('of identical settings is decided without any run', () => {
    const lines = [
      'twin.accuracy >= base.accuracy',
      'twin.accuracy > base.accuracy',
      'twin.accuracy > base.accuracy - 0.1',
    ];
    expect(judge(lines, []).map((text) => text.split(':')[0])).toEqual(['pass', 'fail', 'pass']);
  });

  test('that has not run says which variants and seeds it lacks', () => {
    const [claim] = judgeClaims(study(['other.accuracy > base.accuracy']), [
      row('base', BASE.slice(0, 4)),
      row('other', []),
    ]);
    expect(claim!.sentence).toBe('not run: no seed has finished in both of "other" and "base"');
    expect(claim!.missing).toEqual([
      { variant: 'other', seeds: [1, 2, 3, 4, 5, 6] },
      { variant: 'base', seeds: [5, 6] },
    ]);
  });

  test('several of them are corrected by Holm: six seeds do not decide two', () => {
    const both = judge(['other.accuracy > base.accuracy', 'base.accuracy >= 0.6']);
    expect(both).toEqual(
      Array(2).fill('undecided: undecided: 6 seeds cannot decide at 5 % among 2 expectations; 7 could'),
    );
  });
});

test('the exit code is that of the worst: a failure, then what has not run, then what is undecided', () => {
  expect(worstOf([])).toBe('pass');
  expect(worstOf(['pass', 'undecided'])).toBe('undecided');
  expect(worstOf(['undecided', 'not run', 'pass'])).toBe('not run');
  expect(worstOf(['not run', 'fail', 'pass'])).toBe('fail');
  expect(new Set(Object.values(CHECK_CODES)).size).toBe(4);
  expect(Object.values(CHECK_CODES)).not.toContain(1);
  expect(Object.values(CHECK_CODES)).not.toContain(2);
});
