import { beforeEach, expect, test } from 'vitest';
import { RunsModel } from '../../../extension/model/model.ts';
import { type BridgeServices, ViewBridge } from '../../../extension/panels/bridge.ts';
import { Refusal } from '../../../protocol/calls.ts';
import { type ViewState, viewStateOf } from '../../../protocol/views.ts';
import { type ToWebview, UNTRUSTED } from '../../../protocol/webview.ts';
import { FILE, run } from './support.ts';

const target = { file: FILE, study: 'Study', view: 'curves' } as const;
const OTHER = '/work space/other.lif.yaml';

let sent: ToWebview[];
let asked: unknown[];
let runs: RunsModel;
let trusted: boolean;
let answer: (method: string, params: unknown) => unknown;
let start: () => Promise<string[]>;
let openText: string | undefined;
let saved: ViewState[];
let bridge: ViewBridge;

beforeEach(() => {
  sent = [];
  asked = [];
  saved = [];
  trusted = true;
  openText = undefined;
  start = async () => ['new'];
  answer = (method) => (method === 'runs/compare' ? { rows: [], outdated: [], earlier: [] } : {});
  runs = new RunsModel();
  runs.replace([run('mine'), run('other', { file: OTHER })]);
  const services: BridgeServices = {
    host: {
      health: { state: 'ready', message: '' },
      request: async (method, params) => {
        asked.push([method, params]);
        return answer(method, params) as never;
      },
    },
    runs,
    trusted: () => trusted,
    openText: () => openText,
    change: async (file, edits) => void asked.push(['change', file, edits]),
    howToTrain: () => ({ executor: 'slurm' }),
    resume: async (runIds) => void asked.push(['resume', runIds] as never),
    start: (file, wanted) => {
      asked.push(['start', file, wanted]);
      return start();
    },
    openView: (file, view) => void asked.push(['openView', file, view]),
    openFile: (file, variant) => void asked.push(['openFile', file, variant]),
    showFile: async (file, variant) => void asked.push(['showFile', file, variant]),
    addSeeds: (file) => void asked.push(['addSeeds', file]),
    compareRuns: (runIds) => void asked.push(['compareRuns', runIds]),
    getData: async (dataset, how) => {
      asked.push(['getData', dataset, how]);
      return how === 'download';
    },
    run: (file, variant) => void asked.push(['run', file, variant]),
    copy: async (text) => void asked.push(['copy', text]),
    save: (name, text) => void asked.push(['save', name, text]),
    loadState: () => saved[0],
    saveState: (state) => void saved.push(state),
    log: (line) => void asked.push(['log', line]),
  };
  bridge = new ViewBridge(target, services, (message) => sent.push(message));
});

const ready = (generation = 'g1'): Promise<void> => bridge.receive({ type: 'ready', generation });
const request = (method: string, params: unknown, id = 1): Promise<void> =>
  bridge.receive({ type: 'request', id, method, params });

test('greets with what the view needs, and says nothing before', async () => {
  bridge.trustChanged();
  bridge.healthChanged({ state: 'failed', message: 'Gone.' });
  runs.onChange((change) => bridge.runsChanged(change));
  runs.apply([run('mine', { progress: 0.5 })], []);
  expect(sent).toEqual([]);
  await ready();
  expect(sent).toEqual([{ type: 'init', generation: 'g1', target, trusted: true }]);
});

test('tells a view of its own runs only', async () => {
  runs.onChange((change) => bridge.runsChanged(change));
  await ready();
  runs.apply([run('other', { file: OTHER, epoch: 2 })], []);
  expect(sent).toHaveLength(1);
  runs.apply([run('mine', { epoch: 3 })], []);
  expect(sent.at(-1)).toEqual({ type: 'changed', runIds: ['mine'] });
  runs.apply([], ['mine']);
  expect(sent.at(-1)).toEqual({ type: 'changed', runIds: [] });
});

test('runs that a comparison found under the earlier name of the file belong to the view', async () => {
  runs.onChange((change) => bridge.runsChanged(change));
  await ready();
  await request('runs/series', { runIds: ['other'], metrics: ['test.loss'], maxPoints: 5 });
  expect(sent.at(-1)).toMatchObject({ type: 'refusal', message: 'Run other does not exist any more.' });
  answer = (method) =>
    method === 'runs/compare' ? { rows: [{ runs: [run('other', { file: OTHER })] }], outdated: [], earlier: [] } : [];
  await request('runs/compare', {});
  await request('runs/series', { runIds: ['other'], metrics: ['test.loss'], maxPoints: 5 });
  expect(sent.at(-1)).toEqual({ type: 'reply', id: 1, result: [] });
  runs.apply([run('other', { file: OTHER, epoch: 2 })], []);
  expect(sent.at(-1)).toEqual({ type: 'changed', runIds: ['other'] });
});

