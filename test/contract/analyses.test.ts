/** `lif analyse` with the built command: the job path from the question to the answer in the store. */
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtFile } from '../../engine/base/paths.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { Lab } from './fake/lab.ts';

let lab: Lab;
let run: RunSummary;
beforeAll(async () => {
  lab = await new Lab().open(builtFile('lif.mjs'));
  const sizes = 'trainSamples: 200, testSamples: 150, validationSamples: 60';
  lab.file(
    'study.lif.yaml',
    `name: S\ndataset: { name: delayed-xor, steps: 30, ${sizes} }\nnetwork: { hidden: [8] }\ntraining: { epochs: 2 }\nvariants: { a: {} }\n`,
  );
  expect(await lab.lif('run', 'study.lif.yaml', '--threads', '1')).toMatchObject({ code: 0 });
  run = lab.run('a');
});
afterAll(() => lab?.close());

const answers = () => readdirSync(join(run.folder, 'analyses'));

test('evaluate gives the score that training logged for the same checkpoint, per class and as confusion', async () => {
  const { code, stdout } = await lab.lif('analyse', run.id, 'evaluate', '--json');
  expect(code).toBe(0);
  const { state, result } = JSON.parse(stdout);
  expect([state, result.split, result.samples]).toEqual(['finished', 'test', 150]);
  const { test: logged } = lab.run('a').last!;
  expect([result.accuracy, result.loss]).toEqual([logged!.accuracy, logged!.loss]);
  expect(result.perClass.map(({ samples }: { samples: number }) => samples)).toEqual(
    result.confusion.map((row: number[]) => row.reduce((a, b) => a + b)),
  );
  const right = result.confusion.reduce((sum: number, row: number[], c: number) => sum + row[c]!, 0);
  expect(right / 150).toBe(result.accuracy);
});

test('the same question is answered from the store, another one anew; a parameter that is none is named', async () => {
  const [name] = answers();
  const before = readFileSync(join(run.folder, 'analyses', name!), 'utf8');
  const text = await lab.lif('analyse', run.id, 'evaluate');
  expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/^test: \d+\.\d\d %, loss .*, 150 samples\n/) });
  expect(readFileSync(join(run.folder, 'analyses', name!), 'utf8')).toBe(before);
  expect(await lab.lif('analyse', run.id, 'evaluate', '--set', 'split=validation')).toMatchObject({ code: 0 });
  expect(answers()).toHaveLength(2);
  const wrong = await lab.lif('analyse', run.id, 'evaluate', '--set', 'split=tset');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^evaluate cannot be asked so: split: /) });
  const unknown = await lab.lif('analyse', run.id, 'nothing');
  expect(unknown).toMatchObject({ code: 2, stderr: 'There is no analysis "nothing"; there are evaluate.\n' });
});

test('a checkpoint that is not there, or is damaged, is said, and nothing pretends to be an answer', async () => {
  for (const name of answers()) rmSync(join(run.folder, 'analyses', name));
  const missing = await lab.lif('analyse', run.id, 'evaluate', '--checkpoint', '7');
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/has no checkpoint 7; there are/) });
  expect(answers()).toEqual([]);
  const folder = join(run.folder, 'checkpoints');
  const oldest = readdirSync(folder).sort()[0]!;
  const whole = readFileSync(join(folder, oldest));
  truncateSync(join(folder, oldest), 20);
  const damaged = await lab.lif('analyse', run.id, 'evaluate', '--checkpoint', String(Number.parseInt(oldest, 10)));
  expect(damaged).toMatchObject({ code: 1, stderr: expect.stringMatching(/is not there any more, or damaged\.\n$/) });
  writeFileSync(join(folder, oldest), whole);
});

test('an analysis waits for cores as a run does, and Ctrl-C takes it back', async () => {
  for (const name of answers()) rmSync(join(run.folder, 'analyses', name));
  const long = ['--set', 'training.epochs=100000', '--threads', '64', '--detach'];
  expect(await lab.lif('run', 'study.lif.yaml', ...long)).toMatchObject({ code: 0 });
  const [busy] = await lab
    .until('a run on all cores', (runs) => runs.some(({ state }) => state === 'running'))
    .then((runs) => runs.filter(({ state }) => state === 'running'));
  const { child, ended } = lab.start('analyse', run.id, 'evaluate', '--set', 'split=train', '--json');
  const file = () => {
    const [name] = readdirSync(join(run.folder, 'analyses')).filter((one) => one.endsWith('.json'));
    return name === undefined ? {} : JSON.parse(readFileSync(join(run.folder, 'analyses', name), 'utf8'));
  };
  await lab.until('the analysis waiting', () => new RegExp(`held by ${busy!.id} of `).test(file().message ?? ''));
  child.kill('SIGINT');
  expect((await ended).code).toBe(130);
  expect(file()).toMatchObject({ state: 'stopped' });
  await lab.lif('stop', busy!.id);
  const { code, stdout } = await lab.lif('analyse', run.id, 'evaluate', '--set', 'split=train', '--json');
  expect([code, JSON.parse(stdout).state, JSON.parse(stdout).result.samples]).toEqual([0, 'finished', 200]);
}, 120_000);
