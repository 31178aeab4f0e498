import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { editsBetween } from '../../../../engine/experiment/edits/replacement.ts';
import { setField, setFields } from '../../../../engine/experiment/edits/set-field.ts';
import { matrixOf } from '../../../../engine/experiment/matrix/matrix.ts';
import { parseSource, plain } from '../../../../engine/experiment/text/source.ts';
import { LineIndex } from '../../../../engine/experiment/text/text.ts';

const FILE = '/s/a.lif.yaml';

/** A file whose variants are this. */
const withVariants = (variants: string): string =>
  `# mine\nname: S\nneuron: { leak: 0.5 } # all\nvariants:\n${variants}`;

test.each([
  ['an empty variant', '  a: {} # base\n', '  a: { neuron: { leak: 1 } } # base\n'],
  ['a variant of which nothing is written', '  a:\n  b: {}\n', '  a: { neuron: { leak: 1 } }\n  b: {}\n'],
  ['a variant that is null', '  a: ~\n', '  a: { neuron: { leak: 1 } }\n'],
  ['a value on the line', '  a: { neuron: { leak: 0.2 } }\n', '  a: { neuron: { leak: 1 } }\n'],
  ['a line with others', '  a: { neuron: { reset: none } }\n', '  a: { neuron: { reset: none, leak: 1 } }\n'],
  [
    'a mapping below, with comments',
    '  a:\n    neuron:\n      reset: none # never\n    # the end of a\n  b: {}\n',
    '  a:\n    neuron:\n      reset: none # never\n      leak: 1\n    # the end of a\n  b: {}\n',
  ],
  [
    'a value below',
    '  a:\n    neuron:\n      leak:\n        learnable: true\n      reset: none\n',
    '  a:\n    neuron:\n      leak: 1\n      reset: none\n',
  ],
  [
    'brackets over lines',
    '  a: {\n    neuron: { reset: none },\n  }\n',
    '  a: {\n    neuron: { reset: none, leak: 1 },\n  }\n',
  ],
  ['an anchor on the value', '  a: { neuron: { leak: &k 0.2 } }\n', '  a: { neuron: { leak: &k 1 } }\n'],
  [
    'what an alias stood for, which others keep',
    '  b: &b { neuron: { leak: 0.2, reset: none } }\n  a: *b\n',
    '  b: &b { neuron: { leak: 0.2, reset: none } }\n  a: { neuron: { leak: 1, reset: none } }\n',
  ],
  [
    'returns',
    '  a:\r\n    neuron:\r\n      reset: none\r\n',
    '  a:\r\n    neuron:\r\n      reset: none\r\n      leak: 1\r\n',
  ],
])('a field is set in %s, and every other character stays', (_, before, after) => {
  expect(setField(withVariants(before), FILE, ['variants', 'a', 'neuron', 'leak'], 1)).toBe(withVariants(after));
});

test.each([
  ['the only one', '  a: { neuron: { leak: 1 } } # base\n', '  a: {} # base\n'],
  ['one of several', '  a: { neuron: { leak: 1, reset: none } }\n', '  a: { neuron: { reset: none } }\n'],
  ['the last of several', '  a: { neuron: { reset: none, leak: 1 } }\n', '  a: { neuron: { reset: none } }\n'],
  [
    'with the mapping that it was alone in',
    '  a: { neuron: { leak: 1 }, training: { epochs: 3 } }\n',
    '  a: { training: { epochs: 3 } }\n',
  ],
  ['below', '  a:\n    neuron:\n      leak: 1 # k\n      reset: none\n', '  a:\n    neuron:\n      reset: none\n'],
  [
    'below, the last line',
    '  a:\n    neuron:\n      reset: none\n      leak: 1',
    '  a:\n    neuron:\n      reset: none',
  ],
  ['below, the only one', '  a:\n    neuron:\n      leak: 1\n  b: {}\n', '  a: {}\n  b: {}\n'],
  ['what is not there', '  a: {}\n', '  a: {}\n'],
])('a field is taken out: %s', (_, before, after) => {
  expect(setField(withVariants(before), FILE, ['variants', 'a', 'neuron', 'leak'], undefined)).toBe(
    withVariants(after),
  );
});

