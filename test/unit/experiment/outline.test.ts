import { expect, test } from 'vitest';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { BASE } from './marked.ts';

test('holds name, variants and seeds with their places', () => {
  const { outline } = checkExperiment(`# comment\n${BASE}  with b: {}\nseeds: [4, 5]\n`, 'f');
  expect(outline).toEqual({
    name: 'Test',
    range: { start: { line: 1, column: 0 }, end: { line: 1, column: 10 } },
    variants: [
      { name: 'a', range: { start: { line: 5, column: 2 }, end: { line: 5, column: 3 } } },
      { name: 'with b', range: { start: { line: 6, column: 2 }, end: { line: 6, column: 8 } } },
    ],
    seeds: [4, 5],
    expectations: [],
  });
});

test('stays while the text is wrong', () => {
  const wrong = checkExperiment(`${BASE}neuron: { leak: 2`, 'f');
  expect(wrong.experiment).toBeUndefined();
  expect(wrong.outline?.variants.map(({ name }) => name)).toEqual(['a']);
});

test('has defaults where the file says nothing', () => {
  expect(checkExperiment('network: {}\n', 'f').outline).toEqual({
    name: '',
    range: { start: { line: 0, column: 0 }, end: { line: 0, column: 11 } },
    variants: [],
    seeds: [1],
    expectations: [],
  });
  expect(checkExperiment('- list', 'f').outline).toBeUndefined();
});

test('counts lines in files from Windows, too', () => {
  const { outline } = checkExperiment(BASE.replaceAll('\n', '\r\n'), 'f');
  expect(outline?.variants[0]?.range.start).toEqual({ line: 4, column: 2 });
});
