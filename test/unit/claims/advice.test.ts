import { describe, expect, test } from 'vitest';
import { advise } from '../../../engine/claims/advice/advise.ts';
import type { Answered } from '../../../engine/claims/advice/evidence.ts';
import { PAPER } from '../../../engine/claims/advice/paper.ts';
import { measuresOf } from '../../../engine/claims/advice/questions.ts';
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
  answers: Answered[] = [],
): Advice[] {
  const rows = experiment.variants.map(({ name }): ComparisonRow => {
    const [accuracy, rate] = results[name] ?? [];
    if (accuracy === undefined) return { variant: name, changes: {}, runs: [], results: [] };
    const values = Array.from({ length: seeds }, (_, i) => accuracy + Math.sin(i) / 200 + (i * name.length) / 1e5);
    const runs = values.map((value, i) => ({ seed: i + 1, result: { accuracy: value } }));
    const spikeRates = [{ mean: rate!, count: seeds }];
    return {
      variant: name,
      changes: {},
      runs: [],
      results: runs,
      spikeRates,
      accuracy: { mean: accuracy, count: seeds },
    } as unknown as ComparisonRow;
  });
  return advise(experiment, judgeRows(experiment, rows), answers);
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

  test('says what a variant more costs: seeds, and verdicts that would no longer stand', () => {
    const six = { seeds: [1, 2, 3, 4, 5, 6] };
    const results: Record<string, [number, number]> = { baseline: [0.7, 0.1], 'without reset': [0.8, 0.1] };
    const one = { baseline: {}, 'without reset': { neuron: { reset: 'none' } } };
    const price = (experiment: Experiment, seeds: number) =>
      advised(experiment, results, seeds).at(-1)?.suggestion?.price;
    expect(price(study(one), 8), 'eight seeds decide two comparisons as well').toBeUndefined();
    expect(price(study(one, six), 6), '2 / 2^5 is above .05').toBe(
      'With one variant more, 7 seeds are needed, and the file has 6: “without reset” would no longer be decided.',
    );
    const trained = study(one, { seeds: [1, 2, 3, 4, 5, 6, 7] });
    expect(price(trained, 6), 'of seven seeds six have run').toBe(
      'With one variant more, “without reset” would no longer be decided by the seeds that there are.',
    );
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

describe('advice from stored analyses', () => {
  const LEAKS = { baseline: {}, complete: { neuron: { leak: 0 } }, 'with recurrence': { neuron: { recurrent: true } } };
  const fixed = study(LEAKS, { neuron: { leak: 0.5 } });
  const flat: Record<string, [number, number]> = {
    baseline: [0.7, 0.1],
    complete: [0.7, 0.1],
    'with recurrence': [0.7, 0.1],
  };
  /** Eight seeds of each variant around a value. */
  const answered = (values: Record<string, number>, more: Partial<Answered> = {}): Answered[] =>
    Object.entries(values).flatMap(([variant, value]) =>
      Array.from({ length: 8 }, (_, i) => ({
        ...{ variant, seed: i + 1, analysis: 'resolution', params: '{}' },
        measures: { resolution: { value: value + Math.sin(i) / 500, at: '1 and 6 ms' } },
        ...more,
      })),
    );
  const other = (answers: Answered[]): Answered[] =>
    answers.map((one) => ({ ...one, params: '{"dts":[9]}' })).slice(0, 3);

  test('says what was kept, by the seeds, with the paper’s sentence, also where it is against it', () => {
    const kept = answered({ baseline: -0.1, complete: -0.039, 'with recurrence': -0.05 });
    const told = advised(fixed, flat, 8, [...kept, ...other(answered({ complete: 0.5 }))]);
    expect(told.filter(({ analysis }) => analysis)).toMatchObject([
      {
        variant: 'complete',
        sentence:
          'More leakage (k = 0) kept 6.1 points more accuracy in steps of other lengths (1 and 6 ms), in 8 of 8 seeds, beginning at 70.0 % against 70.0 %.',
        evidence:
          'complete against baseline, accuracy kept in steps of other lengths: better by 6.1 points (8 seeds, exact sign-flip p = .016, Holm over 2)',
        paper: PAPER.robustLeak,
        analysis: 'resolution',
      },
      {
        sentence:
          'Recurrence kept 5.0 points more accuracy in steps of other lengths (1 and 6 ms), in 8 of 8 seeds, beginning at 70.0 % against 70.0 %; the paper suggests the opposite.',
        paper: PAPER.robustRecurrence,
      },
    ]);
  });

  test('is silent where nothing is decided: few seeds, no difference, an A/A study, a baseline without answers', () => {
    const decided = { baseline: -0.1, complete: -0.039, 'with recurrence': -0.1 };
    const few = answered(decided).filter(({ seed }) => seed < 4);
    const none = answered({ complete: 0, 'with recurrence': 0 });
    const level = answered({ baseline: -0.1, complete: -0.1 });
    for (const answers of [few, none, level])
      expect(advised(fixed, flat, 8, answers).filter(({ analysis }) => analysis)).toEqual([]);
    const same = study({ baseline: {}, again: {}, nuisance: { training: { batchSize: 511 } } });
    const results: Record<string, [number, number]> = { baseline: [0.7, 0.1], again: [0.7, 0.1], nuisance: [0.7, 0.1] };
    expect(advised(same, results, 8, answered({ baseline: -0.1, again: -0.1, nuisance: -0.01 }))).toEqual([]);
  });

  test('of a gain in accuracy says which questions about its price nobody has asked', () => {
    const gained: Record<string, [number, number]> = { ...flat, 'with recurrence': [0.9, 0.1] };
    const asked = answered({ baseline: -0.1, complete: -0.1, 'with recurrence': -0.1 });
    const of = (answers: Answered[]) =>
      advised(fixed, gained, 8, answers).find(({ id }) => id === 'recurrence:with recurrence')!.sentence;
    expect(of([])).toMatch(/; untested here: steps of other lengths, disturbed events, disturbed weights, attacks\.$/);
    expect(of(asked)).toMatch(/; untested here: disturbed events, disturbed weights, attacks\.$/);
  });

  test('takes an attack only where it ranks, and counts each disturbance once', () => {
    const attack = (state: string, success: number[]) =>
      measuresOf('attack', {
        targeted: false,
        kinds: [
          { kind: 'retiming', attacks: [], budgets: [], verdict: { state: 'sound' } },
          { kind: 'flips', attacks: [{ method: 'gradient', width: 1, success }], budgets: [1, 10], verdict: { state } },
        ],
      } as never);
    expect(attack('sound', [0.2, 0.6]).attack).toEqual({
      value: expect.closeTo(0.6),
      at: 'flips, mean over budgets up to 10',
    });
    for (const state of ['broken', 'masked', 'undecided', 'withstood'])
      expect(attack(state, [0.2, 0.6]), state).toEqual({});
    const points = (...means: number[]) => means.map((mean) => ({ mean }));
    const measured = measuresOf('robustness', {
      clean: 0.9,
      curves: [
        { disturbance: 'drop', points: points(0.8, 0.6, 0.7, 0.7) },
        { disturbance: 'hot-pixels', points: points(0.5) },
        { disturbance: 'quantisation', points: points(0.9) },
      ],
    } as never);
    expect(measured.events).toEqual({ value: expect.closeTo(-0.3), at: 'drop and hot pixels' });
    expect(measured.weights).toEqual({ value: expect.closeTo(0), at: 'quantisation' });
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