test('another study is laid beside the own one where there are runs of it, and its runs are those of the view then', async () => {
  runs.onChange((change) => bridge.runsChanged(change));
  await ready();
  for (const other of ['/etc/passwd', '/work space/gone.lif.yaml', 3]) {
    await request('runs/compare', { other });
    expect(sent.at(-1)).toEqual({ type: 'refusal', id: 1, message: `There are no runs of ${other}.` });
  }
  expect(asked).toEqual([]);
  await request('runs/series', { runIds: ['other'], metrics: ['test.loss'], maxPoints: 5 });
  expect(sent.at(-1)).toMatchObject({ type: 'refusal' });
  answer = (method) =>
    method === 'runs/compare' ? { rows: [{ runs: [run('other', { file: OTHER })] }], outdated: [], earlier: [] } : [];
  await request('runs/compare', { other: OTHER });
  expect(asked.at(-1)).toEqual(['runs/compare', { file: OTHER }]);
  await request('runs/series', { runIds: ['other', 'mine'], metrics: ['test.loss'], maxPoints: 5 });
  expect(sent.at(-1)).toEqual({ type: 'reply', id: 1, result: [] });
  runs.apply([run('newer', { file: OTHER })], []);
  expect(sent.at(-1), 'a new run of it').toEqual({ type: 'changed', runIds: [] });
  await ready('g2');
  runs.apply([run('newer', { file: OTHER, epoch: 3 })], []);
  expect(sent.at(-1), 'a page that begins anew has none beside it yet').toMatchObject({ type: 'init' });
});

test('studies stand beside the own one in the table over data sets where there are runs of them, and change it', async () => {
  runs.onChange((change) => bridge.runsChanged(change));
  await ready();
  answer = () => ({ table: { columns: [{ file: FILE }, { file: OTHER }], rows: [] }, unread: [] });
  openText = 'unsaved';
  await request('runs/across', { others: [OTHER, '/etc/passwd', '/gone.lif.yaml'], file: '/etc/passwd', texts: [] });
  const texts = [FILE, OTHER].map((file) => ({ file, text: 'unsaved' }));
  expect(asked).toEqual([['runs/across', { file: FILE, others: [OTHER], texts }]]);
  expect(sent.at(-1)).toMatchObject({ result: { unread: [{ file: '/etc/passwd' }, { file: '/gone.lif.yaml' }] } });
  runs.apply([run('newer', { file: OTHER })], []);
  expect(sent.at(-1), 'a run of the other one').toEqual({ type: 'changed', runIds: [] });
  await request('runs/series', { runIds: ['other'], metrics: ['test.loss'], maxPoints: 5 });
  expect(sent.at(-1), 'its runs stay its own').toMatchObject({ type: 'refusal' });
  for (const [file, told] of [
    [OTHER, true],
    ['/work space/third.lif.yaml', false],
  ] as const) {
    sent = [];
    bridge.fileChanged(file);
    expect(sent, file).toHaveLength(told ? 1 : 0);
  }
  await bridge.receive({ type: 'compareRuns', runIds: ['mine', 'unknown'] });
  expect(asked.at(-1), 'only runs that it shows').toEqual(['compareRuns', ['mine']]);
  for (const file of [OTHER, '/gone.lif.yaml']) await bridge.receive({ type: 'openView', view: 'compare', file });
  expect(asked.slice(-2), 'no other file is opened').toEqual([
    ['openView', OTHER, 'compare'],
    ['openView', FILE, 'compare'],
  ]);
});

test('passes requests on and adds what a view must not choose', async () => {
  await ready();
  await request('runs/compare', { file: '/etc/passwd' });
  openText = 'unsaved';
  await request('runs/compare', {});
  await request('runs/series', { runIds: ['mine'], metrics: ['test.loss'], maxPoints: 5 });
  await request('runs/start', { variants: ['a'], file: '/etc/passwd', store: '/' });
  expect(asked).toEqual([
    ['runs/compare', { file: FILE }],
    ['runs/compare', { file: FILE, text: 'unsaved' }],
    ['runs/series', { runIds: ['mine'], metrics: ['test.loss'], maxPoints: 5 }],
    ['start', FILE, { variants: ['a'] }],
  ]);
  expect(sent.at(-1)).toEqual({ type: 'reply', id: 1, result: { runIds: ['new'] } });
});

