import { describe, expect, test } from 'vitest';
import { groupStudies, newestPerSeed } from '../../../extension/model/studies.ts';
import { datasetLook } from '../../../extension/tree/dataset-look.ts';
import { runLook, studyLook, variantLook } from '../../../extension/tree/nodes.ts';
import { targetOf } from '../../../extension/tree/target.ts';
import { overallState } from '../../../protocol/runs.ts';
import { FILE, outline, run, running } from './support.ts';

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
    const said = runLook(run('1', { starred: true, note: '*odd*', tags: ['sweep', 'Figure 3'] }));
    expect(said.description).toMatch(/^★ .* · sweep · Figure 3$/);
    expect(said.tooltip).toContain('Note: \\*odd\\*\n\nTags: sweep\\, Figure 3');
    expect(runLook(running('1', 0.5, { epoch: 5, epochs: 9, stopping: true })).description).toBe(
      'epoch 5/9 · stopping',
    );
    expect(runLook(running('1', 0, { message: 'Preparing mnist: 40 %' })).description).toBe('Preparing mnist: 40 %');
    const failed = run('1', { state: 'failed', epoch: 0, message: 'There is no TensorFlow.' });
    expect(runLook(failed).description, 'before the first epoch why is all there is').toBe(
      'failed · There is no TensorFlow.',
    );
    expect(variantLook({ file: FILE, name: 'a', runs: [] }).description).toBe('not run yet');
    const study = { file: FILE, name: 'Study', variants: [{ file: FILE, name: 'a', runs: [running('1', 0.5)] }] };
    expect(studyLook(study)).toMatchObject({ description: '1 running · 50 %', context: 'study.active' });
  });

  test('of a cluster say what they wait for, which task does them and what it used', () => {
    const cluster = { task: '77_0', node: 'n[1]', cpuSeconds: 30, givenSeconds: 120 };
    const waiting = { message: 'pending in Slurm: Resources', cluster: { cpuSeconds: 0, givenSeconds: 0 } };
    expect(runLook(run('1', { state: 'queued', epoch: 0, ...waiting })).description).toBe(
      'pending in Slurm: Resources',
    );
    const back = run('1', { state: 'queued', epoch: 3, epochs: 9, ...waiting, cluster });
    expect(runLook(back).description).toBe('epoch 3/9 · pending in Slurm: Resources');
    expect(runLook(run('1', { state: 'running', cluster })).tooltip).toContain('Slurm task 77\\_0 on n\\[1\\]');
    const used = 'The tasks used 30 of the 120 CPU-seconds that they were given (25 %).';
    for (const look of [
      runLook(run('1', { cluster })),
      variantLook({ name: 'a', runs: [run('1', { cluster })] } as never),
    ])
      expect(look.tooltip).toContain(used);
  });

  test('do not take names and messages for Markdown', () => {
    const { tooltip } = runLook(run('1', { variant: '[x](command:evil)', damage: ['run.json <img src=x>'] }));
    expect(tooltip).toContain('\\[x\\]\\(command\\:evil\\)');
    expect(tooltip).toContain('\\<img src\\=x\\>');
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
    const studies = [FILE, '/b.lif.yaml', '/c.lif.yaml'].map((file) => ({ kind: 'study', file }));
    expect(targetOf([studies[1], studies])).toMatchObject({ file: '/b.lif.yaml', others: [FILE, '/c.lif.yaml'] });
    expect(targetOf([nodes[0], undefined, 'peek'])).toMatchObject({ runIds: ['1'], peek: true });
  });

  test('of any other kind count as nothing', () => {
    const nothing = { variants: [], runIds: [] };
    for (const args of [[], [null], ['text'], [{ fsPath: '/etc/passwd' }, 'a'], [{ kind: 'run', file: 5 }], [[], []]]) {
      expect(targetOf(args), JSON.stringify(args)).toEqual(nothing);
    }
  });
});

test('data sets say whether they are here, and what of them can be had', () => {
  const row = { name: 'mnist', title: 'MNIST', licence: 'CC', citation: 'LeCun', folder: '/data/mnist', remarks: [] };
  const look = (more: object) => {
    const { description, context } = datasetLook({ ...row, state: 'not here', ...more });
    return [description, context];
  };
  expect([
    look({ bytes: 12_000_000 }),
    look({ bytes: 2.04e9, manual: 'Ask its authors' }),
    look({ state: 'ready' }),
    look({ state: 'generated', uses: 'mnist', folder: null }),
  ]).toEqual([
    ['not here, 12 MB', 'dataset.not-here'],
    ['not here', 'dataset.not-here'],
    ['on this machine', 'dataset.ready'],
    ['generated, no download', 'dataset.generated.borrowed'],
  ]);
  expect(datasetLook({ ...row, state: 'incomplete', remarks: ['[x](command:y)'] }).tooltip).not.toContain('](');
});
