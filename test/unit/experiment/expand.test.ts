import { describe, expect, test } from 'vitest';
import { UserError } from '../../../engine/base/errors.ts';
import { applySets } from '../../../engine/experiment/assignments.ts';
import { describeChanges, expandExperiment } from '../../../engine/experiment/expand.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import type { Experiment } from '../../../engine/experiment/schema.ts';
import { compareExperiment } from '../../../engine/runs/comparison/compare.ts';

const STUDY = `name: Study
dataset: { name: delayed-xor, steps: 50, noise: 0.02 }
network: { hidden: [16, 8], readout: { kind: leaky-integrator, window: 9 } }
neuron:
  threshold: 0.7
  leak: { learnable: true, per: layer }
  surrogate: { width: 0.25, height: 3 }
training: { epochs: 4 }
variants:
  baseline: {}
  empty:
  no leak: { neuron: { leak: 1, threshold: 0.6 } }
  other init: { neuron: { leak: { init: 0.9 } } }
  other shape: { neuron: { surrogate: { shape: triangular } } }
  same shape: { neuron: { surrogate: { shape: rectangular, height: 2 } } }
  other readout: { network: { readout: { kind: spike-rate } } }
  other data: { dataset: { name: mnist } }
  other layers: { network: { hidden: [4] } }
  a.b: { training: { epochs: 7 } }
seeds: [3, 1]
`;

function study(text = STUDY): Experiment {
  const { experiment, diagnostics } = checkExperiment(text, 'study.lif.yaml');
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return experiment!;
}

function settings(variant: string, experiment = study()) {
  return expandExperiment(experiment, '/s.lif.yaml', { variants: [variant], seeds: [3] })[0]!;
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as Error).message;
  }
  throw new Error('Expected a UserError, but nothing was thrown.');
}

describe('merging a variant', () => {
  test('keeps what it does not name', () => {
    expect(settings('no leak').neuron).toEqual({ ...study().neuron, leak: 1, threshold: 0.6 });
    expect(settings('empty')).toEqual({ ...settings('baseline'), variant: 'empty' });
  });

  test('merges mappings field by field', () =>
    expect(settings('other init').neuron.leak).toEqual({ learnable: true, per: 'layer', init: 0.9 }));

  test('replaces a mapping of another shape, kind or name as a whole', () => {
    expect(settings('other shape').neuron.surrogate).toEqual({ shape: 'triangular', width: 0.5 });
    expect(settings('other readout').network.readout).toEqual({ kind: 'spike-rate' });
    expect(settings('other data').dataset).toMatchObject({ name: 'mnist', steps: 10 });
    expect(settings('other data').dataset).not.toHaveProperty('noise');
  });

  test('takes a shape that is the default already for the same shape', () =>
    expect(settings('same shape').neuron.surrogate).toEqual({ shape: 'rectangular', width: 0.25, height: 2 }));

  test('replaces lists', () => expect(settings('other layers').network.hidden).toEqual([4]));
});

describe('expansion', () => {
  test('gives a run per variant and seed, in the order of the file', () => {
    const runs = expandExperiment(study(), '/s.lif.yaml');
    expect(runs).toHaveLength(20);
    expect(runs.slice(0, 3).map(({ variant, seed }) => [variant, seed])).toEqual([
      ['baseline', 3],
      ['baseline', 1],
      ['empty', 3],
    ]);
    expect(runs[0]).toMatchObject({ study: 'Study', file: '/s.lif.yaml', training: { epochs: 4, batchSize: 512 } });
  });

  test('keeps the order of the file for a selection', () => {
    const runs = expandExperiment(study(), '/s', { variants: ['a.b', 'baseline'], seeds: [1] });
    expect(runs.map(({ variant }) => variant)).toEqual(['baseline', 'a.b']);
  });

  test('refuses names and seeds that the file does not have', () => {
    expect(refusal(() => expandExperiment(study(), '/s', { variants: ['no leek'] }))).toMatch(
      /^There is no variant "no leek"; did you mean "no leak"; the file has "baseline", "empty", /,
    );
    expect(refusal(() => expandExperiment(study(), '/s', { seeds: [2] }))).toBe(
      'There is no seed 2 in the file, which has 3, 1; add it to `seeds`.',
    );
  });
});

describe('variants whose names are numbers', () => {
  const NUMBERS = STUDY.replace(
    / {2}baseline: {}[\s\S]*(?=seeds)/,
    '  baseline: {}\n  256: {}\n  1.0: {}\n  64: { training: { epochs: 1 } }\n  0.30: {}\n  1: {}\n',
  );
  const names = ({ variants }: Experiment) => variants.map(({ name }) => name);

  test('keep the order of the file and their spelling, in the experiment and in its runs', () => {
    const expected = ['baseline', '256', '1.0', '64', '0.30', '1'];
    const experiment = study(NUMBERS);
    expect(names(experiment)).toEqual(expected);
    expect([...new Set(expandExperiment(experiment, '/s').map(({ variant }) => variant))]).toEqual(expected);
    expect(compareExperiment(experiment, '/s', []).rows.map(({ variant }) => variant)).toEqual(expected);
  });

  test('keep the order of the file with --set, which can reach them and add one at the end', () => {
    const experiment = applySets(study(NUMBERS), ['variants.64.neuron.leak=0.5', 'variants.7={}']);
    expect(names(experiment)).toEqual(['baseline', '256', '1.0', '64', '0.30', '1', '7']);
    expect(settings('64', experiment).neuron.leak).toBe(0.5);
  });

  test('keep the order of the file in JSON', () => {
    const text =
      '{"name":"n","dataset":{"name":"delayed-xor"},"network":{"hidden":[4]},"variants":{"b":{},"2":{},"1":null}}';
    expect(names(checkExperiment(text, 'a.lif.json').experiment!)).toEqual(['b', '2', '1']);
  });
});