test('compares by the saved file while the text in the editor is not valid', async () => {
  openText = 'broken';
  answer = (_method, params) => {
    if ('text' in (params as object)) throw new Refusal('line 3 is wrong');
    return { rows: [], outdated: [], earlier: [] };
  };
  await ready();
  await request('runs/compare', {});
  expect(sent.at(-1)).toEqual({ type: 'reply', id: 1, result: { rows: [], outdated: [], earlier: [] } });
  answer = (_method, params) => {
    throw new Refusal('text' in (params as object) ? 'line 3 is wrong' : 'the file is gone');
  };
  await request('runs/compare', {}, 2);
  expect(sent.at(-1)).toEqual({ type: 'refusal', id: 2, message: 'line 3 is wrong' });
});

test('goes on with the start that lacked data once they are there, and with none when they are not', async () => {
  start = async () => {
    throw new Refusal('mnist: there is no such file.', 'mnist');
  };
  await ready();
  const had = (dataset: string, how: string): Promise<void> => bridge.receive({ type: 'getData', dataset, how });
  const started = (): unknown[] => asked.filter((entry) => (entry as string[])[0] === 'run');
  await had('mnist', 'download');
  await request('runs/start', { variants: ['a'] });
  await had('mnist', 'import');
  await had('shd', 'download');
  expect(started()).toEqual([]);
  await had('mnist', 'download');
  await had('mnist', 'download');
  expect(started()).toEqual([['run', target.file, 'a']]);
  await request('runs/start', {});
  await had('mnist', 'download');
  expect(started().at(-1)).toEqual(['run', target.file, undefined]);
});

test('a refusal for want of data names the data set, and asks for nothing else that can be had', async () => {
  answer = () => {
    throw new Refusal('mnist: there is no such file.', 'mnist');
  };
  await ready();
  await request('runs/series', { runIds: ['mine'] });
  expect(sent.at(-1)).toEqual({ type: 'refusal', id: 1, message: 'mnist: there is no such file.', dataset: 'mnist' });
  await bridge.receive({ type: 'addSeeds', file: OTHER });
  expect(asked.at(-1), 'to its own file').toEqual(['addSeeds', target.file]);
  await bridge.receive({ type: 'getData', dataset: 'mnist', how: 'download' });
  await bridge.receive({ type: 'getData', dataset: 'mnist; rm -r', how: 'download' });
  await bridge.receive({ type: 'getData', dataset: '../x', how: 'import' });
  expect(asked.filter((entry) => (entry as string[])[0] === 'getData')).toEqual([['getData', 'mnist', 'download']]);
});

test('refuses runs of other files and whatever is not a list of ids', async () => {
  await ready();
  await request('runs/stop', { runIds: ['mine', 'other'] });
  expect(sent.at(-1)).toEqual({ type: 'refusal', id: 1, message: 'Run other does not exist any more.' });
  await request('runs/log', { runId: 'other', maxBytes: 5 });
  expect(sent.at(-1)).toMatchObject({ type: 'refusal' });
  await request('analyses/read', { runId: 'other', name: 'evaluate-0123456789abcdef' });
  expect(sent.at(-1)).toMatchObject({ type: 'refusal' });
  await request('runs/series', { runIds: 'mine' });
  expect(sent.at(-1)).toEqual({ type: 'refusal', id: 1, message: 'runIds must be a list of run ids.' });
  await request('runs/start', { variants: [5] });
  expect(sent.at(-1)).toEqual({ type: 'refusal', id: 1, message: 'variants must be names.' });
  expect(asked).toEqual([]);
});

test('writes nothing in a workspace that is not trusted, not even a wish to stop, but looks', async () => {
  trusted = false;
  await ready();
  expect(sent.at(-1)).toMatchObject({ trusted: false });
  await request('runs/start', {});
  await request('runs/resume', { runIds: ['mine'] }, 2);
  await request('runs/stop', { runIds: ['mine'] }, 3);
  await request('analyses/start', { runIds: ['mine'], analysis: 'evaluate', params: {} }, 4);
  await request('analyses/stop', { runId: 'mine', name: 'evaluate-0123456789abcdef' }, 5);
  expect(sent.slice(-5)).toEqual([1, 2, 3, 4, 5].map((id) => ({ type: 'refusal', id, message: UNTRUSTED })));
  expect(asked).toEqual([]);
  await request('runs/series', { runIds: ['mine'], metrics: ['test.loss'], maxPoints: 5 }, 6);
  await request('analyses/list', { runIds: ['mine'] }, 7);
  expect(asked).toEqual([
    ['runs/series', { runIds: ['mine'], metrics: ['test.loss'], maxPoints: 5 }],
    ['analyses/list', { runIds: ['mine'] }],
  ]);
});

