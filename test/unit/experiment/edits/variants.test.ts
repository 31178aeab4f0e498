import { expect, test } from 'vitest';
import { addGrid, valuesOf } from '../../../../engine/experiment/edits/grid.ts';
import {
  duplicateVariant,
  moveVariant,
  removeVariants,
  renameVariant,
} from '../../../../engine/experiment/edits/variants.ts';

const FILE = '/s/a.lif.yaml';
const BELOW = `name: S
variants:
  # the base
  base: {}
  # k = 1
  no leak: { neuron: { leak: 1 } } # none
  block:
    neuron:
      reset: none
expect:
  - no leak.accuracy > base.accuracy + 0.02 # hoped for
`;
const FLOW = 'name: S\nvariants: { base: {}, no leak: { neuron: { leak: 1 } }, c: {} } # all\n';

test('a variant is renamed in its place and in the lines that expect something of it', () => {
  expect(renameVariant(BELOW, FILE, 'base', 'baseline')).toBe(
    BELOW.replace('  base: {}', '  baseline: {}').replace('> base.acc', '> baseline.acc'),
  );
  const quoted = renameVariant(BELOW, FILE, 'no leak', 'k: 1');
  expect(quoted).toContain('  "k: 1": { neuron: { leak: 1 } } # none');
  expect(quoted).toContain('  - "k: 1.accuracy > base.accuracy + 0.02" # hoped for');
  expect(renameVariant(BELOW, FILE, 'base', 'base')).toBe(BELOW);
  expect(() => renameVariant(BELOW, FILE, 'base', 'block')).toThrow(
    'There is a variant "block" already; choose another name.',
  );
  expect(() => renameVariant(BELOW, FILE, 'gone', 'x')).toThrow('There is no variant "gone" any more.');
});

test('a copy stands behind the original, as that is written', () => {
  expect(duplicateVariant(BELOW, FILE, 'block', 'copy')).toBe(
    BELOW.replace('      reset: none\n', '      reset: none\n  copy:\n    neuron:\n      reset: none\n'),
  );
  expect(duplicateVariant(FLOW, FILE, 'no leak', 'copy')).toBe(
    FLOW.replace(', c: {}', ', copy: { neuron: { leak: 1 } }, c: {}'),
  );
});

test('variants are removed with what was said about them', () => {
  expect(removeVariants(BELOW, FILE, ['no leak'])).toBe(
    BELOW.replace('  # k = 1\n  no leak: { neuron: { leak: 1 } } # none\n', ''),
  );
  expect(removeVariants(BELOW, FILE, ['base', 'block'])).toContain('variants:\n  # the base\n  # k = 1\n  no leak:');
  expect(removeVariants(FLOW, FILE, ['no leak', 'c'])).toBe('name: S\nvariants: { base: {} } # all\n');
  expect(() => removeVariants(FLOW, FILE, ['base', 'no leak', 'c'])).toThrow('A study needs at least one variant');
});

test('a variant moves with its comments', () => {
  expect(moveVariant(BELOW, FILE, 'no leak', 0)).toContain(
    'variants:\n  # the base\n  # k = 1\n  no leak: { neuron: { leak: 1 } } # none\n  base: {}\n  block:',
  );
  expect(moveVariant(BELOW, FILE, 'base', 99)).toContain('      reset: none\n  base: {}\nexpect:');
  expect(moveVariant(FLOW, FILE, 'c', 0)).toBe(
    'name: S\nvariants: { c: {}, base: {}, no leak: { neuron: { leak: 1 } } } # all\n',
  );
});

test('values go on in equal steps, and may be anything that the file can hold', () => {
  expect(valuesOf('0, 0.1 … 0.5')).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  expect(valuesOf('1 ... 4')).toEqual([1, 2, 3, 4]);
  expect(valuesOf('none, { learnable: true }, true')).toEqual(['none', { learnable: true }, true]);
  expect(() => valuesOf('0, 1 … -5')).toThrow('does not lead from 1 to -5');
  expect(() => valuesOf('[')).toThrow('is no list of values');
  expect(() => valuesOf('0, 1e-9 … 1')).toThrow('in at most 1000 steps');
});

test('a grid adds every combination once, behind the variant that it starts from', () => {
  const axes = [
    { field: 'neuron.leak', values: '0, 1' },
    { field: 'neuron.reset', values: 'none' },
  ];
  const once = addGrid(BELOW, FILE, 'block', axes);
  expect(once).toBe(
    BELOW.replace(
      '      reset: none\n',
      '      reset: none\n  "block, leak 0, reset none": { neuron: { reset: none, leak: 0 } }\n  "block, leak 1, reset none": { neuron: { reset: none, leak: 1 } }\n',
    ),
  );
  expect(() => addGrid(once, FILE, 'block', axes)).toThrow('There are variants of all these names already.');
  expect(addGrid(FLOW, FILE, null, [axes[0]!])).toContain(
    ', c: {}, leak 0: { neuron: { leak: 0 } }, leak 1: { neuron: { leak: 1 } } }',
  );
});