describe('what a variant changes', () => {
  test.each([
    ['baseline', {}],
    ['no leak', { 'neuron.threshold': '0.6', 'neuron.leak': '1' }],
    ['other init', { 'neuron.leak.init': '0.9' }],
    ['other shape', { 'neuron.surrogate.shape': 'triangular', 'neuron.surrogate.width': '0.5' }],
    ['other readout', { 'network.readout.kind': 'spike-rate' }],
    ['other layers', { 'network.hidden': '[4]' }],
  ])('%s', (variant, changes) => expect(describeChanges(study(), variant)).toEqual(changes));

  test('writes a mapping that replaces a number on one line', () => {
    const experiment = study(
      STUDY.replace('{ learnable: true, per: layer }', '0.3').replace('{ init: 0.9 }', '{ learnable: true }'),
    );
    expect(describeChanges(experiment, 'other init')).toEqual({
      'neuron.leak': '{ learnable: true, per: neuron, init: { low: 0, high: 4 } }',
    });
  });
});

describe('--set', () => {
  test('changes the settings of the file, under those of the variants', () => {
    const experiment = applySets(study(STUDY.replace(/ {2}other init.*\n/, '')), [
      'training.epochs=3',
      'neuron.leak=0.5',
      'seeds=[7]',
      'name="Short: one"',
    ]);
    expect(experiment).toMatchObject({
      name: 'Short: one',
      seeds: [7],
      training: { epochs: 3 },
      neuron: { leak: 0.5 },
    });
    const runs = expandExperiment(experiment, '/s', { variants: ['baseline', 'no leak'] });
    expect(runs.map(({ neuron }) => neuron.leak)).toEqual([0.5, 1]);
  });

  test('reaches into variants and lists', () => {
    const experiment = applySets(study(), [
      'variants.a.b.training.epochs=9',
      'network.hidden.1=5',
      'variants.empty.neuron.reset=soft',
    ]);
    expect(settings('a.b', experiment).training.epochs).toBe(9);
    expect(experiment.network.hidden).toEqual([16, 5]);
    expect(settings('empty', experiment).neuron.reset).toBe('soft');
  });

  test('replaces a data set by another, whose fields can then be set', () => {
    const { dataset } = applySets(study(), ['dataset.name=mnist', 'dataset.steps=12']);
    expect(dataset).toMatchObject({ name: 'mnist', steps: 12 });
    expect(dataset).not.toHaveProperty('noise');
  });

  test('leaves the experiment that it was given alone', () => {
    const experiment = study();
    const before = structuredClone(experiment);
    applySets(experiment, ['training.epochs=3', 'network.hidden.0=1', 'neuron.leak.per=neuron']);
    expect(experiment).toEqual(before);
  });

  test.each([
    [
      'training.epoch=3',
      /^--set training\.epoch=3: `epoch` is not a field of `training`: did you mean `epochs`; allowed are epochs, /,
    ],
    [
      'training.epochs=a',
      '--set training.epochs=a: `training.epochs` must be a whole number of at least 1, not the text "a".',
    ],
    [
      'training.epochs=',
      '--set training.epochs=: `training.epochs` must be a whole number of at least 1, but it is empty.',
    ],
    ['training.epochs={', '--set training.epochs={: The closing `}` is missing.'],
    [
      'training.epochs.x=1',
      '--set training.epochs.x=1: `training.epochs` must be a whole number of at least 1, not a mapping.',
    ],
    ['leak=1', /^--set leak=1: `leak` is not a field of the experiment: it belongs under `neuron`; allowed are /],
    ['epochs', '--set epochs: write path=value, for instance --set training.epochs=3.'],
    ['=3', '--set =3: write path=value, for instance --set training.epochs=3.'],
    ['__proto__.x=3', '--set __proto__.x=3: write path=value, for instance --set training.epochs=3.'],
    ['network.hidden.2=3', /^--set network\.hidden\.2=3: `network.hidden` has the entries 0 to 1, not `2`/],
    ['dataset.pulse=40', /^--set dataset\.pulse=40: `dataset.pulse` is 40 steps/],
    [
      'variants.baseline.neuron.leak=3',
      /^--set .*: in the variant "baseline", `neuron.leak` must be a number from 0 to 1, not 3\.$/,
    ],
  ])('%s is refused', (set, message) => {
    const said = refusal(() => applySets(study(), ['training.batchSize=8', set]));
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });
});
