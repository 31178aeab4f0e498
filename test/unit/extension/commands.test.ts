import { beforeEach, describe, expect, test } from 'vitest';
import type { CommandId } from '../../../extension/base/command-ids.ts';
import { Cancelled } from '../../../extension/commands/cancelled.ts';
import { queueLines, queueTitle } from '../../../extension/commands/queue-look.ts';
import { COMMANDS, type CommandContext } from '../../../extension/commands/table.ts';
import { RunsModel } from '../../../extension/model/model.ts';
import { targetOf } from '../../../extension/tree/target.ts';
import { Refusal } from '../../../protocol/calls.ts';
import type { Checked } from '../../../protocol/experiment.ts';
import type { Beginning, RunSummary } from '../../../protocol/runs.ts';
import { FILE, outline, run, running } from './support.ts';

let calls: unknown[];
let checked: Checked;
let runs: RunsModel;
let active: string | undefined;
let experiments: string[];
let picked: string | undefined;
let confirmed: boolean;
let threads: number;
let executor: string;
/** What the button of the last offer does. */
let offered: (() => Promise<unknown>) | undefined;
let context: CommandContext;
/** Runs with the settings of the file, by variant. */
let current: Record<string, RunSummary[]>;
let cursor: number | undefined;
/** Runs of fewer epochs that the comparison knows. */
let beginnings: Beginning[];
/** What begins anew when it is resumed. */
let anew: string[];

beforeEach(() => {
  calls = [];
  beginnings = [];
  anew = [];
  current = {};
  cursor = undefined;
  checked = { diagnostics: [], outline: outline(['a', 'b'], [1, 2]) };
  runs = new RunsModel();
  active = FILE;
  experiments = [FILE];
  picked = undefined;
  confirmed = true;
  threads = 0;
  executor = '';
  const note =
    (name: string) =>
    async (...args: unknown[]): Promise<void> =>
      void calls.push([name, ...args]);
  context = {
    runs,
    refresh: note('refresh'),
    host: {
      restart: () => void calls.push(['restart']),
      request: async (method, params) => {
        if (method === 'experiment/check') return checked as never;
        if (method === 'experiment/addSeeds') return { edits: ['an edit'], seeds: [3, 4, 5] } as never;
        if (method === 'runs/compare')
          return {
            beginnings,
            rows: ['a', 'b'].map((variant) => {
              const all = current[variant] ?? [];
              return { variant, runs: all, results: all.filter(({ state }) => state === 'finished') };
            }),
          } as never;
        calls.push([method, params]);
        return { runIds: ['new'], anew } as never;
      },
    },
    workbench: {
      activeExperiment: () => active,
      cursorLine: () => cursor,
      experiments: async () => experiments,
      pick: async (labels, prompt) => {
        calls.push(['pick', labels, prompt]);
        return picked;
      },
      ask: async (title, _prompt, value, wrong) => {
        calls.push(['ask', title, wrong(value), wrong('4'), wrong('x')]);
        return picked;
      },
      confirm: async (question, detail) => {
        calls.push(['confirm', question, detail]);
        return confirmed;
      },
      choose: async (question, _detail, answers) => {
        calls.push(['choose', question]);
        return answers.find((answer) => answer === picked);
      },
      tell: (sentence) => void calls.push(['tell', sentence]),
      currentText: async () => 'text',
      savedText: async () => 'text',
      edit: note('edit'),
      offer: (sentence, title, act) => {
        calls.push(['offer', sentence, title]);
        offered = act;
      },
      showProblems: note('showProblems'),
      openFile: note('openFile'),
      openView: note('openView'),
      openAcross: note('openAcross'),
      revealRun: note('revealRun'),
      showOrigin: note('showOrigin'),
      showDifference: note('showDifference'),
      newFile: note('newFile'),
      openLog: note('openLog'),
      openFolder: note('openFolder'),
      pickTemplate: async (templates) => templates.find(({ file }) => file === picked),
      newExperiment: note('newExperiment'),
      firstSteps: note('firstSteps'),
      getData: async (dataset, how) => {
        calls.push(['getData', dataset, how]);
        return confirmed;
      },
      lookAtData: note('lookAtData'),
      revealFolder: note('revealFolder'),
      writeReport: note('writeReport'),
      installTensorFlow: async () => {
        calls.push(['installTensorFlow']);
        return confirmed;
      },
      showQueue: async (_read, act) => act({ kind: 'move', runId: 'x', move: 'up' }),
      showOutput: () => void calls.push(['showOutput']),
      busy: (_title, task) => task(),
      storeFor: () => '/work space/.lif',
      settings: () => ({ threads, executor, showCurvesOnRun: false }),
    },
  };
});