test('an analysis is done where the settings say, whatever the view asks', async () => {
  await ready();
  await request('analyses/start', {
    runIds: ['mine'],
    analysis: 'evaluate',
    params: {},
    executor: 'local',
    threads: 99,
  });
  expect(asked).toEqual([
    ['analyses/start', { runIds: ['mine'], analysis: 'evaluate', params: {}, executor: 'slurm' }],
  ]);
});

test('answers a failure that is nobody’s mistake without its insides', async () => {
  answer = () => {
    throw new TypeError('x is undefined');
  };
  await ready();
  await request('runs/series', { runIds: ['mine'] });
  expect(sent.at(-1)).toEqual({ type: 'refusal', id: 1, message: 'LIF Lab failed; see its log.' });
  expect(JSON.stringify(asked.at(-1))).toContain('x is undefined');
});

test('drops answers to a webview that has begun anew meanwhile, but not to one that says ready twice', async () => {
  let finish: (value: unknown) => void = () => {};
  answer = () => new Promise((resolve) => (finish = resolve));
  await ready('g1');
  const first = request('runs/series', { runIds: ['mine'] }, 1);
  await ready('g1');
  finish([]);
  await first;
  expect(sent.at(-1)).toEqual({ type: 'reply', id: 1, result: [] });

  const second = request('runs/series', { runIds: ['mine'] }, 2);
  await ready('g2');
  finish([]);
  await second;
  expect(sent.filter((message) => 'id' in message && message.id === 2)).toEqual([]);
});

test('keeps the state of a view under its own target and gives it back', async () => {
  const state = {
    version: 2,
    target: { ...target, file: OTHER },
    state: viewStateOf('curves', { hiddenVariants: ['a'] }),
  };
  await ready();
  await bridge.receive({ type: 'state', state });
  expect(saved).toEqual([{ ...state, target }]);
  await ready('g2');
  expect(sent.at(-1)).toMatchObject({ type: 'init', generation: 'g2', state: { state: { hiddenVariants: ['a'] } } });
});

test('ignores what is not a message and says so in the log', async () => {
  await bridge.receive({ type: 'request', id: 1, method: 'runs/delete', params: { runIds: ['mine'] } });
  expect(sent).toEqual([]);
  expect(asked).toEqual([['log', 'The curves view sent something that is not a message; ignored.']]);
});

test('settings are asked of the text in the editor and of own runs alone', async () => {
  openText = 'name: typed';
  await ready();
  await request('runs/settings', { runIds: ['mine'] });
  expect(asked.at(-1)).toEqual(['runs/settings', { file: FILE, text: 'name: typed', runIds: ['mine'] }]);
  await request('runs/settings', { runIds: ['other'] }, 2);
  await request('experiment/adopt', { variant: 'baseline', runId: 'other' }, 3);
  expect(sent.slice(-2)).toMatchObject([
    { type: 'refusal', id: 2, message: 'Run other does not exist any more.' },
    { type: 'refusal', id: 3, message: 'Run other does not exist any more.' },
  ]);
});

test('settings of a run go into the file once it is open, where the change is seen and can be undone', async () => {
  const edits = [{ range: { start: { line: 1, column: 0 }, end: { line: 1, column: 2 } }, text: 'ab' }];
  openText = 'name: typed';
  answer = () => ({ edits });
  await ready();
  await request('experiment/adopt', { variant: 'baseline', runId: 'mine' });
  expect(asked).toEqual([
    ['showFile', FILE, 'baseline'],
    ['experiment/adopt', { file: FILE, text: 'name: typed', variant: 'baseline', runId: 'mine' }],
    ['change', FILE, edits],
  ]);
  await bridge.receive({ type: 'copy', text: '| a |' });
  expect(asked.at(-1)).toEqual(['copy', '| a |']);
});

test('stars and notes are for own runs, and need trust', async () => {
  await ready();
  await request('runs/annotate', { runIds: ['mine'], starred: true });
  expect(asked.at(-1)).toEqual(['runs/annotate', { runIds: ['mine'], starred: true }]);
  trusted = false;
  await request('runs/annotate', { runIds: ['mine'], note: 'x' }, 2);
  expect(sent.at(-1)).toEqual({ type: 'refusal', id: 2, message: UNTRUSTED });
});
