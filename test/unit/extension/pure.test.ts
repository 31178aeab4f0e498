import { describe, expect, test } from 'vitest';
import { experimentName, folderOf, isExperimentFile, storeFor } from '../../../extension/base/experiment-files.ts';
import { parseFromWebview, parseViewState } from '../../../extension/base/messages.ts';
import { accuracyText, activity, duration, progressText } from '../../../extension/base/text.ts';
import { lensesOf } from '../../../extension/language/lenses.ts';
import { groupStudies, newestPerSeed } from '../../../extension/model/studies.ts';
import { page } from '../../../extension/panels/html.ts';
import { statusLook } from '../../../extension/status/status-look.ts';
import { offerLif } from '../../../extension/terminal-path.ts';
import { missingOf, offerFor, shownAs } from '../../../extension/testing/outcomes.ts';
import { runLook, studyLook, variantLook } from '../../../extension/tree/nodes.ts';
import { targetOf } from '../../../extension/tree/target.ts';
import type { Outcome } from '../../../protocol/comparison/claims.ts';
import { worded } from '../../../protocol/comparison/verdicts.ts';
import { type Comparison, overallState, type RunState, type RunSummary } from '../../../protocol/runs.ts';
import { stateOf } from '../../../protocol/views.ts';
import { FILE, outline, run, running } from './support.ts';

describe('experiment files', () => {
  test('are known by their name', () => {
    const names = ['a.lif.yaml', 'a.lif.json', 'a.yaml', 'a.lif.yml', 'lif.yaml', 'a.lif.yaml.bak'];
    expect(names.filter(isExperimentFile)).toEqual(['a.lif.yaml', 'a.lif.json']);
  });

  test('get their ending when they are made', () => {
    const names = ['/a', '/a.yaml', '/a.yml', '/a.lif', '/a.lif.yaml', '/a.lif.json', '/a.b'];
    expect(names.map(experimentName)).toEqual([...Array(5).fill('/a.lif.yaml'), '/a.lif.json', '/a.b.lif.yaml']);
  });

  test('keep their runs in the innermost workspace folder that contains them', () => {
    const folders = ['/ws', '/ws/inner', '/ws2'];
    expect(storeFor('/ws/a.lif.yaml', folders)).toBe('/ws/.lif');
    expect(storeFor('/ws/inner/deep/a.lif.yaml', folders)).toBe('/ws/inner/.lif');
    expect(storeFor('/ws22/a.lif.yaml', folders)).toBe('/ws22/.lif');
    expect(folderOf('/ws2/a.lif.yaml', folders)).toBe('/ws2');
    expect(storeFor('/ws/a.lif.yaml', folders, 'runs/here')).toBe('/ws/runs/here');
    expect(storeFor('/ws/a.lif.yaml', folders, '/scratch/lif')).toBe('/scratch/lif');
  });
});

describe('texts', () => {
  test('say how accurate, how long and how far', () => {
    expect(accuracyText({ mean: 0.9612, deviation: 0.00401, count: 3 })).toBe('96.1 % ± 0.4 · 3 seeds');
    expect(accuracyText({ mean: 0.5, count: 1 })).toBe('50.0 % · 1 seed');
    expect([duration(59.4), duration(200), duration(7500)]).toEqual(['59 s', '3 min 20 s', '2 h 05 min']);
    const queued = run('q', { state: 'queued', progress: 0 });
    expect([activity([]), activity([queued, queued]), activity([running('1', 0.5), queued, run('f')])]).toEqual([
      '',
      '2 queued',
      '1 running, 1 queued · 50 %',
    ]);
    const [now, before] = [running('2', 0.5), running('1', 0.9)];
    const earlier = run('old', { createdAt: -100_000 });
    expect(activity([before, now, earlier]), 'what ran long ago does not count').toBe('2 running · 70 %');
    expect(activity([run('1'), now, earlier]), 'one that ends counts on').toBe('1 running · 75 %');
    expect(activity([run('1'), queued]), 'and while none is running').toBe('1 queued · 50 %');
    expect([progressText(0.999), progressText(1), progressText(0.129)]).toEqual(['99 %', '100 %', '12 %']);
  });
});

