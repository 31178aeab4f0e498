import { describe, expect, test } from 'vitest';
import { complete, hover } from '../../../engine/experiment/assist/assist.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { BASE, cursor } from './marked.ts';

const NEURON = [
  'threshold',
  'leak',
  'reset',
  'resetGradient',
  'recurrent',
  'recurrentGain',
  'scaleInput',
  'initialState',
  'surrogate',
];
const TOP = [
  'name',
  'description',
  'dataset',
  'model',
  'backend',
  'network',
  'neuron',
  'training',
  'variants',
  'seeds',
  'expect',
  'analyses',
  'executor',
  'slurm',
];
const XOR = BASE.split('variants:')[0]!;

function completions(marked: string, file = 'test.lif.yaml') {
  const { text, position } = cursor(marked);
  return complete(text, file, position);
}

const labels = (marked: string, file?: string) => completions(marked, file).map(({ label }) => label);
const inserts = (marked: string, file?: string) => completions(marked, file).map(({ insert }) => insert);

function hoverText(marked: string): string | undefined {
  const { text, position } = cursor(marked);
  return hover(text, 'test.lif.yaml', position)?.contents;
}

describe('completion of fields', () => {
  test.each([
    ['¦', TOP],
    [`${XOR}se¦`, TOP.filter((field) => !['name', 'dataset', 'network'].includes(field))],
    [`${XOR}neuron:\n  ¦\nvariants:\n  a: {}\n`, NEURON],
    [`${XOR}neuron:\n  threshold: 1\n  ¦\n  reset: hard\n`, NEURON.filter((f) => f !== 'threshold' && f !== 'reset')],
    [`${XOR}neuron:\n  le¦\nvariants:\n  a: {}\n`, NEURON],
    [`${XOR}neuron: { ¦`, NEURON],
    [`${XOR}neuron: { leak: 1, ¦\nvariants:\n  a: {}\n`, NEURON.filter((f) => f !== 'leak')],
    [`${XOR}neuron: { leak: { ¦ } }`, ['learnable', 'per', 'init']],
    ['network:\n  hidden:\n    - ¦\n', ['size', 'neuron']],
    ['network:\n  hidden: [{ size: 3, neuron: { ¦', NEURON],
    ['dataset:\n  ¦', ['name']],
    [
      'dataset:\n  name: mnist\n  co¦\n',
      ['path', 'steps', 'coding', 'trainSamples', 'testSamples', 'validationSamples'],
    ],
    ['network:\n  readout: { kind: leaky-integrator, ¦', ['leak', 'decode', 'window', 'scaleInput', 'initialState']],
    [`${XOR}variants:\n  a:\n    ¦\n`, ['dataset', 'model', 'backend', 'network', 'neuron', 'training']],
    [
      `${XOR}variants:\n  a: { network: { readout: { ¦`,
      ['kind', 'leak', 'decode', 'window', 'scaleInput', 'initialState'],
    ],
    [`${XOR}variants:\n  a: { network: { readout: { kind: spike-rate, ¦`, ['window', 'neuron']],
    [`${XOR}neuron:\n  wrong: [1\n  ¦`, NEURON],
  ])('%j', (text, expected) => expect(labels(text)).toEqual(expected));

  test('replaces the word and adds a colon when there is none', () => {
    expect(completions(`${XOR}neuron:\n  th¦resh`).at(0)).toMatchObject({
      label: 'threshold',
      kind: 'field',
      insert: 'threshold: ',
      detail: 'a number above 0',
      range: { start: { line: 4, column: 2 }, end: { line: 4, column: 8 } },
    });
    expect(inserts(`${XOR}neuron:\n  th¦resh: 1`)[0]).toBe('threshold');
  });

  test('quotes the fields of JSON', () => {
    const json = (text: string) => inserts(text, 'test.lif.json')[0];
    expect(json('{ ¦ }')).toBe('"name": ');
    expect(json('{ "¦')).toBe('name": ');
    expect(json('{ "¦" }')).toBe('name');
    expect(json('{ "neuron": { "th¦": 1 } }')).toBe('threshold');
  });
});

