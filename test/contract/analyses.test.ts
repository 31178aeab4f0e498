/** `lif analyse` with the built command: the job path from the question to the answer in the store. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { builtFile } from '../../engine/base/paths.ts';
import { PROTOCOL_VERSION } from '../../protocol/host.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { Lab } from './fake/lab.ts';
import { conversation } from './host/host-support.ts';

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
  const { code, stdout } = await lab.lif('analyse', run.id, 'evaluate', '--checkpoint', 'last', '--json');
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

test('by default the network is that of the epoch that counts, and its numbers are exactly those of the tables', async () => {
  const dataset =
    '{ name: delayed-xor, steps: 40, seed: run, trainSamples: 96, testSamples: 150, validationSamples: 60 }';
  lab.file(
    'long.lif.yaml',
    `name: L\ndataset: ${dataset}\nnetwork: { hidden: [8] }\ntraining: { epochs: 24, batchSize: 16, learningRate: 0.05 }\nseeds: [1, 2, 3]\nvariants: { long: {} }\n`,
  );
  const training = await lab.lif('run', 'long.lif.yaml', '--threads', '1', '--checkpoint-every', '0');
  expect(training).toMatchObject({ code: 0 });
  const runs = lab.runs().filter(({ variant }) => variant === 'long');
  expect(Math.min(...runs.map(({ result }) => result!.epoch)), 'an epoch that counts long before the end').toBeLessThan(
    22,
  );
  for (const { id, result, last } of runs) {
    const ask = async (...more: string[]) => {
      const { code, stdout } = await lab.lif('analyse', id, 'evaluate', '--json', ...more);
      expect(code).toBe(0);
      const { of, result: answer } = JSON.parse(stdout);
      return { of, accuracy: answer.accuracy, loss: answer.loss };
    };
    const best = `epoch ${result!.epoch} (best validation${result!.epoch === 24 ? ', last epoch' : ''})`;
    expect(await ask('--set', 'split=validation')).toEqual({ of: best, ...result!.validation });
    expect(await ask('--set', 'split=test')).toEqual({ of: best, ...result!.test });
    expect(await ask('--checkpoint', 'last')).toMatchObject({ ...last!.test });
  }
  const { id, result } = runs[0]!;
  expect((await lab.lif('analyse', id, 'evaluate')).stdout).toMatch(
    new RegExp(`\\nOf the network after epoch ${result!.epoch} \\(best validation.*\\)\\.\\n$`),
  );
  const table = await lab.lif('analyse', 'long.lif.yaml', 'evaluate');
  expect(table.stdout).toMatch(/^variant +seed +network after +accuracy % /);
  expect(table.stdout).toContain(`epoch ${result!.epoch} (best validation`);
  const none = await lab.lif('analyse', id, 'evaluate', '--checkpoint', 'first');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/^--checkpoint must be best, last or/) });
}, 120_000);

test('the same question is answered from the store, another one anew; a parameter that is none is named', async () => {
  const [name] = answers();
  const before = readFileSync(join(run.folder, 'analyses', name!), 'utf8');
  const text = await lab.lif('analyse', run.id, 'evaluate', '--checkpoint', 'last');
  expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/^test: \d+\.\d\d %, loss .*, 150 samples\n/) });
  expect(readFileSync(join(run.folder, 'analyses', name!), 'utf8')).toBe(before);
  const other = ['--checkpoint', 'last', '--set', 'split=validation'];
  expect(await lab.lif('analyse', run.id, 'evaluate', ...other)).toMatchObject({ code: 0 });
  expect(answers()).toHaveLength(2);
  const wrong = await lab.lif('analyse', run.id, 'evaluate', '--set', 'split=tset');
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^evaluate cannot be asked so: split: /) });
  const none = await lab.lif('analyse', run.id, 'evaluate', '--set', 'layers=1');
  expect(none).toMatchObject({ code: 2, stderr: 'evaluate has no parameter "layers"; it has split.\n' });
  const unknown = await lab.lif('analyse', run.id, 'nothing');
  expect(unknown).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^There is no analysis "nothing"; there are evaluate, .+\.\n$/),
  });
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
  const why =
    /has a damaged checkpoint, checkpoints.\d+\.safetensors \(it is cut off within its header\): .*or resume the run\.\n$/;
  expect(damaged).toMatchObject({ code: 1, stderr: expect.stringMatching(why) });
  writeFileSync(join(folder, oldest), whole);
});

test('of a file: every variant and seed in one table, and one that is not trained is said so', async () => {
  const none = await lab.lif('analyse', 'study.lif.yaml', 'evaluate', '--store', 'elsewhere/.lif');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringMatching(/^study\.lif\.yaml has no finished run/) });
  const { code, stdout } = await lab.lif('analyse', 'study.lif.yaml', 'evaluate');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^variant +seed +network after +accuracy % +loss +samples\na +1 +epoch \d \(best validation.*\) +\d+\.\d\d /,
  );
  lab.file(
    'two.lif.yaml',
    readFileSync(join(lab.folder, 'study.lif.yaml'), 'utf8').replace('{ a: {} }', '{ c: {}, d: {} }'),
  );
  expect(await lab.lif('run', 'two.lif.yaml', '--threads', '1')).toMatchObject({ code: 0 });
  const refused = await lab.lif('analyse', 'two.lif.yaml', 'resolution');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/resolution of 2 runs \(c, seed 1, and so on\): dataset delayed-xor has/),
  });
  const set = ['--set', 'training.epochs=1'];
  const other = await lab.lif('analyse', 'two.lif.yaml', 'evaluate', ...set);
  const had =
    /2 finished runs had others \(had training\.epochs: \d+\): say what they had \(--set training\.epochs=\d+\), name .*: lif run two\.lif\.yaml --set training\.epochs=1\n$/;
  expect(other, 'a way on').toMatchObject({ code: 2, stderr: expect.stringMatching(had) });
  expect(await lab.lif('run', 'two.lif.yaml', '--threads', '1', ...set)).toMatchObject({ code: 0 });
  const asked = await lab.lif('analyse', 'two.lif.yaml', 'evaluate', ...set, '--set', 'split=validation', '--json');
  expect(JSON.parse(asked.stdout).map(({ of, params }: { of: string; params: unknown }) => [of, params])).toEqual(
    Array(2).fill([expect.stringMatching(/^epoch 1 /), { split: 'validation' }]),
  );
  const ofRun = await lab.lif('analyse', run.id, 'evaluate', ...set);
  expect(ofRun.stderr).toMatch(
    /^--set training\.epochs=1: .* is a run, which has its settings; leave that out, or name/,
  );
  const json = JSON.parse((await lab.lif('analyse', 'study.lif.yaml', 'evaluate', '--json')).stdout);
  expect(json).toMatchObject([{ variant: 'a', seed: 1, state: 'finished', result: { samples: 150 } }]);
});

test('what the file asks is answered once a run is trained; added later it is asked of what is trained already', async () => {
  const text = (analyses: string) =>
    `name: W\ndataset: { name: delayed-xor, steps: 30, trainSamples: 100, testSamples: 50 }\nnetwork: { hidden: [8] }\ntraining: { epochs: 1 }\nvariants: { w: {} }\n${analyses}`;
  lab.file('wish.lif.yaml', text('analyses: { evaluate: { split: test } }\n'));
  const first = await lab.lif('run', 'wish.lif.yaml', '--threads', '1');
  expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/evaluate of .*: finished/) });
  const { folder } = lab.run('w');
  const results = () =>
    readdirSync(join(folder, 'analyses')).map((name) =>
      JSON.parse(readFileSync(join(folder, 'analyses', name), 'utf8')),
    );
  expect(results().map(({ state, params }) => [state, params.split])).toEqual([['finished', 'test']]);
  lab.file('wish.lif.yaml', text('analyses: { evaluate: { split: train } }\n'));
  expect(await lab.lif('run', 'wish.lif.yaml', '--threads', '1')).toMatchObject({ code: 0 });
  expect(
    results()
      .map(({ params }) => params.split)
      .sort(),
  ).toEqual(['test', 'train']);
  lab.file('wish.lif.yaml', text('analyses: { evaluate: { split: tset } }\n'));
  const wrong = await lab.lif('validate', 'wish.lif.yaml');
  expect(wrong).toMatchObject({ code: 2, stdout: expect.stringMatching(/wish\.lif\.yaml:6:\d+: error: .*split/) });
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

test('the query process asks in the background, lists the answer, reads it, and has it at once the second time', async () => {
  for (const name of answers()) rmSync(join(run.folder, 'analyses', name));
  const host = spawn(process.execPath, [builtFile('lif.mjs'), 'host'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: join(lab.folder, 'tmp') },
  });
  try {
    const { ask } = conversation(host.stdout, host.stdin);
    await ask('host/initialize', { version: PROTOCOL_VERSION, stores: [lab.store] });
    const runId = run.id;
    const question = { runIds: [runId], analysis: 'evaluate', params: { split: 'test' } };
    const { names } = await ask('analyses/start', question);
    const [name] = names as [string];
    expect(name).toMatch(/^evaluate-[0-9a-f]{16}$/);
    const list = () => ask('analyses/list', { runIds: [runId] });
    await vi.waitFor(
      async () => expect(await list()).toMatchObject([{ runId, name, state: 'finished', progress: 1 }]),
      { timeout: 30_000, interval: 200 },
    );
    expect((await list())[0]).not.toHaveProperty('result');
    const { result, of } = await ask('analyses/read', { runId, name });
    expect(result).toMatchObject({ split: 'test', accuracy: run.result!.accuracy });
    expect(of).toMatch(new RegExp(`^epoch ${run.result!.epoch} \\(best validation`));
    expect(await ask('analyses/start', question)).toEqual({ names });
    await expect(ask('analyses/start', { ...question, params: { split: 'tset' } })).rejects.toThrow(
      /^evaluate cannot be asked so: split: /,
    );
    await expect(ask('analyses/read', { runId, name: 'evaluate-0000000000000000' })).rejects.toThrow(/is missing\.$/);
    expect(await ask('analyses/stop', { runId, name })).toBe(null);
    const path = join(run.folder, 'analyses', `${name}.json`);
    const file = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...file, result: { ...file.result, confusion: 'none' } }));
    const damaged = await ask('analyses/read', { runId, name });
    expect(damaged).toMatchObject({ state: 'failed', message: expect.stringMatching(/is damaged; ask again\.$/) });
    expect(damaged).not.toHaveProperty('result');
    expect(answers()).toEqual([`${name}.json`]);
  } finally {
    host.stdin.end();
  }
}, 60_000);

test('one sample through the network: what training would say of it, its spikes and the potentials asked for', async () => {
  const host = spawn(process.execPath, [builtFile('lif.mjs'), 'host'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: join(lab.folder, 'tmp') },
  });
  try {
    const { ask } = conversation(host.stdout, host.stdin);
    await ask('host/initialize', { version: PROTOCOL_VERSION, stores: [lab.store] });
    const question = { split: 'test' as const, index: 3, traces: [{ layer: 0, neurons: [5, 2] }] };
    const answer = await ask('samples/probe', { runId: run.id, question });
    const { steps, layers, input, of } = answer;
    expect([answer.index, of, steps, answer.classes]).toEqual([3, 150, 30, 2]);
    // The network that the tables show, though a later one is there.
    expect([answer.checkpoint, answer.checkpoints]).toEqual([1, [2, 1]]);
    expect(input.events!.offsets).toHaveLength(steps + 1);
    const [hidden] = layers;
    expect(hidden!.traces.map(({ neuron }) => neuron)).toEqual([5, 2]);
    for (const { neuron, values } of hidden!.traces) {
      const { offsets, items } = hidden!.spikes!;
      const fired = values.map((_, t) => items.slice(offsets[t], offsets[t + 1]).includes(neuron));
      expect(fired).toEqual(values.map((u) => u >= hidden!.threshold!));
    }
    const before = performance.now();
    const next = await ask('samples/probe', {
      runId: run.id,
      question: { ...question, index: 4, label: answer.label },
    });
    expect(performance.now() - before).toBeLessThan(5000);
    expect([next.label, next.index > 3]).toEqual([answer.label, true]);
    // By hand, from the whole split: how many are right, and the loss.
    let right = 0;
    let loss = 0;
    for (let index = 0; index < of; index++) {
      const one = await ask('samples/probe', { runId: run.id, question: { split: 'test', index, traces: [] } });
      right += Number(one.decision === one.label);
      loss += one.loss;
    }
    expect(right / of).toBe(run.result!.accuracy);
    expect(loss / of).toBeCloseTo(run.result!.loss!, 5);
    const refusals = [
      [{ ...question, index: 150 }, 'There is no sample 150: the test split has 150, the first one is 0.'],
      [{ ...question, traces: [{ layer: 7, neurons: [] }] }, 'There is no layer 8; there are 1 to 2.'],
      [{ ...question, traces: [{ layer: 0, neurons: [8] }] }, 'Layer 1 has no neuron 8; it has 0 to 7.'],
      [{ ...question, checkpoint: 5 }, `${run.id} has no checkpoint 5 any more: name another checkpoint (there are `],
    ] as const;
    for (const [asked, sentence] of refusals)
      await expect(ask('samples/probe', { runId: run.id, question: asked as typeof question })).rejects.toThrow(
        sentence,
      );
  } finally {
    host.stdin.end();
  }
}, 60_000);
