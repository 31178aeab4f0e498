/** The `lif` command as a person or a script meets it. The trainer is a fake; see fake/trainer.ts. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Lab } from './fake/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
});
afterAll(() => lab?.close());
beforeEach(() => lab.clear());

describe('run', () => {
  test('trains every variant with every seed; --json is one document, progress goes to stderr', async () => {
    lab.study({ variants: ['baseline', 'other'], seeds: [1, 2] });
    const { code, stdout, stderr } = await lab.lif('run', 'study.lif.yaml', '--json');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/baseline s1 +finished.*3\/3/) as string,
    });
    const { store, runIds, runs, comparison } = JSON.parse(stdout);
    expect(store).toBe(lab.store);
    expect(runs.map((run: { id: string }) => run.id)).toEqual(runIds);
    expect(
      runs.map((run: { variant: string; seed: number; state: string }) => [run.variant, run.seed, run.state]),
    ).toEqual([
      ['baseline', 1, 'finished'],
      ['baseline', 2, 'finished'],
      ['other', 1, 'finished'],
      ['other', 2, 'finished'],
    ]);
    expect(comparison.rows.map((row: { accuracy: { count: number } }) => row.accuracy.count)).toEqual([2, 2]);
    for (const run of lab.runs()) expect(run).toMatchObject({ epoch: 3, progress: 1, seconds: 12, damage: [] });
  });

  test('ends with a table and a line about the editor', async () => {
    lab.study({ variants: ['baseline', 'other'] });
    const { code, stdout } = await lab.lif('run', 'study.lif.yaml', '--variant', 'other', '--set', 'training.epochs=1');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(
      /^variant +accuracy % +test set % +difference +verdict +at epoch +last % +loss +spike rate +seconds +seeds +changes$/,
    );
    expect(lines[1]).toMatch(
      /^other +\d+\.\d\d +\d+\.\d to \d+\.\d +– +– +1 +\d+\.\d\d +0\.\d{4} +0\.1000 +4\.0 +1 +neuron\.threshold: 1$/,
    );
    expect(lines.at(-1)).toMatch(
      /^In the editor: open the folder .*study\.lif\.yaml and press Curves or Compare above it\.$/,
    );
    expect(lab.runs().map((run) => [run.variant, run.epochs])).toEqual([['other', 1]]);
  });

  test('a run that fails leaves the others alone, and the exit code tells', async () => {
    lab.study({ variants: ['nan', 'baseline'] });
    const { code, stdout, stderr } = await lab.lif('run', 'study.lif.yaml', '--threads', '1');
    expect(code).toBe(1);
    expect(stderr).toContain('The loss became NaN at weight update 5 in layer 1.');
    expect(stdout).toMatch(/^nan .*0 of 1 \(failed\)$/m);
    expect(lab.run('nan')).toMatchObject({
      state: 'failed',
      message: 'The loss became NaN at weight update 5 in layer 1.',
    });
    expect(lab.run('baseline').state).toBe('finished');
  });

  test('--detach returns when the runs exist, and they go on', async () => {
    lab.study({ variants: ['baseline', 'other'], step: 5 });
    const { code, stdout } = await lab.lif('run', 'study.lif.yaml', '--detach', '--json');
    const { runIds } = JSON.parse(stdout);
    expect({ code, there: lab.runs().map((run) => run.id) }).toEqual({ code: 0, there: runIds });
    await lab.until('both finished', (runs) => runs.every((run) => run.state === 'finished'));
  });
});

test('--max-seconds stops a run after a checkpoint, says why, and it goes on to the same end', async () => {
  lab.study({ variants: ['baseline'], epochs: 3, step: 250 });
  const { code } = await lab.lif('run', 'study.lif.yaml', '--max-seconds', '1');
  const stopped = lab.run('baseline');
  expect({ code, ...stopped }).toMatchObject({
    code: 4,
    state: 'stopped',
    stoppedBy: 'max-seconds',
    message: 'Stopped after its 1 s (--max-seconds): resume it to go on.',
  });
  expect((await lab.lif('resume', stopped.id, '--json')).code).toBe(0);
  const finished = lab.run('baseline');
  expect(finished).toMatchObject({ state: 'finished', epoch: 3, resumed: [expect.any(Number)] });
  expect([finished.stoppedBy, finished.message]).toEqual([undefined, undefined]);
});

describe('bad input: exit code 2, one sentence, no run', () => {
  const bad = async (...args: string[]) => {
    const { code, stdout, stderr } = await lab.lif(...args);
    expect({ code, stdout, store: existsSync(lab.store) }).toEqual({ code: 2, stdout: '', store: false });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  };

  test('a wrong key, with file, line and column', async () => {
    const more = 'trainig: { epochs: 2 }\n';
    lab.study({ variants: ['baseline'], more });
    expect(await bad('run', 'study.lif.yaml')).toMatch(/^study\.lif\.yaml:6:1: error: .*trainig/);
  });

  test('a file that is not there', async () => {
    expect(await bad('run', 'nowhere.lif.yaml')).toMatch(/nowhere\.lif\.yaml cannot be read: it does not exist\./);
  });

  test('an unknown variant', async () => {
    lab.study({ variants: ['baseline'] });
    expect(await bad('run', 'study.lif.yaml', '--variant', 'baselin')).toContain('did you mean "baseline"');
  });

  test('a setting that cannot be', async () => {
    lab.study({ variants: ['baseline'] });
    expect(await bad('run', 'study.lif.yaml', '--set', 'training.epochs=0')).toContain('--set training.epochs=0');
  });

  test('a network that cannot be built', async () => {
    lab.study({ variants: ['baseline'] });
    expect(await bad('run', 'study.lif.yaml', '--set', 'network.readout={kind: spike-rate, window: 31}')).toMatch(
      /window/,
    );
  });

  test('data that is not there, and data that is cut off', async () => {
    const study =
      'name: M\ndataset: { name: mnist, path: idx }\nmodel: rnn\nnetwork: { hidden: [4] }\nvariants: { baseline: {} }\n';
    lab.file('mnist.lif.yaml', study);
    expect(await bad('run', 'mnist.lif.yaml')).toMatch(/idx/);
    mkdirSync(join(lab.folder, 'idx'), { recursive: true });
    writeFileSync(join(lab.folder, 'idx', 'train-images-idx3-ubyte'), Buffer.from([0, 0, 8, 3, 0]));
    expect(await bad('run', 'mnist.lif.yaml')).toMatch(/train-images-idx3-ubyte/);
  });

  test.each([
    [['frobnicate'], /There is no command "frobnicate"; there are run, list/],
    [['run'], /FILE is missing; see: lif run --help/],
    [['run', 'a', 'b'], /"b" is one argument too many; see: lif run --help/],
    [['run', 'a', '--bogus'], /--bogus.*; see: lif run --help/],
    [['list', '--store'], /--store.*; see: lif list --help/],
  ])('lif %j', async (args, message) => {
    expect(await bad(...args)).toMatch(message);
  });

  test('numbers that are none', async () => {
    lab.study({ variants: ['baseline'] });
    for (const threads of ['0', '1.5', 'many', ''])
      expect(await bad('run', 'study.lif.yaml', '--threads', threads)).toMatch(
        /^--threads must be a whole number from 1/,
      );
  });
});

describe('looking', () => {
  beforeEach(async () => {
    lab.study({ variants: ['baseline', 'other'] });
    expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 0 });
  });

  test('list, compare and show, as text and as JSON', async () => {
    const [first, second] = lab.runs();
    const list = await lab.lif('list');
    expect(list).toMatchObject({ code: 0, stderr: '' });
    expect(list.stdout).toMatch(new RegExp(`^${first!.id} +Test study +baseline +1 +finished +3/3 +\\d`, 'm'));
    expect(JSON.parse((await lab.lif('list', '--json')).stdout)).toMatchObject({
      store: lab.store,
      runs: [first, second],
    });

    const compare = await lab.lif('compare', 'study.lif.yaml');
    expect(compare).toMatchObject({ code: 0, stdout: expect.stringMatching(/^other +\d+\.\d\d /m) });
    const comparison = JSON.parse((await lab.lif('compare', 'study.lif.yaml', '--json')).stdout);
    expect(comparison).toMatchObject({
      study: 'Test study',
      rows: [{ runs: [first] }, { runs: [second] }],
      outdated: [],
      earlier: [],
    });

    // Runs that were not asked for have no other settings; after an edit of the file they have, and it is said what.
    const again = await lab.lif('run', 'study.lif.yaml', '--variant', 'other');
    expect(again.stdout).not.toMatch(/Not counted/);
    const edited = await lab.lif('compare', 'study.lif.yaml', '--set', 'training.epochs=4');
    expect(edited.stdout).toMatch(
      /^Not counted, since the file no longer asks for it:\n {2}baseline: had training\.epochs: 3 · \d+\.\d\d %, 1 seed · started 20\S+Z$/m,
    );

    const show = await lab.lif('show', first!.id);
    expect(show).toMatchObject({ code: 0, stdout: expect.stringMatching(/^State +finished, epoch 3 of 3$/m) });
    const shown = JSON.parse((await lab.lif('show', first!.id, '--json')).stdout);
    expect(shown).toMatchObject({
      summary: first,
      spec: { variant: 'baseline' },
      provenance: { dataset: { fake: '1' } },
    });
  });

  test('after the file changed, its runs are outdated', async () => {
    lab.study({ variants: ['baseline', 'other'], epochs: 4 });
    const { rows, outdated } = JSON.parse((await lab.lif('compare', 'study.lif.yaml', '--json')).stdout);
    expect(rows.map((row: { runs: unknown[] }) => row.runs)).toEqual([[], []]);
    expect(outdated).toHaveLength(2);
  });

  test('beginnings of names, when they fit one run', async () => {
    const [first, second] = lab.runs();
    const length = [...first!.id].findIndex((letter, i) => letter !== second!.id[i]) + 1;
    expect(await lab.lif('show', first!.id.slice(0, length))).toMatchObject({ code: 0 });
    const ambiguous = await lab.lif('show', first!.id.slice(0, 4));
    expect(ambiguous.code).toBe(2);
    expect(ambiguous.stderr).toContain(`fits 2 runs, give more of the name: ${first!.id}, ${second!.id}.`);
    const unknown = await lab.lif('stop', 'nothing');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain(`there are ${first!.id}, ${second!.id}.`);
  });

  test('what is damaged is listed with what can be saved', async () => {
    writeFileSync(join(lab.runs()[0]!.folder, 'status.json'), '{"sta');
    writeFileSync(join(lab.runs()[1]!.folder, 'run.json'), 'garbage');
    const { code, stdout, stderr } = await lab.lif('list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/baseline +1 +finished +3\/3/);
    expect(stderr.match(/(status|run)\.json is not valid JSON\.$/gm)?.sort()).toEqual([
      'run.json is not valid JSON.',
      'status.json is not valid JSON.',
    ]);
  });

  test('a finished run cannot be resumed', async () => {
    const { code, stderr } = await lab.lif('resume', lab.runs()[0]!.id);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('is finished; there is nothing to resume'),
    });
  });
});

describe('validate', () => {
  test('a file without mistakes is all right, and how many runs it asks for is said', async () => {
    lab.study({ variants: ['baseline', 'other'], seeds: [1, 2] });
    expect(await lab.lif('validate', 'study.lif.yaml')).toEqual({
      code: 0,
      stdout: 'study.lif.yaml: all right, 4 run(s).\n',
      stderr: '',
    });
  });

  test('each mistake on a line of its own, as compilers write it', async () => {
    lab.file(
      'bad.lif.yaml',
      'name: 5\ndataset: { name: delayed-xor, steps: -1 }\nnetwork: { hidden: [4] }\nvariants: { a: {} }\n',
    );
    const { code, stdout } = await lab.lif('validate', 'bad.lif.yaml');
    expect(code).toBe(2);
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^bad\.lif\.yaml:1:7: error: ./),
      expect.stringMatching(/^bad\.lif\.yaml:2:38: error: ./),
    ]);
    const { code: jsonCode, stdout: json } = await lab.lif('validate', 'bad.lif.yaml', '--json');
    expect([jsonCode, JSON.parse(json).problems.length]).toEqual([2, 2]);
  });
});

describe('help', () => {
  test('an overview, and a page with an example for each command', async () => {
    const overview = await lab.lif('--help');
    expect(overview.code).toBe(0);
    const names = [...overview.stdout.matchAll(/^ {2}lif ((?:data |backend |import )?\w+)/gm)].map(
      (match) => match[1]!,
    );
    expect(names).toEqual([
      ...[
        'run',
        'list',
        'show',
        'wait',
        'events',
        'stop',
        'resume',
        'queue',
        'compare',
        'check',
        'analyse',
        'report',
        'export',
        'import nir',
        'validate',
      ],
      ...['data list', 'data get', 'data check', 'data import', 'data show'],
      ...['backend install', 'doctor', 'mcp'],
    ]);
    for (const name of names) {
      const { code, stdout } = await lab.lif(...name.split(' '), '--help');
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringMatching(new RegExp(`^(Example: |  )lif ${name}( |$)`, 'm')),
      });
    }
  });
});

describe('wait', () => {
  const long = { epochs: 1000, step: 50 };
  const start = async (variants: string[], options: object): Promise<string[]> => {
    lab.study({ variants, ...options });
    const { stdout } = await lab.lif('run', 'study.lif.yaml', '--detach', '--threads', '1', '--json');
    return JSON.parse(stdout).runIds;
  };

  test('ends with the first warning while the runs go on, and says it', async () => {
    const ids = await start(['baseline', 'warned'], long);
    const { code, stdout } = await lab.lif('wait', ...ids, '--timeout', '60');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^\S*-baseline-\S*: (running|queued)$/m);
    expect(stdout).toMatch(/^\S*-warned-\S*: guessing: It guesses\.$/m);
    expect(await lab.lif('wait', ids[0]!, '--timeout', '0.2')).toMatchObject({ code: 4 });
    expect(await lab.lif('wait', ...ids, '--until', 'end', '--timeout', '0.2'), 'a warning is no end').toMatchObject({
      code: 4,
    });
    expect(await lab.lif('wait', ids[0]!, '--until', 'epoch=1', '--timeout', '60')).toMatchObject({ code: 0 });
    await lab.lif('stop', ids[1]!);
    const any = await lab.lif('wait', ...ids, '--until', 'any', '--timeout', '60', '--json');
    expect(any.code).toBe(1);
    expect(JSON.parse(any.stdout)).toMatchObject({
      outcome: 'ended',
      runs: [{ state: expect.stringMatching(/running|queued/) }, { state: 'stopped' }],
    });
    await lab.lif('stop', ids[0]!);
    expect(await lab.lif('wait', ids[0]!)).toMatchObject({ code: 1, stdout: `${ids[0]}: stopped\n` });
  });

  test('ends when all have finished, and refuses a time that is none', async () => {
    const ids = await start(['baseline'], { step: 50 });
    const { code, stdout } = await lab.lif('wait', ...ids, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'finished',
      code: 0,
      runs: [{ id: ids[0], state: 'finished' }],
    });
    for (const time of ['soon', '-1', ''])
      expect(await lab.lif('wait', ...ids, `--timeout=${time}`)).toEqual({
        code: 2,
        stdout: '',
        stderr: `--timeout is a number of seconds from 0 to 2000000, not "${time}".\n`,
      });
    expect(await lab.lif('wait', 'nothing')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^There is no run/),
    });
  });
});