const call = (id: CommandId, ...args: unknown[]): Promise<void> => COMMANDS[id].run(context, targetOf(args));
const uri = { fsPath: FILE };

test('adds seeds to the file, and trains what is missing then when that is wanted', async () => {
  await call('lifLab.addSeeds', uri);
  expect(calls).toEqual([
    ['edit', FILE, ['an edit']],
    ['offer', 'Added the seeds 3, 4, 5: 6 runs to train.', 'Train Them'],
  ]);
  calls = [];
  checked = { diagnostics: [], outline: outline(['a', 'b'], [1, 2, 3, 4, 5]) };
  await offered!();
  expect(calls).toEqual([
    ['runs/start', expect.objectContaining({ file: FILE, variants: ['a', 'b'], seeds: [3, 4, 5] })],
  ]);
});

test('a report is written of the text as it stands', async () => {
  context.workbench.savedText = async (file) => {
    calls.push(['savedText', file]);
    return 'text';
  };
  await call('lifLab.writeReport', uri);
  expect(calls).toEqual([
    ['savedText', FILE],
    ['writeReport', FILE],
  ]);
});

test('the queue: what waits here is moved, with the buttons of the list, too; pausing asks about what trains', async () => {
  runs.replace([
    run('q', { state: 'queued', variant: 'a' }),
    run('c', { state: 'queued', variant: 'a', cluster: { cpuSeconds: 0, givenSeconds: 0 } }),
    run('r', { state: 'running', variant: 'b' }),
  ]);
  await call('lifLab.queueFront', uri);
  await call('lifLab.queue');
  await expect(call('lifLab.queueBack', uri, 'b')).rejects.toThrow('Nothing waits here for cores of this machine.');
  await call('lifLab.continueQueue');
  expect(calls).toEqual([
    ['queue/move', { runIds: ['q'], move: 'front' }],
    ['queue/move', { runIds: ['x'], move: 'up' }],
    ['queue/pause', { running: null }],
  ]);
});

test('a line of the queue says its place and its times; what is not known is said', () => {
  const entry = { runId: 'a', study: 'S', variant: 'v', seed: 1, state: 'queued', progress: 0 } as const;
  const state = {
    store: '/s',
    paused: null,
    entries: [
      { ...entry, state: 'running', progress: 0.5, seconds: 30, begins: 0, ends: 30 } as const,
      { ...entry, seconds: 60, begins: 30, ends: 90 },
      { ...entry, seconds: null, begins: 90, ends: null },
    ],
    seconds: 90,
    unknown: 1,
  };
  expect(queueLines([state]).map(({ description, detail }) => `${description} | ${detail}`)).toEqual([
    '50.0 % | S · ends in about 30 s',
    '1 of 2 | S · begins in about 30 s, ends in 1 min 30 s',
    '2 of 2 | S · no run like it has done an epoch yet: how long it takes is not known',
  ]);
  expect(queueTitle([state])).toBe('Queue · 3 runs · about 1 min 30 s · not known of 1 run');
  const paused = { ...state, paused: { since: 0, running: 'finish' } as const };
  expect(queueTitle([paused])).toMatch(/^Queue, paused · /);
  expect(queueLines([paused])[1]!.detail).toBe('S · paused, takes about 1 min 00 s');
});

