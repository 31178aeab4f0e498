import { describe, expect, test } from 'vitest';
import { complete, hover } from '../../../engine/experiment/assist/assist.ts';
import { parseClaim } from '../../../engine/experiment/expectations.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { BASE, cursor, marked } from './marked.ts';

const NAMES = ['baseline', 'with recurrence', 'a > b', 'v1.5', 'spikes'];

describe('a line of expect', () => {
  test.each<[string, unknown]>([
    ['with recurrence.accuracy > baseline.accuracy', ['with recurrence', 'accuracy', '>', 'baseline', 'accuracy', 0]],
    ['baseline.accuracy>=0.9', ['baseline', 'accuracy', '>=', 0.9, 0]],
    ['baseline.loss < 1e-2', ['baseline', 'loss', '<', 0.01, 0]],
    ['a > b.accuracy <= baseline.accuracy', ['a > b', 'accuracy', '<=', 'baseline', 'accuracy', 0]],
    ['baseline.accuracy > a > b.accuracy', ['baseline', 'accuracy', '>', 'a > b', 'accuracy', 0]],
    ['v1.5.spikes.2 < spikes.spikes.2', ['v1.5', 'spikes.2', '<', 'spikes', 'spikes.2', 0]],
    ['baseline.accuracy > v1.5.accuracy + 0.02', ['baseline', 'accuracy', '>', 'v1.5', 'accuracy', 0.02]],
    ['baseline.accuracy > v1.5.accuracy - .5', ['baseline', 'accuracy', '>', 'v1.5', 'accuracy', -0.5]],
  ])('%s', (text, expected) => {
    const found = parseClaim(text, NAMES);
    if ('complaint' in found) throw new Error(found.complaint);
    const { left, operator, right, margin } = found.claim;
    const other = typeof right === 'number' ? [right] : [right.variant, right.metric];
    expect([left.variant, left.metric, operator, ...other, margin]).toEqual(expected);
  });

  test.each([
    ['baseline.accuracy', /^has no >, >=, < or <= between two values/],
    ['basline.accuracy > 0.5', /^names `basline`, which is no variant: did you mean `baseline`/],
    ['baseline > 0.5', /^says nothing of what of `baseline`: write `baseline.accuracy`/],
    [
      'baseline.acuracy > 0.5',
      /^asks `baseline` for `acuracy`: did you mean accuracy; allowed are accuracy, loss, spikes and/,
    ],
    ['baseline.spikes.0 > 0.5', /^asks `baseline` for `spikes.0`/],
    ['baseline.accuracy > 90 %', /^has the percentage 90 %: accuracies are written from 0 to 1, 0.9/],
    ['baseline.accuracy > nothing.accuracy', /^names `nothing`, which is no variant/],
    ['baseline.accuracy > baseline.accuracy + much', /^asks `baseline` for `accuracy \+ much`/],
    ['baseline.accuracy == 1', /^has no >/],
  ])('%s is refused with what would be right', (text, complaint) => {
    const found = parseClaim(text, NAMES);
    expect('complaint' in found && found.complaint).toMatch(complaint);
  });

  test('what is wrong is underlined on its line; what is right is in the outline, at its place', () => {
    const { text, place } = marked(`${BASE}expect:\n  - a.accuracy > 0.5 # half\n  - ⟦b.accuracy > a.accuracy⟧\n`);
    const { diagnostics, outline } = checkExperiment(text, 'x.lif.yaml');
    expect(diagnostics).toEqual([
      {
        ...place,
        severity: 'error',
        path: 'expect[1]',
        message: expect.stringMatching(/^`expect\[1\]` names `b`, which is no variant: did you mean `a`;/) as string,
      },
    ]);
    expect(outline!.expectations.map(({ text }) => text)).toEqual(['a.accuracy > 0.5', 'b.accuracy > a.accuracy']);
    expect(outline!.expectations[1]!.range).toEqual(place.range);
  });

  test('things of different kinds are not compared', () => {
    const { diagnostics } = checkExperiment(
      `${BASE}  b: { neuron: { reset: none } }\nexpect: [a.accuracy > b.loss]\n`,
      'x',
    );
    expect(diagnostics[0]!.message).toBe(
      '`expect[0]` compares `accuracy` with `loss`, which are not of one kind; compare the same of both.',
    );
  });
});

describe('completion and hover', () => {
  const labels = (line: string): string[] => {
    const { text, position } = cursor(`${BASE}  with reset: {}\nexpect:\n${line}`);
    return complete(text, 'x.lif.yaml', position).map(({ label }) => label);
  };

  test('offer variants and metrics, then operators, then the same metric of the others', () => {
    expect(labels('  - ¦')).toEqual([
      ...['a.accuracy', 'a.loss', 'a.spikes', 'with reset.accuracy', 'with reset.loss', 'with reset.spikes'],
    ]);
    expect(labels('  - with reset.accuracy ¦')).toEqual(['>=', '<=', '>', '<']);
    expect(labels('  - with reset.loss < ¦')).toEqual(['a.loss']);
    expect(labels('  - with reset.loss <= a¦')).toEqual(['a.loss']);
  });

  test('a completion replaces the whole term, blanks included', () => {
    const { text, position } = cursor(`${BASE}  with reset: {}\nexpect:\n  - with res¦\n`);
    const found = complete(text, 'x.lif.yaml', position).find(({ label }) => label === 'with reset.accuracy')!;
    expect(found.range).toEqual({ start: { line: position.line, column: 4 }, end: position });
  });

  test('say what a line means and how it is judged', () => {
    const { text, position } = cursor(`${BASE}expect:\n  - a.accur¦acy >= 0.9\n`);
    const { contents } = hover(text, 'x.lif.yaml', position)!;
    expect(contents).toContain('Expects `a.accuracy` >= 0.9.');
    expect(contents).toContain('exact sign-flip test');
  });
});