test('what all variants have is set in the same way, also in JSON', () => {
  expect(setField(withVariants('  a: {}\n'), FILE, ['training', 'epochs'], 3)).toBe(
    `${withVariants('  a: {}\n')}training: { epochs: 3 }\n`,
  );
  const json = '{\n  "neuron": { "leak": 0.5 },\n  "variants": { "a": {} }\n}\n';
  const changed = setField(json, '/s/a.lif.json', ['variants', 'a', 'neuron', 'leak'], { learnable: true });
  expect(changed).toBe(
    '{\n  "neuron": { "leak": 0.5 },\n  "variants": { "a": {"neuron":{"leak":{"learnable":true}}} }\n}\n',
  );
});

test('what cannot be changed without changing something else is left alone', () => {
  const shared = withVariants('  a: { neuron: &n { leak: &k 1 } }\n  b: { neuron: { leak: *k } }\n');
  expect(() => setField(shared, FILE, ['variants', 'a', 'neuron', 'leak'], 0)).toThrow(
    '`variants.a.neuron.leak` cannot be changed as the file is written: change it in the text.',
  );
  expect(() => setField(withVariants('  a: { neuron: 3 }\n'), FILE, ['variants', 'a', 'neuron', 'leak'], 0)).toThrow(
    '`variants.a.neuron` is not a mapping: change it in the text.',
  );
  expect(() => setField('variants: { a: {', FILE, ['variants', 'a', 'neuron', 'leak'], 0)).toThrow(/^Line 1: /);
});

const examples = readdirSync('examples').filter((name) => name.endsWith('.lif.yaml'));

test.each(examples)('every column of %s can be set in the first and the last variant, and be taken back', (name) => {
  const text = readFileSync(`examples/${name}`, 'utf8');
  const comments = (of: string): string[] => of.split('\n').flatMap((line) => /#.*$/.exec(line)?.[0] ?? []);
  const { columns, rows, more } = matrixOf(text, FILE, []);
  for (const { variant, cells } of [rows[0]!, rows.at(-1)!])
    for (const [i, { field, choices }] of [...columns, ...more].entries()) {
      const path = ['variants', variant, ...field.split('.')];
      const value = choices[0] ? plain(parseSource(choices[0].text, '').root!) : 7;
      const changed = setField(text, FILE, path, value);
      expect(editsBetween(text, changed).length, field).toBeLessThanOrEqual(1);
      expect(comments(changed), field).toEqual(comments(text));
      if (cells[i]?.own === false) expect(setField(changed, FILE, path, undefined), field).toBe(text);
    }
});

test('edits are the shortest stretch that differs, and whole line breaks', () => {
  const before = 'a\r\nb\r\nc';
  const after = 'a\r\nc';
  const [edit] = editsBetween(before, after);
  const lines = new LineIndex(before);
  const [start, end] = [lines.offset(edit!.range.start), lines.offset(edit!.range.end)];
  expect(before.slice(0, start) + edit!.text + before.slice(end)).toBe(after);
  expect(editsBetween(before, before)).toEqual([]);
});

test('many fields at once are what they are one after another, in one look at the text', () => {
  const text = withVariants(
    `  a: {} # first\n  b:\n    neuron:\n      leak: 0.5\n  c: &c { neuron: { reset: soft, leak: 0.1 } }\n  d: *c\n  e: { training: { batchSize: 64 } }\n  f:\n`,
  );
  const paths = [
    ['neuron', 'leak'],
    ...['a', 'b', 'd', 'e', 'f'].map((variant) => ['variants', variant, 'neuron', 'leak']),
  ];
  for (const value of [0.25, { learnable: true }, undefined]) {
    const oneByOne = paths.reduce((all, path) => setField(all, FILE, path, value), text);
    expect(setFields(text, FILE, paths, value)).toBe(oneByOne);
    expect(setFields(oneByOne, FILE, paths, undefined)).toBe(
      paths.reduce((all, path) => setField(all, FILE, path, undefined), oneByOne),
    );
  }
  const many = withVariants(
    Array.from({ length: 1000 }, (_, i) => `  v${i}: { neuron: { leak: ${i / 1000} } }\n`).join(''),
  );
  const all = Array.from({ length: 1000 }, (_, i) => ['variants', `v${i}`, 'neuron', 'leak']);
  expect(setFields(many, FILE, all, 1)).toBe(many.replace(/leak: [\d.]+ \} \}\n/g, 'leak: 1 } }\n'));
});
