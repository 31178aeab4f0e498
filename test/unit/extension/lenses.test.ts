import { describe, expect, test } from 'vitest';
import { lensesOf } from '../../../extension/language/lenses.ts';
import { variantLook } from '../../../extension/tree/nodes.ts';
import { worded } from '../../../protocol/comparison/verdicts.ts';
import type { Comparison, RunState, RunSummary } from '../../../protocol/runs.ts';
import { FILE, outline, run, running } from './support.ts';

describe('lenses', () => {
  const titles = (...args: Parameters<typeof lensesOf>): string[] =>
    lensesOf(...args).map(({ range, title }) => `${range.start.line} ${title.replace(/\$\([^)]*\) ?/g, '')}`);
  const comparison = (fields: Partial<Comparison['rows'][0]>): Comparison => ({
    study: 'Study',
    file: FILE,
    seeds: [1],
    outdated: [],
    earlier: [],
    rows: [{ variant: 'a', changes: {}, runs: [], results: [], ...fields }],
  });

  test('say why a run failed', () => {
    const message = `The loss became NaN in epoch 3 at layer 1: lower the learning rate. $(x) ${'and more '.repeat(20)}`;
    const failed = run('1', { variant: 'a', state: 'failed', message });
    const lens = lensesOf(outline(['a']), [failed], comparison({ runs: [failed] })).find(
      ({ command }) => command === 'lifLab.openLog',
    )!;
    expect(lens.title).toMatch(/^\$\(error\) The loss became NaN in epoch 3 at layer 1.*…$/);
    expect(lens.title.length).toBeLessThan(110);
    expect(lens.tooltip).toContain(message);
  });

  test('say what is wrong with the networks of a variant as they train, and no longer when it is over', () => {
    const sentence = 'layer 1 of 2 fired 0 of 5,120,000 times (0.00 %); lower neuron.threshold (1000).';
    const warning = { since: 0.1, until: 1, layer: 1, field: 'neuron.threshold', sentence };
    const begun = running('1', 0.1, { variant: 'a' });
    const warned = { ...begun, warnings: [{ ...warning, cause: 'silent' as const, lasts: true }] };
    // The comparison was made before there was anything to warn of; seeds often share a warning.
    const known = comparison({ runs: [begun, { ...begun, id: '2' }] });
    const lenses = lensesOf(outline(['a']), [warned, { ...warned, id: '2' }], known);
    const [lens, ...others] = lenses.filter(({ title }) => title.startsWith('$(warning)'));
    expect(others).toEqual([]);
    expect(lens).toMatchObject({ title: '$(warning) layer 1 silent', tooltip: sentence, command: 'lifLab.curves' });
    const over = { ...warned, warnings: [{ ...warned.warnings[0]!, lasts: false }] };
    expect(titles(outline(['a']), [over], known).join()).not.toContain('silent');
  });

  test('offer to run what does not run', () => {
    expect(titles(outline(['a', 'b']), [], undefined)).toEqual([
      '0 Run all',
      '0 Compare',
      '0 Curves',
      '10 Run',
      '11 Run',
    ]);
  });

  test('offer to stop what runs, with its progress instead of the last result', () => {
    const test = { loss: 1, accuracy: 0.5 };
    const runs = [running('1', 0.25, { variant: 'a', test }), running('2', 0.5, { variant: 'a', test })];
    const known = comparison({ runs, accuracy: { mean: 0.9, count: 1 } });
    expect(titles(outline(['a']), runs, known)).toEqual([
      '0 Run all',
      '0 Compare',
      '0 Curves',
      '0 Stop all (2)',
      '10 Stop',
      '10 37 % · 50.0 % now',
    ]);
    const queued = [running('1', 0, { variant: 'a', state: 'queued' })];
    expect(titles(outline(['a']), queued, undefined).slice(4)).toEqual(['10 Stop', '10 1 queued']);
  });

  test('show the result, and offer to go on with what was stopped', () => {
    const done = comparison({ runs: [run('1')], accuracy: { mean: 0.961, deviation: 0.004, count: 3 } });
    expect(titles(outline(['a']), [], done).slice(3)).toEqual(['10 Run', '10 96.1 % ± 0.4 · 3 seeds']);
    const stopped = comparison({ runs: [run('1', { state: 'stopped' })], accuracy: { mean: 0.5, count: 1 } });
    expect(titles(outline(['a']), [], stopped).slice(3)).toEqual([
      '10 Run',
      '10 Resume',
      '10 50.0 % · 1 seed · 1 unfinished',
    ]);
  });

  test('keep the last result with earlier settings, under that name, until there is one with those of the text', () => {
    const result = { loss: 1, accuracy: 0.7, epoch: 4, chosenBy: 'last epoch' as const };
    const old = [1, 2].map((seed) => run(`old ${seed}`, { variant: 'a', seed, result, createdAt: -200_000 }));
    const earlier = [{ id: 'x', variant: 'a', runs: ['old 1', 'old 2'], had: { 'neuron.leak': '0.9' } }];
    const edited = { ...comparison({}), outdated: old, earlier };
    const lenses = lensesOf(outline(['a']), old, edited);
    expect(titles(outline(['a']), old, edited).slice(3)).toEqual([
      '10 Run',
      '10 70.0 % ± 0.0 · 2 seeds · earlier settings',
    ]);
    expect(lenses.at(-1)!.tooltip).toContain('had neuron.leak: 0.9');
    const begun = running('new', 0.5, { variant: 'a' });
    expect(titles(outline(['a']), [begun, ...old], edited).slice(4), 'while the next is trained').toEqual([
      ...['10 Stop', '10 50 %', '10 70.0 % ± 0.0 · 2 seeds · earlier settings'],
    ]);
    const row = { variant: 'a', changes: {}, runs: [run('new')], results: [], accuracy: { mean: 0.8, count: 1 } };
    const replaced = { ...edited, rows: [row] };
    expect(titles(outline(['a']), [], replaced).slice(3)).toEqual(['10 Run', '10 80.0 % · 1 seed']);

    const look = (runs: RunSummary[], known?: Comparison) =>
      variantLook({ file: FILE, name: 'a', runs }, known).description;
    expect(look(old, edited), 'in the tree, too').toBe('70.0 % ± 0.0 · 2 seeds · earlier settings');
    expect(look([...old, run('new', { variant: 'a', seed: 3 })], replaced)).toBe('80.0 % · 1 seed');
    expect(look([...old, begun], edited)).toBe('1 running · 50 %');
    expect(look(old), 'before a comparison is known').toBe('70.0 % ± 0.0 · 2 seeds');
  });

  test('in the tree, half a run is no part of a mean', () => {
    const runOf = (id: string, seed: number, accuracy: number, state: RunState) =>
      run(id, { variant: 'a', seed, state, result: { loss: 1, accuracy, epoch: 1, chosenBy: 'last epoch' } });
    const runs = [runOf('1', 1, 0.8, 'finished'), runOf('2', 2, 0.2, 'stopped')];
    expect(variantLook({ file: FILE, name: 'a', runs }).description).toBe('80.0 % · 1 seed · 1 unfinished');
    expect(variantLook({ file: FILE, name: 'a', runs: runs.slice(1) }).description).toBe('1 seed · stopped');
  });

  test('say what the seeds allow to be said, and offer more of them where they are too few', () => {
    const facts = { against: 'a', wanted: 3, holm: { p: 0.25, over: 1 }, needed: 6 };
    const paired = { seeds: [1, 2, 3], differences: [0.1, 0.1, 0.1], mean: 0.1, p: 0.25 };
    const verdict = worded({ kind: 'undecided', paired, ...facts });
    const known = comparison({ runs: [run('1')], accuracy: { mean: 0.9, count: 3 }, verdict });
    expect(titles(outline(['a'], [1, 2, 3]), [], known)).toEqual([
      ...['0 Run all', '0 Compare', '0 Curves', '0 Add 3 seeds', '10 Run', '10 90.0 % · 3 seeds · undecided'],
    ]);
    const lenses = lensesOf(outline(['a'], [1, 2, 3]), [], known);
    expect(lenses.find(({ command }) => command === 'lifLab.addSeeds')!.tooltip).toBe(
      '1 variant undecided: 3 seeds in the file, 6 can decide at 5 %',
    );
    expect(lenses.at(-1)!.tooltip).toContain('against “a” undecided: 3 seeds cannot decide at 5 %; 6 could');
    const look = variantLook({ file: FILE, name: 'a', runs: [run('1', { variant: 'a' })] }, known);
    expect(look.description).toMatch(/ · undecided$/);
    expect(look.tooltip.replaceAll('\\', '')).toContain('Against a: undecided: 3 seeds cannot decide at 5 %; 6 could');
    const better = worded({ kind: 'better', paired: { ...paired, p: 0.03 }, against: 'a', wanted: 3 });
    const decided = comparison({ runs: [run('1')], accuracy: { mean: 0.9, count: 3 }, verdict: better });
    expect(titles(outline(['a'], [1, 2, 3]), [], decided).slice(3)).toEqual([
      ...['10 Run', '10 90.0 % · 3 seeds · better by 10.0 points'],
    ]);
  });
});