describe('studies', () => {
  test('of the same name show their files', () => {
    const studies = groupStudies([FILE, '/b.lif.yaml'], new Map(), [run('1'), run('2', { file: '/b.lif.yaml' })]);
    expect(studies.map((study) => studyLook(study).description)).toEqual([
      'b.lif.yaml · 1 variant',
      'study.lif.yaml · 1 variant',
    ]);
  });

  test('list runs by seed, those of one seed newest first', () => {
    const runs = [run('b', { seed: 2, createdAt: 9 }), run('a2', { createdAt: 5 }), run('a1', { createdAt: 1 })];
    const [study] = groupStudies([], new Map(), runs.toReversed());
    expect(study?.variants[0]?.runs.map(({ id }) => id)).toEqual(['a2', 'a1', 'b']);
  });

  test('come from files and from runs, variants in the order of the file', () => {
    const other = '/work space/other.lif.yaml';
    const studies = groupStudies([FILE, '/work space/empty.lif.yaml'], new Map([[FILE, outline(['b', 'a'])]]), [
      run('1', { variant: 'gone' }),
      run('2', { variant: 'a' }),
      run('3', { file: other, study: 'Other' }),
    ]);
    expect(
      studies.map(({ name, variants }) => [name, variants.map((v) => [v.name, v.runs.map(({ id }) => id)])]),
    ).toEqual([
      ['empty.lif.yaml', []],
      ['Other', [['baseline', ['3']]]],
      [
        'Study',
        [
          ['b', []],
          ['a', ['2']],
          ['gone', ['1']],
        ],
      ],
    ]);
  });

  test('count the newest run of each seed', () => {
    const runs = [
      run('old', { seed: 1, createdAt: 1 }),
      run('two', { seed: 2 }),
      run('new', { seed: 1, createdAt: 5 }),
    ];
    expect(newestPerSeed(runs).map(({ id }) => id)).toEqual(['new', 'two']);
    expect(overallState([run('a'), run('b', { state: 'failed' }), running('c', 0.1)])).toBe('running');
    expect(overallState([])).toBeUndefined();
  });
});

test('the integrated terminal finds lif at the end of its PATH, in the runtime that is configured', () => {
  const set: unknown[] = [];
  const variables = {
    description: undefined as string | undefined,
    clear: () => void set.push('clear'),
    append: (name: string, value: string) => void set.push([name, value]),
    replace: (name: string, value: string) => void set.push([name, value]),
    delete: () => {},
  };
  const settings = { nodePath: '/opt/node', dataFolder: '', tensorFlow: '' };
  offerLif(variables, '/extension/dist', settings);
  const always = ['clear', ['PATH', ':/extension/dist/bin'], ['LIF_NODE', '/opt/node']];
  expect(set).toEqual(always);
  offerLif(variables, '/extension/dist', { ...settings, dataFolder: '/data', tensorFlow: 'javascript' });
  expect(set.slice(3)).toEqual([...always, ['LIF_DATA', '/data'], ['LIF_TENSORFLOW', 'javascript']]);
});

describe('expectations as tests', () => {
  test('what is undecided or has not run is neither passed nor failed, and says so', () => {
    const shown = (outcome: Outcome) => shownAs({ outcome, sentence: 'why\u001b[31m' });
    expect((['pass', 'fail', 'undecided', 'not run'] as const).map((outcome) => shown(outcome).state)).toEqual([
      ...['passed', 'failed', 'skipped', 'skipped'],
    ]);
    expect([shown('undecided').description, shown('fail').description]).toEqual(['undecided', '']);
    expect(shown('fail').message, 'nothing commands a terminal').not.toContain('\u001b');
  });

  test('offer what is missing, once for each seed', () => {
    const missing = [
      { missing: [{ variant: 'a', seeds: [3, 1] }] },
      {
        missing: [
          { variant: 'a', seeds: [1, 2] },
          { variant: 'b', seeds: [1] },
        ],
      },
    ];
    expect(missingOf(missing)).toEqual(
      new Map([
        ['a', [1, 2, 3]],
        ['b', [1]],
      ]),
    );
    expect(offerFor(missing)).toBe('4 runs of these expectations are missing.');
    expect(offerFor([{ missing: [] }])).toBeUndefined();
  });
});

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
    const earlier = [{ variant: 'a', runs: ['old 1', 'old 2'], had: { 'neuron.leak': '0.9' } }];
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

describe('tree items', () => {
  test('say what can be done with a run', () => {
    const contexts = (['queued', 'running', 'finished', 'stopped', 'failed', 'interrupted'] as const).map(
      (state) => runLook(run('1', { state })).context,
    );
    expect(contexts).toEqual([
      'run.active',
      'run.active',
      'run.idle',
      'run.idle.resumable',
      'run.idle.resumable',
      'run.idle.resumable',
    ]);
  });

  test('describe progress and results in words for everybody', () => {
    const look = runLook(running('1', 0.5, { seed: 7, test: { loss: 0.25, accuracy: 0.75 }, samplesPerSecond: 99.6 }));
    expect(look.description).toBe('epoch 2/4 · 75.0 %');
    expect(look.accessibility).toBe('Run with seed 7, running, epoch 2/4 · 75.0 %');
    expect(look.tooltip).toContain('100 samples/s');
    expect(runLook(running('1', 0, { message: 'Preparing mnist: 40 %' })).description).toBe('Preparing mnist: 40 %');
    expect(variantLook({ file: FILE, name: 'a', runs: [] }).description).toBe('not run yet');
    const study = { file: FILE, name: 'Study', variants: [{ file: FILE, name: 'a', runs: [running('1', 0.5)] }] };
    expect(studyLook(study)).toMatchObject({ description: '1 running · 50 %', context: 'study.active' });
  });

  test('do not take names and messages for Markdown', () => {
    const { tooltip } = runLook(run('1', { variant: '[x](command:evil)', damage: ['run.json <img src=x>'] }));
    expect(tooltip).toContain('\\[x\\]\\(command\\:evil\\)');
    expect(tooltip).toContain('\\<img src\\=x\\>');
  });
});

