import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Rng } from '../../../engine/base/random.ts';
import { complete, hover } from '../../../engine/experiment/assist/assist.ts';
import { checkExperiment } from '../../../engine/experiment/parse.ts';
import { BASE, messages } from './marked.ts';

const folder = fileURLToPath(new URL('../../../examples/', import.meta.url));
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.lif.yaml'))
  .map((name) => readFileSync(folder + name, 'utf8'));

/** Either valid or with diagnostics inside of the text, whatever the text is. */
function expectVerdict(text: string, file: string): void {
  const { diagnostics, experiment } = checkExperiment(text, file);
  const failed = diagnostics.some(({ severity }) => severity === 'error');
  expect(failed, `errors and no experiment, or an experiment and no errors, for ${JSON.stringify(text)}`).toBe(
    !experiment,
  );
  const lines = text.split(/\r\n|\n|\r/);
  for (const { range, message } of diagnostics) {
    const fits = range.start.line < lines.length && range.end.column <= lines[range.end.line]!.length;
    expect(
      fits,
      `a range inside of the text for "${message}", seen ${JSON.stringify(range)} in ${JSON.stringify(text)}`,
    ).toBe(true);
    expect(message.length).toBeLessThan(1000);
    expect(message).toMatch(/[.?]$/);
    expect(message).not.toContain('\n');
  }
}

describe('hostile files are refused in bounded time', () => {
  const huge = 1 << 20;
  test.each<[string, string, RegExp]>([
    ['too long', 'a'.repeat(huge + 1), /longer than 1 MiB/],
    ['open brackets', '['.repeat(huge), /more than 50000/],
    ['closing brackets', ']'.repeat(huge), /more than 50000/],
    ['commas', `[${','.repeat(huge - 2)}]`, /more than 50000/],
    ['bad escapes', `"${'\\q'.repeat(20_000)}"`, /escape/],
    ['depth', `${'['.repeat(3000)}${']'.repeat(3000)}`, /nested too deeply/],
    [
      'depth by indentation',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested too deeply/,
    ],
    ['many keys', `${BASE}${Array.from({ length: 6000 }, (_, i) => `k${i}: 1\n`).join('')}`, /^`k0` is not a field/],
    [
      'many variants',
      `${BASE}${Array.from({ length: 5000 }, (_, i) => `  v${i}: {}\n`).join('')}`,
      /no more than 1000 variants/,
    ],
    [
      'an alias bomb',
      `a: &a0 [1]\n${Array.from({ length: 20 }, (_, i) => `a${i}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`).join('\n')}\n`,
      /more than 50000 values/,
    ],
    ['many aliases', `a: &a 1\nb: [${'*a, '.repeat(12_000)}]`, /is not a field/],
    ['one long word', `name: ${'x'.repeat(huge - 100)}`, /must be a text/],
    ['spaces', ' '.repeat(huge), /The file is empty/],
    ['many lines', '\n'.repeat(huge), /The file is empty|more than 50000/],
  ])('%s', (_, text, message) => {
    const said = messages(text);
    expect(
      said.some((each) => message.test(each)),
      `expected ${message}, seen ${said.slice(0, 3)}`,
    ).toBe(true);
    expect(said.length).toBeLessThanOrEqual(100);
    expect(complete(text, 'f.lif.yaml', { line: 0, column: 5 })).toBeInstanceOf(Array);
  });

  test('lets an anchor be used', () => {
    const text = `${BASE.replace('[16]', '[&n 16, *n]')}`;
    expect(checkExperiment(text, 'f').experiment?.network.hidden).toEqual([16, 16]);
  });

  test('takes names of object members for what they are', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype']) {
      const { experiment, diagnostics } = checkExperiment(`${BASE}  ${name}: { neuron: { reset: none } }\n`, 'f');
      expect(diagnostics, name).toEqual([]);
      expect(
        experiment!.variants.map((variant) => variant.name),
        name,
      ).toEqual(['a', name]);
    }
    expect(({} as Record<string, unknown>).neuron).toBeUndefined();
  });
});

describe('mutated examples are valid or diagnosed', () => {
  const PIECES = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ': ',
    ',',
    '-',
    '- ',
    '\n',
    '  ',
    '\t',
    '#',
    '"',
    "'",
    '&a ',
    '*a',
    '!x ',
    '|',
    '>',
    '%',
    '@',
    '? ',
    '---\n',
    '<<: ',
    '.nan',
    '-1',
    '1e999',
    'null',
    '~',
    'true',
    '__proto__',
    '\0',
    '\uFFFD',
    '\r',
    'é',
    '😀',
    '\u2028',
    'neuron',
    'variants:',
    'leak: 2\n',
  ];

  function mutate(text: string, rng: Rng): string {
    for (let n = 1 + rng.below(4); n > 0; n--) {
      const offset = rng.below(text.length + 1);
      const to = Math.min(text.length, offset + rng.below(30));
      const piece = PIECES[rng.below(PIECES.length)]!;
      const kind = rng.below(5);
      if (kind === 0) text = text.slice(0, offset) + piece + text.slice(offset);
      else if (kind === 1) text = text.slice(0, offset) + text.slice(to);
      else if (kind === 2) text = text.slice(0, offset) + piece + text.slice(to);
      else if (kind === 3) text = text.slice(0, offset) + text.slice(offset, to) + text.slice(offset);
      else text = text.slice(0, offset);
    }
    return text;
  }

  test.each(['mutated.lif.yaml', 'mutated.lif.json'])('%s', (file) => {
    const rng = new Rng().reset(20_240_325, 1);
    for (let i = 0; i < 300; i++) {
      const text = mutate(examples[i % examples.length]!, rng);
      expectVerdict(text, file);
      const position = { line: rng.below(40), column: rng.below(60) };
      complete(text, file, position);
      hover(text, file, position);
    }
  });

  test('cut off anywhere', () => {
    for (const text of examples)
      for (let end = 0; end < text.length; end += 37) {
        expectVerdict(text.slice(0, end), 'cut.lif.yaml');
        const lines = text.slice(0, end).split('\n');
        complete(text.slice(0, end), 'cut.lif.yaml', { line: lines.length - 1, column: lines.at(-1)!.length });
      }
  });

  test('with any one value replaced', () => {
    const [text] = examples;
    for (const value of [
      'null',
      '-1',
      '.inf',
      '"x"',
      '[]',
      '{}',
      '[{ a: 1 }]',
      '{ kind: x }',
      '{ name: mnist }',
      'true',
    ])
      for (const match of text!.matchAll(/(?<=\w: )[^\s{[][^,}\n]*/g))
        expectVerdict(
          text!.slice(0, match.index) + value + text!.slice(match.index + match[0].length),
          'value.lif.yaml',
        );
  });
});
