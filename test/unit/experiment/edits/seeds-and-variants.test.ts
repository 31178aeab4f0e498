import { expect, test } from 'vitest';
import { addSeeds } from '../../../../engine/experiment/edits/add-seeds.ts';
import { addVariant } from '../../../../engine/experiment/edits/add-variant.ts';
import { checkExperiment } from '../../../../engine/experiment/parse.ts';

const FILE = '/s/a.lif.yaml';
const HEAD = 'name: S # of mine\ndataset: { name: delayed-xor }\nnetwork: { hidden: [4] }\n';
const VARIANTS = 'variants: { a: {} }\n';

test.each([
  ['a list on a line', 'seeds: [1, 2] # few\n', 'seeds: [1, 2, 3, 4, 5] # few\n'],
  [
    'a list over lines with a comma at its end',
    'seeds: [\n  1, # one\n  7, # lucky\n]\n',
    'seeds: [\n  1, # one\n  7, 8, 9, 10, # lucky\n]\n',
  ],
  [
    'a list below',
    'seeds:\n  - 5 # five\n  - 3 # three\n# the end\n',
    'seeds:\n  - 5 # five\n  - 3 # three\n  - 6\n  - 7\n  - 8\n# the end\n',
  ],
  ['a list below, with returns', 'seeds:\r\n- 5\r\n', 'seeds:\r\n- 5\r\n- 6\r\n- 7\r\n- 8\r\n'],
  ['no list, which means [1]', '# nothing\n', '# nothing\nseeds: [1, 2, 3, 4]\n'],
  ['the largest seed there is', 'seeds: [4294967295, 1]', 'seeds: [4294967295, 1, 0, 2, 3]'],
])('seeds are added to %s, and every other character stays', (_, before, after) => {
  const text = HEAD + VARIANTS + before;
  const { text: changed, seeds } = addSeeds(text, FILE, 3);
  expect(changed).toBe(HEAD + VARIANTS + after);
  const { experiment } = checkExperiment(changed, FILE);
  expect(experiment!.seeds.slice(-3)).toEqual(seeds);
});

test('seeds are added to JSON, with and without a list', () => {
  const json = (rest: string): string =>
    `{\n  "name": "S",\n  "dataset": { "name": "delayed-xor" },\n  "network": { "hidden": [4] },\n  "variants": { "a": {} }${rest}\n}\n`;
  for (const [before, after] of [
    [',\n  "seeds": [3]', ',\n  "seeds": [3, 4, 5]'],
    ['', ',\n  "seeds": [1, 2, 3]'],
  ] as const) {
    const { text } = addSeeds(json(before), '/s/a.lif.json', 2);
    expect(text).toBe(json(after));
    expect(() => JSON.parse(text)).not.toThrow();
  }
});

test('what cannot be continued is left alone, with a sentence that says what to write', () => {
  const alias = `${HEAD}${VARIANTS}seeds: &s [1]\ndescription: x\n`;
  expect(addSeeds(alias, FILE, 1).text).toContain('&s [1, 2]');
  expect(() => addSeeds(`${HEAD}seeds: [1]\n`, FILE, 3)).toThrow(
    'The file has errors; correct them before seeds are added.',
  );
  const full = `${HEAD}${VARIANTS}seeds: [${Array.from({ length: 1000 }, (_, i) => i).join(', ')}]\n`;
  expect(() => addSeeds(full, FILE, 3)).toThrow(/^The list of seeds cannot be continued/);
});

test.each([
  [
    'below each other',
    'variants:\n  a: {} # as above\n  b:\n    neuron:\n      reset: none # off\n\nseeds: [1]\n',
    'variants:\n  a: {} # as above\n  b:\n    neuron:\n      reset: none # off\n  no leak: { neuron: { leak: 1 } }\n\nseeds: [1]\n',
  ],
  [
    'without a value',
    'variants:\n  a: # as above\nseeds: [1]\n',
    'variants:\n  a: # as above\n  no leak: { neuron: { leak: 1 } }\nseeds: [1]\n',
  ],
  ['on a line', 'variants: { a: {} } # all\n', 'variants: { a: {}, no leak: { neuron: { leak: 1 } } } # all\n'],
])('a variant is added to variants %s', (_, before, after) => {
  expect(addVariant(HEAD + before, FILE, 'no leak', { neuron: { leak: 1 } })).toBe(HEAD + after);
});

test('a variant that is there is refused', () => {
  const text = HEAD + VARIANTS;
  expect(() => addVariant(text, FILE, 'a', {})).toThrow(
    'There is a variant "a" already; give the new one another name.',
  );
});
