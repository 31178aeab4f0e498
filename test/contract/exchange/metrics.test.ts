/** `lif export` of what runs have logged: every format holds the numbers of the log, read back by other code than wrote them. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openParquet } from '../../../engine/datasets/formats/parquet.ts';
import { Lab } from '../fake/lab.ts';
import { readEvents } from './events.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
  lab.study({ variants: ['baseline', '=2+3, "quoted"'], seeds: [1, 2] });
  expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 0 });
});
afterAll(() => lab?.close());

const inLab = (...names: string[]) => join(lab.folder, ...names);

test('csv: one line for each number, under names that need no explanation', async () => {
  const { code, stdout } = await lab.lif('export', 'study.lif.yaml', '--format', 'csv', '-o', 'm.csv', '--json');
  expect(code).toBe(0);
  const { files, rows, runs } = JSON.parse(stdout);
  expect([files, rows]).toEqual([[inLab('m.csv')], 4 * (12 * 2 + 3 * 7)]);
  expect(new Set(runs)).toEqual(new Set(lab.runs().map(({ id }) => id)));
  const [head, ...lines] = readFileSync(inLab('m.csv'), 'utf8').trimEnd().split('\n');
  expect(head).toBe('run,study,variant,seed,state,kind,epoch,step,split,quantity,layer,value');
  expect(lines).toHaveLength(rows);
  const run = lab.runs().find(({ variant, seed }) => variant === 'baseline' && seed === 2)!;
  const { train, epochs } = lab.metrics(run);
  const own = `${run.id},Test study,baseline,2,finished`;
  expect(lines).toContain(`${own},point,${train.epoch[4]},${train.step[4]},train,loss,,${train.loss[4]}`);
  expect(lines).toContain(`${own},epoch,2,8,test,accuracy,,${epochs[1]!.test!.accuracy}`);
  expect(lines).toContain(`${own},epoch,3,12,test,spike_rate,1,0.1`);
  expect(lines).toContain(`${own},epoch,3,12,,learning_rate,,1`);
  // What a spreadsheet would take for a formula.
  expect(lines.find((line) => line.includes('quoted'))).toContain(`,"'=2+3, ""quoted""",`);
});

test('parquet: the same table with types', async () => {
  expect(await lab.lif('export', 'study.lif.yaml', '--format', 'parquet', '-o', 'm.parquet')).toMatchObject({
    code: 0,
    stdout: `Wrote 180 numbers of 4 runs to ${inLab('m.parquet')}.\n`,
  });
  const table = openParquet(inLab('m.parquet'));
  const [variant, seed, step, split, quantity, layer, value] = await table.read(
    ['variant', 'seed', 'step', 'split', 'quantity', 'layer', 'value'], // in another order than in the file
  );
  const lines = readFileSync(inLab('m.csv'), 'utf8').trimEnd().split('\n').slice(1);
  for (const [i, line] of lines.entries()) {
    const cells = line.split(',');
    const tail = cells.slice(-5);
    const number = (text: string | undefined) => (text === '' ? Number.NaN : Number(text));
    expect([String(step![i]), split![i], quantity![i]]).toEqual(tail.slice(0, 3));
    expect([layer![i], value![i]]).toEqual([number(tail[3]), number(tail[4])]);
    expect(line).toContain(String(variant![i]).startsWith('=') ? 'quoted' : `,baseline,${seed![i]},`);
  }
});

test('tensorboard: a folder for each run, whose records have the right checksums', async () => {
  const { code, stdout } = await lab.lif('export', 'study.lif.yaml', '--format', 'tensorboard', '-o', 'logs', '--json');
  expect(code).toBe(0);
  const { files } = JSON.parse(stdout) as { files: string[] };
  expect(readdirSync(inLab('logs'))).toHaveLength(4);
  const run = lab.runs().find(({ variant, seed }) => variant === 'baseline' && seed === 1)!;
  const events = readEvents(readFileSync(files.find((file) => file.includes(`baseline-seed-1-${run.id}`))!));
  expect(events[0]).toMatchObject({ version: 'brain.Event:2', seconds: run.createdAt / 1000 });
  expect(events).toHaveLength(1 + 45);
  const { train, epochs } = lab.metrics(run);
  const of = (tag: string) => events.filter((event) => event.tag === tag).map(({ step, value }) => [step, value]);
  expect(of('loss/train')).toEqual(train.step.map((step, i) => [step, Math.fround(train.loss[i]!)]));
  expect(of('accuracy/test')).toEqual(epochs.map(({ step, test }) => [step, Math.fround(test!.accuracy!)]));
  expect(of('spike_rate/layer_1')).toEqual([4, 8, 12].map((step) => [step, Math.fround(0.1)]));
  const seconds = events.slice(1).map((event) => event.seconds - run.createdAt / 1000);
  expect(Math.min(...seconds)).toBeCloseTo(0.25, 2);
  expect(Math.max(...seconds)).toBeCloseTo(3, 2);
});

test('mlflow: an experiment for the study, with runs, metrics, parameters and tags', async () => {
  expect(await lab.lif('export', 'study.lif.yaml', '--format', 'mlflow', '-o', 'mlruns')).toMatchObject({ code: 0 });
  const [experiment, ...others] = readdirSync(inLab('mlruns'));
  expect(others).toEqual([]);
  const read = (...names: string[]) => readFileSync(inLab('mlruns', experiment!, ...names), 'utf8');
  expect(read('meta.yaml')).toContain(`experiment_id: "${experiment}"\n`);
  expect(read('meta.yaml')).toContain('name: "Test study"\n');
  const folders = readdirSync(inLab('mlruns', experiment!)).filter((name) => name !== 'meta.yaml');
  const folder = folders.find((name) => read(name, 'tags', 'mlflow.runName') === 'baseline, seed 2')!;
  const { epochs, train } = lab.metrics(lab.runs().find((run) => run.variant === 'baseline' && run.seed === 2)!);
  const accuracies = read(folder, 'metrics', 'test_accuracy').trimEnd().split('\n');
  expect(accuracies.map((line) => line.split(' ').slice(1))).toEqual(
    epochs.map(({ step, test }) => [String(test!.accuracy), String(step)]),
  );
  expect(read(folder, 'metrics', 'train_loss').trimEnd().split('\n')).toHaveLength(train.step.length);
  expect(read(folder, 'params', 'neuron.threshold')).toBe('0.5');
  expect(read(folder, 'params', 'network.hidden')).toBe('[4]');
  expect(read(folder, 'meta.yaml')).toMatch(/\nstatus: 3\n/);
  expect(folders).toHaveLength(4);
});

test('nothing is replaced unless that is asked for; each mistake is one sentence and writes nothing', async () => {
  const run = lab.runs().find(({ variant }) => variant === 'baseline')!.id;
  const bad = async (...args: string[]) => {
    const { code, stdout, stderr } = await lab.lif('export', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    return stderr;
  };
  await lab.lif('export', run, '--format', 'csv', '-o', 'one.csv');
  const { mtimeMs } = statSync(inLab('one.csv'));
  for (const [format, path] of [
    ['csv', 'one.csv'],
    ['parquet', 'one.csv'],
    ['tensorboard', 'logs'],
    ['mlflow', 'mlruns'],
  ] as const)
    expect(await bad(run, '--format', format, '-o', path)).toMatch(
      /is there already; take another name, or replace it with --overwrite\./,
    );
  expect(statSync(inLab('one.csv')).mtimeMs).toBe(mtimeMs);
  for (const [format, path] of [
    ['parquet', 'one.csv'],
    ['mlflow', 'mlruns'],
  ] as const)
    expect(await lab.lif('export', run, '--format', format, '-o', path, '--overwrite')).toMatchObject({ code: 0 });
  expect(readFileSync(inLab('one.csv')).toString('latin1', 0, 4)).toBe('PAR1');
  expect(readdirSync(inLab('logs'))).toHaveLength(4);
  expect(await bad(run, '--format', 'csv')).toMatch(/^Say where it goes: -o metrics\.csv\./);
  expect(await bad(run, '--format', 'xml', '-o', 'm.xml')).toMatch(/^--format must be csv, .*, not "xml"\./);
  expect(await bad(run, '-o', 'm.csv')).toMatch(/^--format must be csv, /);
  expect(await bad('nothing', '--format', 'csv', '-o', 'n.csv')).toMatch(/^There is no run "nothing"/);
  expect(await bad(run, '--format', 'csv', '-o', 'one.csv/below.csv')).toMatch(/cannot be written: /);
  expect(existsSync(inLab('n.csv'))).toBe(false);
  expect(readdirSync(lab.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});