describe('status', () => {
  const ready = { state: 'ready', message: '' } as const;

  test('counts runs, warns about stores, and offers a restart when the query process is gone', () => {
    expect(statusLook(ready, [], []).text).toBe('$(pulse) LIF Lab');
    expect(statusLook(ready, [], [running('1', 0.2), running('2', 0.4)]).text).toBe(
      '$(sync~spin) LIF Lab: 2 running · 30 %',
    );
    expect(statusLook(ready, ['The store is away.'], [])).toMatchObject({
      text: '$(warning) LIF Lab',
      details: ['The store is away.', 'Nothing is running · 0 runs'],
    });
    expect(statusLook({ state: 'failed', message: 'Gone.' }, [], [])).toMatchObject({
      severe: true,
      command: 'lifLab.restartHost',
      accessibility: 'LIF Lab: Gone.',
    });
  });
});

describe('arguments of commands', () => {
  test('are read whichever way a command is called', () => {
    expect(targetOf([{ fsPath: FILE }])).toEqual({ file: FILE, variants: [], runIds: [] });
    expect(targetOf([{ fsPath: FILE }, 'a'])).toEqual({ file: FILE, variants: ['a'], runIds: [] });
    expect(targetOf([{ kind: 'variant', file: FILE, variant: 'a' }])).toEqual({
      file: FILE,
      variants: ['a'],
      runIds: [],
    });
    const nodes = ['1', '2'].map((runId) => ({ kind: 'run', file: FILE, variant: 'a', runId }));
    expect(targetOf([nodes[0], nodes])).toEqual({ file: FILE, variants: [], runIds: ['1', '2'] });
    expect(targetOf([nodes[0], undefined, 'peek'])).toMatchObject({ runIds: ['1'], peek: true });
  });

  test('of any other kind count as nothing', () => {
    const nothing = { variants: [], runIds: [] };
    for (const args of [[], [null], ['text'], [{ fsPath: '/etc/passwd' }, 'a'], [{ kind: 'run', file: 5 }], [[], []]]) {
      expect(targetOf(args), JSON.stringify(args)).toEqual(nothing);
    }
  });
});

describe('messages from a webview', () => {
  const target = { file: FILE, study: 'Study', view: 'curves' };

  test('are taken when they are of the protocol', () => {
    for (const message of [
      { type: 'ready', generation: 'g' },
      { type: 'request', id: 1, method: 'runs/compare', params: {} },
      { type: 'state', state: { version: 2, target, state: stateOf('curves', { smoothing: 0.5 }) } },
      { type: 'openView', view: 'compare' },
      { type: 'openFile' },
      { type: 'openFile', variant: 'a' },
      { type: 'export', suggestedName: 'a.csv', text: '' },
    ])
      expect(parseFromWebview({ ...message, surplus: 1 })).toEqual(message);
  });

  test('are dropped when they are not', () => {
    for (const message of [
      undefined,
      null,
      'ready',
      [],
      { type: 'ready' },
      { type: 'ready', generation: 'g'.repeat(1000) },
      { type: 'request', id: '1', method: 'runs/compare', params: {} },
      { type: 'request', id: 1, method: 'runs/delete', params: { runIds: ['a'] } },
      { type: 'request', id: 1, method: 'host/initialize', params: {} },
      { type: 'request', id: 1, method: 'constructor', params: {} },
      { type: 'request', id: 1, method: 'runs/compare', params: [] },
      { type: 'state', state: { version: 3, target } },
      { type: 'openView', view: 'shell' },
      { type: 'openFile', variant: 5 },
      { type: 'export', suggestedName: '', text: 'x' },
      { type: '__proto__' },
    ])
      expect(parseFromWebview(message), JSON.stringify(message)).toBeUndefined();
  });

  test('keep view states that are whole and small', () => {
    const state = { version: 2, target, state: stateOf('curves', { hiddenVariants: ['a'] }) };
    expect(parseViewState(state)).toEqual(state);
    expect(parseViewState({ ...state, state: { hiddenVariants: ['x'.repeat(100_000)] } })).toBeUndefined();
    expect(parseViewState({ ...state, target: { ...target, file: '/etc/passwd' } })).toBeUndefined();
  });
});

test('the page of a view allows its own script and nothing else', () => {
  const html = page({
    view: 'curves',
    title: 'Curves: <b>"x"&',
    language: 'en',
    cspSource: 'https://csp.example',
    scriptUri: 'https://csp.example/view-curves.js?a=1&b="2"',
    nonce: 'n0nce',
  });
  expect(html).toContain(
    `content="default-src 'none'; script-src 'nonce-n0nce'; style-src https://csp.example; font-src https://csp.example; img-src https://csp.example blob: data:"`,
  );
  expect(html).toContain('<title>Curves: &lt;b&gt;&quot;x&quot;&amp;</title>');
  expect(html).toContain('src="https://csp.example/view-curves.js?a=1&amp;b=&quot;2&quot;"');
  expect(html.match(/<script/g)).toHaveLength(1);
  expect(html).not.toMatch(/unsafe|style=|<style/);
});
