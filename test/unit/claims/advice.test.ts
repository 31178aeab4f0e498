import { describe, expect, test } from 'vitest';
import { advise } from '../../../engine/claims/advice/advise.ts';
import { PAPER } from '../../../engine/claims/advice/paper.ts';
import { judgeRows } from '../../../engine/claims/rows.ts';
import { validateExperiment } from '../../../engine/experiment/checks/validate.ts';
import type { Experiment } from '../../../engine/experiment/schema.ts';
import type { Advice } from '../../../protocol/comparison/advice.ts';
import type { ComparisonRow } from '../../../protocol/runs.ts';

function study(variants: Record<string, object>, more: object = {}): Experiment {
  const { experiment, problems } = validateExperiment({
    name: 'S',
    dataset: { name: 'delayed-xor' },
    network: { hidden: [4], readout: { kind: 'leaky-integrator', leak: { learnable: true } } },
    variants,
    seeds: [1, 2, 3, 4, 5, 6, 7, 8],
    ...more,
  });
  if (!experiment) throw new Error(problems.find(({ severity }) => severity === 'error')!.message);
  return experiment;
}

/** Eight seeds around an accuracy, with a spike rate. */
function advised(
  experiment: Experiment,
  results: Record<string, [accuracy: number, rate: number]>,
  seeds = 8,
): Advice[] {
  const rows = experiment.variants.map(({ name }): ComparisonRow => {
    const [accuracy, rate] = results[name] ?? [];
    if (accuracy === undefined) return { variant: name, changes: {}, runs: [], results: [] };
    const values = Array.from({ length: seeds }, (_, i) => accuracy + Math.sin(i) / 200 + (i * name.length) / 1e5);
    const runs = values.map((value, i) => ({ seed: i + 1, result: { accuracy: value } }));
    const spikeRates = [{ mean: rate!, count: seeds }];
    return { variant: name, changes: {}, runs: [], results: runs, spikeRates } as unknown as ComparisonRow;
  });
  return advise(experiment, judgeRows(experiment, rows));
}

const BOTH = {
  baseline: {},
  'without reset': { neuron: { reset: 'none' } },
  'with recurrence': { neuron: { recurrent: true } },
};

describe('advice', () => {
  test('says what was gained, in how many seeds, at what rate, and quotes the paper', () => {
    const [reset] = advised(study(BOTH), {
      baseline: [0.7, 0.09],
      'without reset': [0.88, 0.23],
      'with recurrence': [0.7, 0.1],
    });
    expect(reset).toMatchObject({
      variant: 'without reset',
      sentence:
        'Disabling the reset gained 18.0 points here, in 8 of 8 seeds, and raised the spike rate from 9.0 % to 23 %.',
      paper: PAPER.reset,
    });
    expect(reset!.evidence).toMatch(
      /^without reset against baseline: better by 18\.0 points \(8 seeds, exact sign-flip p = \.016, Holm over 2\)$/,
    );
  });

  test('of components that help one by one suggests both together, and calls that untested', () => {
    const results: Record<string, [number, number]> = {
      baseline: [0.7, 0.1],
      'without reset': [0.8, 0.2],
      'with recurrence': [0.9, 0.1],
    };
    const all = advised(study(BOTH), results);
    expect(all.map(({ id }) => id.split(':')[0])).toEqual(['reset', 'recurrence', 'together']);
    expect(all.at(-1)).toMatchObject({
      variant: 'with recurrence',
      sentence: '“without reset” and “with recurrence” each gained here; together they are untested.',
      suggestion: {
        name: 'without reset and with recurrence',
        override: { neuron: { reset: 'none', recurrent: true } },
      },
    });
    const tried = study({ ...BOTH, mixed: { neuron: { reset: 'none', recurrent: true } } });
    expect(
      advised(tried, results).some(({ id }) => id.startsWith('together')),
      'the file has it',
    ).toBe(false);
  });

  test('on the leak follows what the two ends did', () => {
    const ends = {
      baseline: {},
      'no leakage': { neuron: { leak: 1 } },
      complete: { neuron: { leak: 0 } },
      r: { neuron: { recurrent: true } },
      n: { neuron: { reset: 'none' } },
    };
    const fixed = study(ends, { neuron: { leak: 0.5 } });
    const found = advised(fixed, { baseline: [0.7, 0.1], 'no leakage': [0.6, 0.1], complete: [0.5, 0.1] });
    expect(found).toMatchObject([
      {
        sentence: 'Less leakage (k = 1) cost 10.0 points here, in 8 of 8 seeds; a learnable leak is untested here.',
        paper: PAPER.learnableLeak,
        suggestion: { name: 'with a learnable leak', override: { neuron: { leak: { learnable: true } } } },
      },
      {
        sentence: 'More leakage (k = 0) cost 20.0 points here, in 8 of 8 seeds: this task needs memory.',
        paper: PAPER.leak,
      },
    ]);
    const learnable = study(ends, { neuron: { leak: { learnable: true } } });
    const [tracking] = advised(learnable, { baseline: [0.7, 0.1], 'no leakage': [0.6, 0.1] });
    expect(tracking!.sentence).toBe(
      'Less leakage (k = 1) cost 10.0 points here, in 8 of 8 seeds; the learnable leak of baseline is better.',
    );
    expect(tracking!.suggestion).toBeUndefined();
  });

  test('calls a component that no variant tries untested, once there is any evidence', () => {
    const one = study({ baseline: {}, 'without reset': { neuron: { reset: 'none' } } });
    const last = advised(one, { baseline: [0.7, 0.1], 'without reset': [0.8, 0.1] }).at(-1)!;
    expect(last).toMatchObject({
      variant: 'baseline',
      sentence: 'Recurrence is untested in this study.',
      evidence: 'untested',
      suggestion: { name: 'with recurrence', override: { neuron: { recurrent: true } } },
    });
  });

  test('is silent without evidence: too few seeds, nothing run, an A/A study, no difference', () => {
    const results: Record<string, [number, number]> = {
      baseline: [0.7, 0.1],
      'without reset': [0.9, 0.2],
      'with recurrence': [0.9, 0.1],
    };
    expect(advised(study(BOTH), results, 3)).toEqual([]);
    expect(advised(study(BOTH), {})).toEqual([]);
    const same = study({ baseline: {}, again: {}, nuisance: { training: { batchSize: 511 } } });
    expect(advised(same, { baseline: [0.7, 0.1], again: [0.7, 0.1], nuisance: [0.7, 0.1] })).toEqual([]);
    expect(advised(same, { baseline: [0.7, 0.1], nuisance: [0.9, 0.1] }), 'nothing to do with a component').toEqual([]);
  });

  test('puts nothing down to a component when something else differs, too', () => {
    const mixed = study({ baseline: {}, both: { neuron: { reset: 'none' }, training: { epochs: 3 } } });
    expect(advised(mixed, { baseline: [0.7, 0.1], both: [0.9, 0.1] })).toEqual([]);
  });
});

test('what is suggested can be added to the file', () => {
  const all = advised(study(BOTH), {
    baseline: [0.7, 0.1],
    'without reset': [0.8, 0.2],
    'with recurrence': [0.9, 0.1],
  });
  for (const { suggestion } of all)
    if (suggestion) expect(() => study({ ...BOTH, [suggestion.name]: suggestion.override })).not.toThrow();
});
