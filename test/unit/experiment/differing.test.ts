import { expect, test } from 'vitest';
import { differing } from '../../../engine/experiment/differing.ts';

test('only what differs, in the order of the settings, as the file would write it', () => {
  const a = { dataset: { name: 'mnist', steps: 4 }, neuron: { leak: 0.3, reset: 'hard' }, training: { epochs: 5 } };
  const b = { ...a, neuron: { leak: 1, reset: 'hard' }, training: { epochs: 6 } };
  expect(differing([a, a, b])).toEqual({
    fields: ['neuron.leak', 'training.epochs'],
    values: [['0.3', '5'], ['0.3', '5'], ['1', '6']], // biome-ignore format: a table
  });
  expect(differing([a, a])).toEqual({ fields: [], values: [[], []] });
});

test('a mapping beside a number is one field; two mappings are gone into', () => {
  const learned = { leak: { learnable: true, init: { low: 2 } } };
  expect(differing([{ leak: 0.3 }, learned])).toEqual({
    fields: ['leak'],
    values: [['0.3'], ['{ learnable: true, init: { low: 2 } }']],
  });
  expect(differing([learned, { leak: { learnable: true, init: { low: 3 } } }])).toEqual({
    fields: ['leak.init.low'],
    values: [['2'], ['3']],
  });
});

test('a field that only some have is null in the others', () => {
  const fields = differing([{ dataset: { name: 'a', size: 3 } }, { dataset: { name: 'b' } }]);
  expect(fields).toEqual({ fields: ['dataset.name', 'dataset.size'], values: [['a', '3'], ['b', null]] }); // biome-ignore format: a table
});