describe('completion of values', () => {
  test.each([
    [`${XOR}neuron: { reset: ¦`, ['hard', 'soft', 'none', 'soft-undecayed']],
    [`${XOR}neuron:\n  reset: h¦\nvariants:\n  a: {}\n`, ['hard', 'soft', 'none', 'soft-undecayed']],
    [`${XOR}neuron:\n  reset: "h¦"\n`, ['hard', 'soft', 'none', 'soft-undecayed']],
    [`${XOR}neuron:\n  leak: ¦`, ['0.3', '{ learnable: true }']],
    [`${XOR}neuron:\n  recurrent: ¦`, ['true', 'false']],
    ['training:\n  schedule: ¦', ['{ kind: step }', '{ kind: cosine }', '{ kind: step, every: 20, factor: 0.5 }']],
    [
      'training:\n  optimizer: ¦',
      ['{ kind: adamw }', '{ kind: sgd }', '{ kind: adam }', '{ kind: sgd, momentum: 0.9 }'],
    ],
    ['dataset: { name: mnist, coding: ¦', ['{ kind: direct }', '{ kind: bernoulli }']],
    [`${XOR}variants:\n  a: { neuron: { reset: ¦`, ['hard', 'soft', 'none', 'soft-undecayed']],
    [`${XOR}variants:\n  a: { dataset: { name: mnist, coding: { kind: ¦`, ['direct', 'bernoulli']],
  ])('%j', (text, expected) => expect(labels(text)).toEqual(expected));

  test('names the default', () => {
    expect(completions(`${XOR}neuron: { reset: ¦ }`).filter(({ detail }) => detail === 'default')).toEqual([
      expect.objectContaining({ label: 'hard', kind: 'value', insert: 'hard' }),
    ]);
    // What a variant leaves out is as in the file.
    expect(completions(`${XOR}variants:\n  a: { neuron: { reset: ¦`).some(({ detail }) => detail === 'default')).toBe(
      false,
    );
  });

  test('knows all data sets', () =>
    expect(labels('dataset: { name: ¦ }')).toEqual(expect.arrayContaining(['delayed-xor', 'mnist'])));

  test('has nothing to say in comments, free texts and behind finished values', () => {
    for (const text of ['# na¦', 'name: my st¦', `${XOR}neuron:\n  leak: 1\n    ¦`, 'name: x # re¦'])
      expect(labels(text), text).toEqual([]);
  });

  test('quotes the texts of JSON', () => {
    expect(inserts('{ "neuron": { "reset": ¦ } }', 'test.lif.json')).toEqual([
      '"hard"',
      '"soft"',
      '"none"',
      '"soft-undecayed"',
    ]);
    expect(inserts('{ "neuron": { "reset": "¦" } }', 'test.lif.json')).toEqual([
      'hard',
      'soft',
      'none',
      'soft-undecayed',
    ]);
  });

  test('makes files that are valid', () => {
    const { text } = cursor(`${XOR}neuron:\n  leak: ¦\nvariants: { a: {} }\n`);
    for (const insert of inserts(`${XOR}neuron:\n  leak: ¦\nvariants: { a: {} }\n`))
      expect(checkExperiment(text.replace('leak: ', `leak: ${insert}`), 'f').diagnostics, insert).toEqual([]);
  });
});

describe('hover', () => {
  test('explains a field: what it takes, does, its default and an example', () => {
    const text = hoverText(`${XOR}neuron: { thres¦hold: 1 }`);
    expect(text).toMatch(/^\*\*neuron\.threshold\*\*: a number above 0\n\nFiring threshold/);
    expect(text).toContain('Default: `0.5`');
    expect(text).toContain('```yaml\nneuron: { threshold: 0.5 }\n```');
  });

  test('explains the value that was chosen', () => {
    expect(hoverText('dataset: { name: delayed¦-xor }')).toMatch(/^\*\*delayed-xor\*\*\n\nTwo pulses/);
    expect(hoverText('network: { readout: { kind: mean-¦membrane } }')).toMatch(
      /^\*\*mean-membrane\*\*\n\nThe output layer spikes/,
    );
  });

  test('knows which data set a variant inherits', () =>
    expect(hoverText(`${XOR}variants:\n  a: { dataset: { pul¦se: 3 } }`)).toMatch(/^\*\*dataset\.pulse\*\*/));

  test('lists what a variant changes', () => {
    const variants = 'variants:\n  base: { neuron: { leak: 0.5 } }\n  ';
    expect(hoverText(`${XOR}${variants}no l¦eak: { neuron: { leak: 1 } }`)).toBe(
      'This variant changes against base:\n\n- `neuron.leak: 1`, not `0.5`',
    );
    expect(hoverText(`${XOR}${variants}sa¦me: { neuron: { leak: 0.5 } }`)).toMatch(/changes nothing against base/);
    expect(hoverText(`${XOR}variants:\n  ¦a: {}`)).toMatch(/The reference.*settings of the file/);
    expect(hoverText(`${XOR}variants:\n  ¦a: { neuron: { leak: 1 } }`)).toMatch(
      /The reference.*\n\n- `neuron.leak: 1`$/,
    );
  });

  test('works in text that is broken elsewhere', () =>
    expect(hoverText(`${XOR}training: { ep¦ochs: 3\nneuron: [`)).toMatch(/^\*\*training\.epochs\*\*/));

  test('marks the word', () => {
    const { text, position } = cursor(`${XOR}neuron: { thres¦hold: 1 }`);
    expect(hover(text, 'f', position)?.range).toEqual({ start: { line: 3, column: 10 }, end: { line: 3, column: 19 } });
  });

  test('says nothing of what it does not know', () => {
    for (const text of ['fo¦o: 1', '¦', '# na¦me', 'dataset: { name: delayed-xor, fo¦o: 1 }'])
      expect(hoverText(text), text).toBeUndefined();
  });
});
