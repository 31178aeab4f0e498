/** How runs wait, stop and tell about it, on the level of processes. The trainer is a fake; see fake/trainer.ts. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
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
  expect(lab.run('preparing')).not.toHaveProperty('message');
  expect(lab.log(run!)).toMatch(/Stopped on request after 0 epochs and 0\.0 s\.$/m);
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
  expect(stderr).toContain(`${run.id} has no checkpoint: it begins anew.`);
  expect(JSON.parse(stdout)).toMatchObject({ anew: [run.id] });
  expect(lab.log(run)).toContain('There is no checkpoint: training begins anew.');
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
  lab.study({ variants: ['third'] });
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
