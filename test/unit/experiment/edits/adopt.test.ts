import { expect, test } from 'vitest';
import { adoptSettings } from '../../../../engine/experiment/edits/adopt.ts';
import { checkExperiment } from '../../../../engine/experiment/parse.ts';
import type { Settings } from '../../../../engine/experiment/schema.ts';

const FILE = '/studies/xor.lif.yaml';
const TEXT = `name: XOR  # by hand
dataset: { name: delayed-xor, steps: 30 }
network: { hidden: [4] }
neuron: { leak: 0.3 }
variants:
  baseline: {}
  # what the paper does
  'without leakage': { neuron: { leak: 1, reset: none } } # twice
  learned:
    neuron:
      leak: { learnable: true }
seeds: [1, 2]
`;

function settingsOf(text: string, variant: string): Settings {
  const { experiment, diagnostics } = checkExperiment(text, FILE);
  if (!experiment) throw new Error(diagnostics[0]!.message);
  return experiment.variants.find(({ name }) => name === variant)!.settings;
}

/** Lines of b that are not those of a, line by line. */
function changedLines(a: string, b: string): string[] {
  const before = a.split('\n');
  return b.split('\n').filter((line, i) => line !== before[i]);
}

function earlier(variant: string, from: string, to: string): Settings {
  expect(TEXT).toContain(from);
  return settingsOf(TEXT.replace(from, to), variant);
}

test('one field that was another is one changed line, with its comment', () => {
  const changed = adoptSettings(TEXT, FILE, 'without leakage', earlier('without leakage', 'leak: 1', 'leak: 0.9'));
  expect(changedLines(TEXT, changed)).toEqual(["  'without leakage': { neuron: { leak: 0.9, reset: none } } # twice"]);
});

test('what all variants have by now is not said again by the variant', () => {
  const changed = adoptSettings(TEXT, FILE, 'without leakage', earlier('without leakage', 'leak: 1, ', ''));
  expect(changedLines(TEXT, changed)).toEqual(["  'without leakage': { neuron: { reset: none } } # twice"]);
});

test('a setting that was changed for all goes into the one variant, which is then what the run was', () => {
  const wanted = earlier('baseline', 'leak: 0.3', 'leak: { learnable: true }');
  const changed = adoptSettings(TEXT, FILE, 'baseline', wanted);
  expect(settingsOf(changed, 'baseline')).toEqual(wanted);
  expect(settingsOf(changed, 'learned')).toEqual(settingsOf(TEXT, 'learned'));
  expect(changedLines(TEXT, changed).length).toBe(1);
});

test('another data set replaces the section, since its fields are others', () => {
  const wanted = earlier('learned', '{ name: delayed-xor, steps: 30 }', '{ name: mnist, steps: 4 }');
  const changed = adoptSettings(TEXT, FILE, 'learned', wanted);
  expect(settingsOf(changed, 'learned')).toEqual(wanted);
  expect(settingsOf(changed, 'baseline')).toEqual(settingsOf(TEXT, 'baseline'));
});

test('a variant that is gone comes back behind the last', () => {
  const before = TEXT.replace(/ {2}learned:[\s\S]*?(?=seeds)/, '');
  const wanted = settingsOf(TEXT, 'learned');
  const changed = adoptSettings(before, FILE, 'learned', wanted);
  expect(settingsOf(changed, 'learned')).toEqual(wanted);
  expect(changed.startsWith(before.slice(0, before.indexOf('seeds')))).toBe(true);
});

test('nothing is written where nothing differs, and a file with errors is refused with its line', () => {
  expect(adoptSettings(TEXT, FILE, 'baseline', settingsOf(TEXT, 'baseline'))).toBe(TEXT);
  expect(() =>
    adoptSettings(TEXT.replace('leak: 1', 'leak: 7'), FILE, 'baseline', settingsOf(TEXT, 'learned')),
  ).toThrow(/^Line 8: .*Correct it first\.$/);
});
