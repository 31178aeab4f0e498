import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { COMPONENTS } from '../../../engine/experiment/matrix/columns.ts';
import { matrixOf } from '../../../engine/experiment/matrix/matrix.ts';

const FILE = '/s/a.lif.yaml';
const TEXT = `name: S
dataset: { name: delayed-xor, steps: 50 }
network: { hidden: [4], readout: { kind: leaky-integrator, window: 9, leak: { learnable: true } } }
variants:
  base: {}
  no leak: { neuron: { leak: 1 } }
  wrong: { neuron: { leak: 7, threshold: -1 }, training: { epochs: x } }
  long: { dataset: { steps: 100 } }
seeds: [1, 2]
`;

test('components come first, then what differs, then what was asked for', () => {
  const { columns, more, rows, seeds, study } = matrixOf(TEXT, FILE, ['training.batchSize']);
  const fields = columns.map(({ field }) => field);
  expect(fields.slice(0, COMPONENTS.length)).toEqual(COMPONENTS);
  expect(fields.slice(COMPONENTS.length).sort()).toEqual(
    ['dataset.steps', 'neuron.threshold', 'training.batchSize', 'training.epochs'].sort(),
  );
  expect(more.map(({ field }) => field)).toContain('network.weightGain');
  expect(rows.map(({ variant }) => variant)).toEqual(['base', 'no leak', 'wrong', 'long']);
  expect([study, seeds]).toEqual(['S', [1, 2]]);
});

test('a cell says what holds, whether the variant says so itself, and what is wrong with it', () => {
  const { columns, common, rows } = matrixOf(TEXT, FILE, []);
  const cell = (variant: string, field: string) =>
    rows.find((row) => row.variant === variant)!.cells[columns.findIndex((column) => column.field === field)]!;
  expect(cell('base', 'neuron.leak')).toEqual({ text: '0.3', own: false });
  expect(cell('no leak', 'neuron.leak')).toEqual({ text: '1', own: true });
  expect(cell('wrong', 'neuron.leak')).toMatchObject({
    text: '7',
    own: true,
    problem: { severity: 'error', message: expect.stringContaining('`neuron.leak` must be a number from 0 to 1') },
  });
  expect(cell('wrong', 'training.epochs').problem?.severity).toBe('error');
  expect(cell('long', 'dataset.steps')).toEqual({ text: '100', own: true });
  expect(common[columns.findIndex(({ field }) => field === 'dataset.steps')]).toEqual({ text: '50', own: true });
});

test('what is wrong in no column stands at the variant', () => {
  const { rows } = matrixOf(`${TEXT}`.replace('base: {}', 'base: { nuron: {} }\n  twin: {}\n  other: {}'), FILE, []);
  expect(rows[0]!.problems[0]!.message).toContain('`nuron` is not a field');
  expect(rows[2]!.problems[0]!.message).toContain('has the same settings as');
});

test('a text that cannot be read is refused with its line', () => {
  expect(() => matrixOf('name: S\nvariants: {', FILE, [])).toThrow(/^Line 2: /);
});

test('the leak is a switch with the words of the paper', () => {
  const { columns } = matrixOf(readFileSync('examples/delayed-xor.lif.yaml', 'utf8'), FILE, []);
  const leak = columns.find(({ field }) => field === 'neuron.leak')!;
  expect(leak.choices.map(({ label }) => label)).toEqual(['none (k = 1)', 'complete (k = 0)', 'learnable', 'k = 0.3']);
  expect(leak.closed).toBe(false);
  expect(columns.find(({ field }) => field === 'neuron.reset')!.closed).toBe(true);
});
