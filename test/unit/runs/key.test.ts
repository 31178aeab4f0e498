import { expect, test } from 'vitest';
import { sha256 } from '../../../engine/base/hash.ts';
import { canonicalJson, newRunId, runKey, runKeys, timeOfId } from '../../../engine/runs/key.ts';
import { specOf } from './fixtures.ts';

test('canonical JSON does not hang on the order of fields', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: undefined, A: null })).toBe('{"A":null,"b":[{"c":2,"d":1}]}');
});

test('the key hangs on settings and seed alone', () => {
  const key = runKey(specOf());
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(runKey(specOf({ study: 'other', variant: 'other', file: '/elsewhere.lif.yaml' }))).toBe(key);
  expect(runKey(specOf({ seed: 2 }))).not.toBe(key);
  const { neuron } = specOf();
  expect(runKey(specOf({ neuron: { ...neuron, threshold: 0.7 } }))).not.toBe(key);
});

test('keys of all seeds of the same settings are those of each alone: of all that decides, in alphabetical order', () => {
  const { study: _, variant: __, file: ___, backend: ____, ...settings } = specOf({ backend: 'event' });
  const keyOf = runKeys(specOf());
  for (const seed of [0, 7, 2 ** 31]) {
    expect(keyOf(seed)).toBe(runKey(specOf({ seed })));
    expect(keyOf(seed)).toBe(sha256(canonicalJson({ ...settings, seed })));
  }
});

test('runs from before there were several backends have the key of the event backend', () => {
  const { backend: _, ...before } = specOf({ backend: 'event' });
  const key = runKey(specOf({ backend: 'event' }));
  expect(runKey(before as never)).toBe(key);
  expect(runKey(specOf({ backend: 'reference' }))).not.toBe(key);
});

test('fields that have come later change no key as long as they say what went without saying', () => {
  const { neuron, network, ...rest } = specOf();
  const key = runKey(specOf());
  const readout = { kind: 'leaky-integrator' as const, decode: 'each-step' as const };
  const keyOf = (more: object) =>
    runKey({ ...rest, neuron: { ...neuron, ...more }, network: { ...network, readout: { ...readout, ...more } } });
  expect(runKey(specOf({ neuron: { ...neuron, scaleInput: false, initialState: 'zero' } }))).toBe(key);
  expect(keyOf({ scaleInput: false, initialState: 'zero' })).toBe(keyOf({}));
  expect(keyOf({ scaleInput: true })).not.toBe(keyOf({}));
  expect(keyOf({ initialState: 'random' })).not.toBe(keyOf({}));
});

test('ids are sortable and readable', () => {
  const time = Date.UTC(2026, 10, 23, 14, 15, 30, 123);
  const id = newRunId({ file: '/x/delayed-xor.lif.yaml', variant: 'without reset', seed: 1 }, time);
  expect(id).toMatch(/^20261123-141530-delayed-xor-without-reset-s1-[0-9a-z]{4}$/);
  expect(id < newRunId({ file: '/x/a.lif.yaml', variant: 'a', seed: 1 }, time + 1000)).toBe(true);
});

test('names in other scripts, with separators or of any length make ids that are folder names', () => {
  const id = (variant: string) => newRunId({ file: '/x/Über mich.lif.json', variant, seed: 7 }, 0);
  expect(id('../../etc/passwd')).toMatch(/^19700101-000000-uber-mich-etc-passwd-s7-[0-9a-z]{4}$/);
  expect(id('学习')).toMatch(/^19700101-000000-uber-mich-s7-[0-9a-z]{4}$/);
  expect(id('x'.repeat(100)).length).toBeLessThan(80);
});

test('an id tells when its run was created', () => {
  const time = Date.UTC(2026, 10, 23, 14, 15, 30);
  expect(timeOfId(newRunId({ file: '/x/a.lif.yaml', variant: 'a', seed: 1 }, time + 999))).toBe(time);
  expect(timeOfId('something else')).toBe(0);
});

test('runs from before the data had a seed have the key of the same settings with seed: run', () => {
  const settings = { model: 'lif', network: {}, neuron: {}, training: {}, seed: 1 };
  const key = (dataset: object) => runKey({ ...settings, dataset: { name: 'delayed-xor', ...dataset } } as never);
  expect(key({ seed: 'run' })).toBe(key({}));
  expect(key({ seed: 1 }), 'other held-out sets').not.toBe(key({}));
});