describe('running', () => {
  test('starts all variants of the active file with the settings of the user', async () => {
    threads = 3;
    executor = 'slurm';
    await call('lifLab.runAll');
    expect(calls).toEqual([
      [
        'runs/start',
        {
          file: FILE,
          text: 'text',
          store: '/work space/.lif',
          variants: ['a', 'b'],
          seeds: [1, 2],
          threads: 3,
          executor: 'slurm',
        },
      ],
    ]);
  });

  test('leaves out what is running already, and says so when nothing is left', async () => {
    runs.replace([1, 2].map((seed) => running(`a${seed}`, 0.5, { variant: 'a', seed })));
    await call('lifLab.runAll', uri);
    expect(calls).toEqual([
      ['runs/start', { file: FILE, text: 'text', store: '/work space/.lif', variants: ['b'], seeds: [1, 2] }],
    ]);
    await expect(call('lifLab.runVariant', uri, 'a')).rejects.toThrow(
      'a: already running; stop it first to run it again.',
    );
  });

  test('leaves out runs that go on under the earlier name of their variant', async () => {
    // The comparison hands them out under the present name; the model of runs knows the one they were trained under.
    current = { a: [1, 2].map((seed) => running(`once${seed}`, 0.5, { variant: 'a', seed })) };
    await call('lifLab.runAll', uri);
    expect(calls).toEqual([
      ['runs/start', { file: FILE, text: 'text', store: '/work space/.lif', variants: ['b'], seeds: [1, 2] }],
    ]);
  });

  test('shows what is wrong with the file instead', async () => {
    const range = { start: { line: 4, column: 2 }, end: { line: 4, column: 5 } };
    checked = { ...checked, diagnostics: [{ range, severity: 'error', message: 'must be positive', path: 'x' }] };
    await expect(call('lifLab.runAll', uri)).rejects.toThrow(
      'study.lif.yaml cannot run: 1 error, the first in line 5: must be positive',
    );
    expect(calls).toEqual([['showProblems', FILE, checked]]);
    checked.diagnostics[0]!.severity = 'warning';
    await call('lifLab.runVariant', uri, 'b');
    expect(calls.at(-1)).toMatchObject([
      'runs/start',
      { file: FILE, text: 'text', store: '/work space/.lif', variants: ['b'] },
    ]);
  });

  test('trains only what is missing, goes on with what was left off and starts anew what failed', async () => {
    current = {
      a: [run('a1', { variant: 'a', seed: 1 }), run('a2', { variant: 'a', seed: 2, state: 'stopped' })],
      b: [run('b1', { variant: 'b', seed: 1, state: 'failed' }), run('b2', { variant: 'b', seed: 2 })],
    };
    await call('lifLab.runAll', uri);
    expect(calls).toEqual([
      ['runs/resume', { runIds: ['a2'] }],
      ['runs/start', { file: FILE, text: 'text', store: '/work space/.lif', variants: ['b'], seeds: [1] }],
    ]);
  });

  test('says of what it goes on with that no checkpoint is left', async () => {
    current = { a: [run('a1', { variant: 'a', seed: 1, state: 'stopped' })], b: [] };
    anew = ['a1'];
    await call('lifLab.runVariant', uri, 'a');
    expect(calls).toContainEqual(['tell', 'No whole checkpoint of 1 run is left: it begins anew.']);
  });

  test('asks whether runs of fewer epochs go on when nothing else differs, and otherwise begins anew or does nothing', async () => {
    const first = { id: 'old', variant: 'a', seed: 1, epoch: 4, epochs: 8 };
    beginnings = [first, { ...first, id: 'older', seed: 2 }];
    picked = 'Go On';
    await call('lifLab.runVariant', uri, 'a');
    expect(calls).toEqual([
      ['choose', 'Go on from the 4 epochs that 2 runs have done?'],
      ['runs/resume', { runIds: ['old', 'older'], epochs: 8 }],
    ]);
    calls = [];
    picked = 'From the Beginning';
    await call('lifLab.runVariant', uri, 'a');
    expect(calls.slice(1)).toMatchObject([['runs/start', { variants: ['a'], seeds: [1, 2] }]]);
    calls = [];
    picked = undefined;
    await call('lifLab.runAll', uri);
    expect(calls, 'nothing but the question').toHaveLength(1);
  });

  test('asks before it trains again what is finished, in one variant or in all', async () => {
    const finished = (variant: string) => [1, 2].map((seed) => run(`${variant}${seed}`, { variant, seed }));
    current = { a: finished('a'), b: finished('b') };
    confirmed = false;
    await call('lifLab.runAll', uri);
    await call('lifLab.runVariant', uri, 'a');
    await call('lifLab.runAllAgain', uri);
    expect(calls.map((entry) => (entry as unknown[]).slice(0, 2))).toEqual([
      ['confirm', 'Train 4 runs again, from the beginning?'],
      ['confirm', 'Train 2 runs of a again, from the beginning?'],
      ['confirm', 'Train 4 runs again, from the beginning?'],
    ]);
    confirmed = true;
    await call('lifLab.runVariant', uri, 'a');
    expect(calls.at(-1)).toMatchObject(['runs/start', { variants: ['a'], seeds: [1, 2] }]);
    current.a = [];
    await call('lifLab.runAllAgain', uri);
    expect(calls.at(-1)).toMatchObject(['runs/start', { variants: ['a', 'b'], seeds: [1, 2] }]);
  });

  test('takes the variant at the cursor when none was named', async () => {
    cursor = 11;
    await call('lifLab.runVariant');
    expect(calls).toMatchObject([['runs/start', { variants: ['b'] }]]);
  });

  test('asks which variant when none was named and the cursor is above all of them, and does nothing when the user turns away', async () => {
    cursor = 3;
    await call('lifLab.runVariant');
    expect(calls).toEqual([['pick', ['a', 'b'], 'Variant to train']]);
    picked = 'b';
    await call('lifLab.runVariant');
    expect(calls.at(-1)).toMatchObject(['runs/start', { variants: ['b'] }]);
  });

  test('gets the data that a sentence named, or those that the user picks', async () => {
    await call('lifLab.downloadData', { dataset: 'mnist' });
    picked = 'shd';
    await call('lifLab.importData', { dataset: '../etc' });
    expect(calls.filter((entry) => (entry as string[])[0] === 'getData')).toEqual([
      ['getData', 'mnist', 'download'],
      ['getData', 'shd', 'import'],
    ]);
  });

  test('trains finished runs further when the user says how far, and says what the file lacks', async () => {
    runs.replace([run('a1', { variant: 'a' }), running('a2', 0.5, { variant: 'a', seed: 2 })]);
    await expect(call('lifLab.trainFurther', uri)).rejects.toThrow(Cancelled);
    picked = '8';
    await call('lifLab.trainFurther', uri, 'a');
    expect(calls.slice(1)).toEqual([
      [
        'ask',
        'Train 1 run further, from the last checkpoint',
        undefined,
        'A whole number above 4.',
        'A whole number above 4.',
      ],
      ['runs/resume', { runIds: ['a1'], epochs: 8 }],
      [
        'offer',
        '1 run goes on to 8 epochs. Set training.epochs to 8 in the file, so that they count as its results.',
        'Open File',
      ],
    ]);
    runs.replace([running('a2', 0.5)]);
    await expect(call('lifLab.trainFurther', uri)).rejects.toThrow('no run here that could go on');
  });

  test('does not go on after data that could not be had', async () => {
    confirmed = false;
    await expect(call('lifLab.downloadData', { dataset: 'mnist' })).rejects.toThrow(Cancelled);
  });

  test('makes the experiment that the user picks, and none without', async () => {
    await expect(call('lifLab.newExperiment')).rejects.toThrow(Cancelled);
    picked = 'mnist-first.lif.yaml';
    await call('lifLab.newExperiment');
    expect(calls).toMatchObject([['newExperiment', { file: picked }]]);
  });

  test('finds the file that is meant', async () => {
    active = undefined;
    experiments = [];
    await expect(call('lifLab.runAll')).rejects.toThrow(/There is no \*\.lif\.yaml file in this workspace/);
    experiments = [FILE, '/b.lif.yaml'];
    await expect(call('lifLab.runAll')).rejects.toBeInstanceOf(Cancelled);
    picked = '/b.lif.yaml';
    await call('lifLab.runAll');
    expect(calls.at(-1)).toMatchObject(['runs/start', { file: '/b.lif.yaml' }]);
  });
});

