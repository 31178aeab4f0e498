/** How runs wait, stop and tell about it, on the level of processes. The trainer is a fake; see fake/trainer.ts. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { continueQueue, pauseQueue, queueOf } from '../../engine/executors/local/queue.ts';
import { writeMnist } from '../unit/datasets/helpers.ts';
import { Lab } from './fake/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await new Lab().open();
});
afterAll(() => lab?.close());
beforeEach(() => lab.clear());

test('stopped while its data are made ready: stopped, not failed, and the log says so', async () => {
  lab.study({ variants: ['preparing'] });
  const { ended } = lab.start('run', 'study.lif.yaml');
  const [run] = await lab.until('a start', ([one]) => one?.state === 'running');
  expect(await lab.lif('stop', run!.id)).toMatchObject({ code: 0, stdout: `${run!.id}: stopped\n` });
  await ended;
  expect(lab.run('preparing')).toMatchObject({ state: 'stopped', epoch: 0 });
  const anew = 'Stopped while preparing fake, 40 %: that begins anew.';
  expect(lab.run('preparing')).toMatchObject({ message: anew });
  expect(lab.log(run!)).toMatch(/Stopped on request after 0 epochs and 0\.0 s\.$/m);
  expect(lab.log(run!)).toContain(anew);
  expect(lab.log(run!)).not.toMatch(/ at .*\.mjs/);
});

test.skipIf(process.platform === 'win32')(
  'a hang-up does not reach what shows on no terminal, as under nohup',
  async () => {
    lab.study({ variants: ['baseline'], epochs: 8, step: 20 });
    const { child, ended } = lab.start('run', 'study.lif.yaml');
    await lab.until('an epoch', ([one]) => (one?.epoch ?? 0) >= 1);
    child.kill('SIGHUP');
    expect(await ended).toMatchObject({ code: 0 });
    expect(lab.run('baseline')).toMatchObject({ state: 'finished', epoch: 8 });
  },
);

test.runIf(process.platform === 'linux')('a hang-up is ignored before there is a run', async () => {
  lab.study({ variants: ['baseline'] });
  const { child, ended } = lab.start('run', 'study.lif.yaml');
  // Which signals it has taken in hand: the lowest bit is that of SIGHUP.
  const caught = () => /SigCgt:\s*[0-9a-f]*([0-9a-f])$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  while ((Number.parseInt(caught() ?? '0', 16) & 1) === 0) await setTimeout(1);
  child.kill('SIGHUP');
  expect(lab.runs()).toEqual([]);
  expect(await ended).toMatchObject({ code: 0 });
});

test('the log tells the epochs, the result and the end', async () => {
  lab.study({ variants: ['baseline'] });
  await lab.lif('run', 'study.lif.yaml');
  const log = lab.log(lab.run('baseline'));
  for (const epoch of [1, 2, 3])
    expect(log).toMatch(new RegExp(`Epoch ${epoch} of 3: train \\d+\\.\\d\\d %, loss 0\\.\\d+; test \\d+`, 'm'));
  expect(log).toMatch(/Finished after 3 epochs and 12 s: test \d+\.\d\d %, loss 0\.\d+ at epoch 3\.$/m);
});

test('a run without a checkpoint begins anew, and both the terminal and the log say so', async () => {
  lab.study({ variants: ['exit'] });
  await lab.lif('run', 'study.lif.yaml');
  const run = lab.run('exit');
  for (const name of readdirSync(join(run.folder, 'checkpoints'))) rmSync(join(run.folder, 'checkpoints', name));
  const { stderr, stdout } = await lab.lif('resume', run.id, '--json');
  expect(stderr).toContain(`${run.id} has no whole checkpoint: it begins anew.`);
  expect(JSON.parse(stdout)).toMatchObject({ anew: [run.id] });
  expect(lab.log(run)).toContain('There is no whole checkpoint: training begins anew.');
});

test('damaged checkpoints are as good as none', async () => {
  lab.study({ variants: ['exit'] });
  await lab.lif('run', 'study.lif.yaml');
  const run = lab.run('exit');
  const names = readdirSync(join(run.folder, 'checkpoints'));
  expect(names).not.toEqual([]);
  for (const name of names) writeFileSync(join(run.folder, 'checkpoints', name), 'damaged');
  expect((await lab.lif('resume', run.id, '--epochs', '9')).stderr).toContain('no whole checkpoint to go on from');
  expect((await lab.lif('resume', run.id)).stderr).toContain(`${run.id} has no whole checkpoint: it begins anew.`);
});

test('who waits for cores that others hold says for which, and a study that sleeps holds nobody up', async () => {
  lab.study({ variants: ['baseline'], epochs: 1000, step: 20 });
  await lab.lif('run', 'study.lif.yaml', '--detach', '--threads', '64');
  const [first] = await lab.until('the first running', ([one]) => one?.state === 'running');
  lab.study({ variants: ['second'] });
  const second = lab.start('run', 'study.lif.yaml', '--threads', '64');
  const waits = `waits for \\d+ cores? held by ${first!.id} of `;
  await lab.until('the second waiting', (runs) =>
    runs.some((run) => run.variant === 'second' && new RegExp(waits).test(run.message ?? '')),
  );
  second.child.kill('SIGSTOP');
  lab.study({ variants: ['third'], epochs: 2 });
  const third = lab.start('run', 'study.lif.yaml', '--threads', '64');
  await lab.until('the third waiting', (runs) => runs.some((run) => run.variant === 'third' && run.message));
  await lab.lif('stop', first!.id);
  expect(await third.ended, 'expected the third to be served while the second sleeps').toMatchObject({ code: 0 });
  second.child.kill('SIGCONT');
  const { code, stderr } = await second.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(waits) as string });
  expect(lab.run('second').state).toBe('finished');
  expect(lab.run('second')).not.toHaveProperty('message');
  expect(lab.log(lab.run('second'))).toMatch(new RegExp(`Waited \\d.*: ${waits}`));
});

test('run trains what is missing: finished runs are kept, stopped ones go on, failed ones begin anew; --again trains all', async () => {
  const names = (text: string) => (JSON.parse(text).runIds as string[]).map((id) => /-study-(.*)-s1-/.exec(id)![1]);
  lab.study({ variants: ['done', 'nan'] });
  expect(await lab.lif('run', 'study.lif.yaml')).toMatchObject({ code: 1 });
  const [done] = lab.runs();
  lab.study({ variants: ['done', 'nan', 'new'] });
  const second = await lab.lif('run', 'study.lif.yaml', '--json');
  expect([names(second.stdout), second.stderr]).toEqual([
    ['nan', 'new'],
    expect.stringContaining('1 run with these settings finished already; train again with: --again') as string,
  ]);
  const { comparison } = JSON.parse(second.stdout);
  expect(comparison.rows[0].results, 'the result of before counts').toMatchObject([{ id: done!.id }]);
  expect(names((await lab.lif('run', 'study.lif.yaml', '--variant', 'done', '--json')).stdout)).toEqual([]);
  const again = await lab.lif('run', 'study.lif.yaml', '--variant', 'done', '--again', '--json');
  expect(names(again.stdout)).toEqual(['done']);
  expect(lab.runs().filter(({ variant }) => variant === 'done')).toHaveLength(2);
});

test('what is said of the data of finished runs is said of them as they are now', async () => {
  lab.file(
    'few.lif.yaml',
    'name: Few\ndataset: { name: mnist, path: few }\nnetwork: { hidden: [4] }\ntraining: { epochs: 1 }\nvariants: { baseline: {} }\n',
  );
  writeMnist(join(lab.folder, 'few'), 20, 10);
  expect((await lab.lif('run', 'few.lif.yaml')).stderr).toMatch(/20 instead of 60,000 training/);
  writeMnist(join(lab.folder, 'few'), 15, 10);
  expect((await lab.lif('run', 'few.lif.yaml')).stderr).toMatch(/finished already.*\n.*15 instead of 60,000 training/);
  rmSync(join(lab.folder, 'few'), { recursive: true });
  const gone = await lab.lif('run', 'few.lif.yaml');
  expect(gone).toMatchObject({ code: 0, stderr: expect.stringMatching(/are not here as they were: .*few/) });
});

test('more epochs in the file alone: what trains from the beginning is told of the runs that could go on', async () => {
  lab.study({ variants: ['baseline', 'second'], epochs: 3 });
  await lab.lif('run', 'study.lif.yaml');
  const ids = lab.runs().map(({ id }) => id);
  lab.study({ variants: ['baseline', 'second'], epochs: 6 });
  const { stderr } = await lab.lif('run', 'study.lif.yaml', '--variant', 'second', '--json');
  expect(stderr).toContain(`to go on from there instead: lif resume ${ids[1]} --epochs 6`);
  expect(lab.runs()).toHaveLength(3);
  const again = await lab.lif('run', 'study.lif.yaml', '--variant', 'second', '--again', '--json');
  expect(again.stderr).not.toContain('go on from there');
});

test('more epochs for a finished run: what a run of as many at once logs, and the comparison takes it for one', async () => {
  lab.study({ variants: ['baseline'], epochs: 6 });
  await lab.lif('run', 'study.lif.yaml');
  const expected = lab.metrics(lab.run('baseline'));
  lab.clear();
  lab.study({ variants: ['baseline'], epochs: 3 });
  await lab.lif('run', 'study.lif.yaml');
  const run = lab.run('baseline');
  expect(await lab.lif('resume', run.id, '--epochs', '3')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('cannot go on to 3 epochs: it has 3 epochs already') as string,
  });
  expect(await lab.lif('resume', run.id, '--epochs', '6')).toMatchObject({ code: 0 });
  expect(lab.run('baseline')).toMatchObject({ state: 'finished', epoch: 6, epochs: 6, damage: [] });
  expect(lab.metrics(run)).toEqual(expected);
  expect(lab.log(run)).toContain('Goes on to 6 epochs instead of 3.');
  lab.study({ variants: ['baseline'], epochs: 6 });
  const { rows } = JSON.parse((await lab.lif('compare', 'study.lif.yaml', '--json')).stdout);
  expect(rows[0].results).toMatchObject([{ id: run.id, epochs: 6 }]);
});

test('the queue: moved runs come first, others wait while it is paused, and what stopped for it ends with the same bits', async () => {
  lab.study({ variants: ['a', 'b'], seeds: [1, 2], epochs: 8, step: 30 });
  const alone = ['--threads', '1000', '--again'];
  await lab.lif('run', 'study.lif.yaml', '--seed', '1', ...alone, '--detach');
  const [run, second] = await lab.until('an epoch', (runs) => runs.some(({ epoch }) => epoch >= 1));
  const order = () => {
    const { entries } = queueOf(lab.store, lab.runs());
    return entries.map(({ variant, seed, state }) => `${state} ${variant} ${seed}`);
  };
  const { entries, unknown, paused } = queueOf(lab.store, lab.runs());
  expect(order()).toEqual(['running a 1', 'queued b 1']);
  expect({ unknown, paused, known: entries.map(({ ends }) => ends !== null) }).toEqual({
    unknown: 0,
    paused: null,
    known: [true, true],
  });
  pauseQueue(lab.store, 'stop');
  await lab.until('a pause', (runs) => runs.every(({ state }) => state === 'queued'));
  await lab.until('a reason', (runs) => runs.every(({ message }) => message === 'waits: the queue is paused'));
  expect(order()).toEqual(['queued a 1', 'queued b 1']);
  // Another command waits, too, and behind them unless it is moved.
  const other = lab.start('run', 'study.lif.yaml', '--variant', 'b', '--seed', '2', ...alone);
  const third = (await lab.until('another', (runs) => runs.length === 3))[2]!;
  await lab.until('its process', (runs) => runs[2]!.message !== undefined);
  expect(order()).toEqual(['queued a 1', 'queued b 1', 'queued b 2']);
  const moved = await lab.lif('queue', 'front', third.id);
  expect(moved).toMatchObject({ code: 0, stderr: '' });
  expect(moved.stdout).toMatch(/^The queue is paused: nothing begins, runs that train stop at a checkpoint\./);
  expect(moved.stdout).toMatch(/^0 runs train, 3 wait: about [\d.minh ]+ s once the queue goes on\.$/m);
  expect(order()).toEqual(['queued b 2', 'queued a 1', 'queued b 1']);
  continueQueue(lab.store);
  expect((await other.ended).code).toBe(0);
  const runs = await lab.until('all', (all) => all.every(({ state }) => state === 'finished'));
  const ends = (id: string) => runs.find((one) => one.id === id)!.updatedAt;
  const ids = [third.id, run!.id, second!.id];
  expect(ids.toSorted((x, y) => ends(x) - ends(y))).toEqual(ids);
  expect(lab.log(run!)).toMatch(
    /The queue is paused: the run goes on from here when the queue does\.\n[\s\S]*Resumes after/,
  );
  // The same as straight through.
  const interrupted = lab.metrics(run!);
  lab.clear();
  await lab.lif('run', 'study.lif.yaml', '--variant', 'a', '--seed', '1');
  expect(interrupted).toEqual(lab.metrics(lab.run('a')));
});

test('a queue that cannot be read holds nobody up; what is asked wrongly is said', async () => {
  lab.study({ variants: ['a'], seeds: [1, 2] });
  await lab.lif('run', 'study.lif.yaml', '--seed', '1');
  writeFileSync(join(lab.store, 'queue.json'), '{"format": 1, "order": ["../x"], "paused": true}');
  expect((await lab.lif('run', 'study.lif.yaml', '--seed', '2')).code).toBe(0);
  expect(await lab.lif('queue', 'front', lab.runs()[0]!.id)).toMatchObject({
    code: 2,
    stderr: 'None of these runs waits for cores of this machine: what trains or has ended cannot be moved.\n',
  });
  expect((await lab.lif('queue', 'sideways')).stderr).toMatch(/use front, up, down, back, pause or continue/);
});
