import { expect, test } from 'vitest';
import { FILTER_ONLY, RESULT_COLUMNS, settingColumn } from '../../../../protocol/comparison/columns.ts';
import { completeFilter } from '../../../../protocol/comparison/filter/complete.ts';
import { parseFilter } from '../../../../protocol/comparison/filter/parse.ts';
import type { TableRow } from '../../../../protocol/comparison/table.ts';
import type { RunSummary } from '../../../../protocol/runs.ts';

const COLUMNS = [
  ...RESULT_COLUMNS,
  ...FILTER_ONLY,
  ...['neuron.leak', 'neuron.reset', 'training.epochs', 'network.readout.leak'].map(settingColumn),
];

function row(variant: string, accuracy: number | undefined, settings: Record<string, string>): TableRow {
  return {
    variant,
    changes: settings,
    runs: [],
    results: [],
    earlier: variant.startsWith('old'),
    wanted: 3,
    settings,
    ...(accuracy !== undefined && { accuracy: { mean: accuracy, count: 3 } }),
  };
}

const ROWS = [
  row('baseline', 0.704, { 'neuron.leak': '0.3', 'neuron.reset': 'hard' }),
  row('without leakage', 0.722, { 'neuron.leak': '1', 'neuron.reset': 'hard' }),
  row('without reset', 0.956, { 'neuron.leak': '0.3', 'neuron.reset': 'none' }),
  row('learned', 0.9, { 'neuron.leak': '{ learnable: true }', 'neuron.reset': 'hard' }),
  row('old one', undefined, { 'neuron.leak': '0', 'neuron.reset': 'soft-undecayed' }),
];

function shown(filter: string): string[] {
  const { test, problem } = parseFilter(filter, COLUMNS);
  if (problem) throw new Error(problem.sentence);
  return ROWS.filter(test).map(({ variant }) => variant);
}

function problem(filter: string): string {
  const { problem } = parseFilter(filter, COLUMNS);
  return problem ? `${problem.sentence} [${filter.slice(problem.start, problem.end)}]` : 'none';
}

test('numbers are those of the table, and settings go by the end of their path', () => {
  expect(shown('neuron.leak < 0.5 and accuracy > 90')).toEqual(['without reset']);
  expect(shown('accuracy >= 90%')).toEqual(['without reset', 'learned']);
  expect(shown('reset = none')).toEqual(['without reset']);
  expect(shown('reset != hard')).toEqual(['without reset', 'old one']);
  expect(shown('Reset = "soft-undecayed"')).toEqual(['old one']);
  expect(shown('neuron.leak ~ learn')).toEqual(['learned']);
  expect(shown('')).toEqual(ROWS.map(({ variant }) => variant));
});

test('of several tags one that fits is enough, and none may be what it must not be', () => {
  const tagged = (variant: string, ...tags: string[][]) => ({
    ...row(variant, 0.5, {}),
    runs: tags.map((tags) => ({ tags }) as RunSummary),
  });
  const rows = [tagged('a', ['sweep', 'Figure 3'], []), tagged('b', ['old']), tagged('c')];
  const left = (filter: string) => rows.filter(parseFilter(filter, COLUMNS).test!).map(({ variant }) => variant);
  expect(left('tag = sweep')).toEqual(['a']);
  expect(left('tag = "figure 3"')).toEqual(['a']);
  expect(left('tag != old')).toEqual(['a', 'c']);
  expect(left('tag ~ o')).toEqual(['b']);
  expect(completeFilter('tag = ', 6, COLUMNS, rows).options.map(({ text }) => text)).toEqual([
    '"Figure 3"',
    'sweep',
    'old',
  ]);
});

test('words alone are looked for in names and changes; and binds closer than or; not takes what follows', () => {
  expect(shown('without')).toEqual(['without leakage', 'without reset']);
  expect(shown('without leakage')).toEqual(['without leakage']);
  expect(shown('"without l"')).toEqual(['without leakage']);
  expect(shown('baseline or without and accuracy > 90')).toEqual(['baseline', 'without reset']);
  expect(shown('(baseline or without) and accuracy > 90')).toEqual(['without reset']);
  expect(shown('not without and not earlier')).toEqual(['baseline', 'learned']);
  expect(shown('earlier')).toEqual(['old one']);
});

test('a row without a number is on neither side of one', () => {
  expect(shown('accuracy > 0 or accuracy <= 0')).not.toContain('old one');
});

test('mistakes are told in one sentence, with their place', () => {
  expect(problem('accuracy >')).toBe('A value must follow accuracy >. [>]');
  expect(problem('accuracy')).toBe('accuracy must be compared with something, for instance accuracy > 90. [accuracy]');
  expect(problem('accurcy > 90')).toBe(
    '"accurcy" is no column and no setting that differs; did you mean accuracy. [accurcy]',
  );
  expect(problem('leak < 1')).toBe('"leak" could be neuron.leak or network.readout.leak: write more of it. [leak]');
  expect(problem('accuracy > high')).toBe(
    '"high" is no number: accuracy > needs one, for instance accuracy > 90. [high]',
  );
  expect(problem('(without')).toBe('There is a "(" without a ")". [(]');
  expect(problem('without)')).toBe('There is a ")" without a "(". [)]');
  expect(problem('without and')).toBe('Something must follow "and". [and]');
  expect(problem('and without')).toBe('Something must stand before "and". [and]');
  expect(problem('> 90')).toBe('A column must stand before >, for instance accuracy. [>]');
  expect(problem('('.repeat(1000))).toBe('There are too many brackets. [(]');
});

test('any text is a filter or a sentence', () => {
  const pieces = [
    'accuracy',
    '>',
    '<=',
    '=',
    '(',
    ')',
    'and',
    'or',
    'not',
    '"',
    "'",
    '90',
    'neuron.leak',
    '~',
    '!',
    ' ',
    '\n',
  ];
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state;
  };
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: (random() >>> 8) % 9 }, () => pieces[(random() >>> 8) % pieces.length]).join(
      random() & 1024 ? ' ' : '',
    );
    const { test, problem } = parseFilter(text, COLUMNS);
    if (test) for (const row of ROWS) expect(typeof test(row), text).toBe('boolean');
    else {
      expect(problem.sentence, text).toMatch(/^.*\.$/);
      expect(problem.end, text).toBeGreaterThan(problem.start);
    }
    completeFilter(text, text.length, COLUMNS, ROWS);
  }
});

function offered(text: string): string[] {
  return completeFilter(text, text.length, COLUMNS, ROWS).options.map((option) => option.text);
}

test('names, operators, values and links are offered where they can stand', () => {
  expect(offered('acc')).toEqual(['accuracy']);
  expect(offered('')).toContain('reset');
  expect(offered(''), 'never a name that means two settings').not.toContain('leak');
  expect(offered('neuron.l')).toEqual(['neuron.leak']);
  expect(offered('accuracy ')).toEqual(['>', '<', '>=', '<=']);
  expect(offered('reset = ')).toEqual(['hard', 'none', 'soft-undecayed']);
  expect(offered('reset = h')).toEqual(['hard']);
  expect(offered('neuron.leak = ')).toEqual(['0.3', '1', '"{ learnable: true }"', '0']);
  expect(offered('reset = none ')).toEqual(['and', 'or']);
  expect(offered('reset = none and a')).toContain('accuracy');
});