describe('runs', () => {
  test('what two of them were made of is opened; one or three are refused', async () => {
    runs.replace(['a1', 'a2', 'a3'].map((id) => run(id, { variant: 'a' })));
    const nodes = ['a1', 'a2', 'a3'].map((runId) => ({ kind: 'run', file: FILE, variant: 'a', runId }));
    await call('lifLab.compareRuns', nodes[0], nodes.slice(0, 2));
    expect(calls.slice(0, 2)).toEqual([
      ['runs/origin', { runId: 'a1' }],
      ['runs/origin', { runId: 'a2' }],
    ]);
    expect(calls.at(-1)).toMatchObject(['showDifference', { run: { id: 'a1' } }, { run: { id: 'a2' } }]);
    await expect(call('lifLab.compareRuns', nodes[0], nodes)).rejects.toThrow('Select two runs');
    await expect(call('lifLab.compareRuns', nodes[0])).rejects.toThrow('Select two runs');
  });

  test('are stopped when they are active: one, those of a variant, or all of a file', async () => {
    runs.replace([
      running('a1', 0.5, { variant: 'a' }),
      running('b1', 0, { variant: 'b', state: 'queued' }),
      run('b2', { variant: 'b' }),
    ]);
    await call('lifLab.stop', { kind: 'run', file: FILE, variant: 'a', runId: 'a1' });
    await call('lifLab.stopVariant', uri, 'b');
    await call('lifLab.stopAll', uri);
    expect(calls.map((entry) => (entry as [string, { runIds: string[] }])[1].runIds.toSorted())).toEqual([
      ['a1'],
      ['b1'],
      ['a1', 'b1'],
    ]);
    await expect(call('lifLab.stop', { kind: 'run', file: FILE, variant: 'b', runId: 'b2' })).rejects.toThrow(Refusal);
  });

  test('are resumed unless they were started again since', async () => {
    runs.replace([
      run('old', { seed: 1, state: 'stopped', createdAt: 1 }),
      run('new', { seed: 1, createdAt: 2 }),
      run('other', { seed: 2, state: 'interrupted' }),
    ]);
    await call('lifLab.resume', uri, 'baseline');
    expect(calls).toEqual([['runs/resume', { runIds: ['other'] }]]);
    await call('lifLab.resume', { kind: 'run', file: FILE, variant: 'baseline', runId: 'old' });
    expect(calls.at(-1)).toEqual(['runs/resume', { runIds: ['old'] }]);
    await expect(call('lifLab.resume', { kind: 'run', file: FILE, variant: 'baseline', runId: 'new' })).rejects.toThrow(
      'Only a stopped, failed or interrupted run can be resumed.',
    );
  });

  test('are deleted after a question that names them, and never while they are active', async () => {
    runs.replace([run('1', { seed: 5 }), running('2', 0.5)]);
    const nodes = ['1', '2'].map((runId) => ({ kind: 'run', file: FILE, variant: 'baseline', runId }));
    confirmed = false;
    await call('lifLab.delete', nodes[0], nodes);
    expect(calls).toEqual([['confirm', 'Delete 1 run with curves and checkpoints?', 'baseline, seed 5 (finished)']]);
    confirmed = true;
    await call('lifLab.delete', nodes[0], nodes);
    expect(calls.at(-1)).toEqual(['runs/delete', { runIds: ['1'] }]);
    await expect(call('lifLab.delete', nodes[1])).rejects.toThrow('A running run cannot be deleted: stop it first.');
  });
});
