import { expect, test } from 'vitest';
import { locateFields } from '../../../engine/experiment/locate.ts';

const TEXT = `name: Study
dataset: { name: delayed-xor }
network:
  hidden: [16, { size: 8, neuron: { threshold: 9 } }]
neuron:
  leak: 0.3
variants:
  a: {}
  b: { neuron: { threshold: 1000 } }
`;

/** What the file holds at the places of these fields. */
function textsAt(text: string, fields: [variant: string, field: string][]): (string | null)[] {
  const ranges = locateFields(
    text,
    '/a.lif.yaml',
    fields.map(([variant, field]) => ({ variant, field })),
  );
  const lines = text.split('\n');
  return ranges.map(
    (range) =>
      range && `${range.start.line + 1} ${lines[range.start.line]!.slice(range.start.column, range.end.column)}`,
  );
}

test('a field is where the variant sets it, where the file does, or where it would be', () => {
  expect(
    textsAt(TEXT, [
      ['b', 'neuron.threshold'],
      ['a', 'neuron.leak'],
      ['a', 'network.hidden[1].neuron.threshold'],
      ['a', 'neuron.threshold'],
      ['b', 'neuron.surrogate.width'],
      ['a', 'dataset'],
      ['a', 'training.learningRate'],
      ['gone', 'neuron.leak'],
    ]),
  ).toEqual(['9 1000', '6 0.3', '4 9', '5 neuron', '5 neuron', '2 { name: delayed-xor }', '8 a', '6 0.3']);
});

test('a text that is no experiment has no places', () => {
  expect(textsAt('[1, 2', [['a', 'neuron.leak']])).toEqual([null]);
  expect(textsAt('just text', [['a', 'neuron.leak']])).toEqual([null]);
});
