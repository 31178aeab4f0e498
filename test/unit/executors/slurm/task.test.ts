import { EventEmitter } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { usedLine } from '../../../../engine/cli/watch-cluster.ts';
import { submitJobs } from '../../../../engine/executors/slurm/submit.ts';
import { causeOf, runTask } from '../../../../engine/executors/slurm/task.ts';
import { listSubmissions, readSubmission, writeSubmission } from '../../../../engine/runs/cluster.ts';
import { readLog } from '../../../../engine/runs/log.ts';
import { readHistory } from '../../../../engine/runs/metrics/reader.ts';
import { readStatus } from '../../../../engine/runs/read.ts';
import { openStore } from '../../../../engine/runs/store.ts';
import { requestStop } from '../../../../engine/runs/write.ts';
import { fakeTrainer } from '../../../contract/fake/trainer.ts';
import { StandIn, slurmOf, storeOf } from './stand-in.ts';

async function submitted(fields: Record<string, unknown> = {}, changes: { limitSeconds?: number } = {}) {
  const slurm = new StandIn();
  const made = storeOf(1);
  const { store, jobs } = made;
  await submitJobs(jobs, { store, slurm: slurmOf(fields), lif: ['lif'], ask: slurm.ask });
  const [name] = listSubmissions(store) as [string];
  writeSubmission(store, { ...readSubmission(store, name)!, ...changes });
  const threads: number[] = [];
  const attempt = (env: NodeJS.ProcessEnv, signals = new EventEmitter()) =>
    runTask({
      store,
      submission: name,
      index: 0,
      ask: slurm.ask,
      env: { SLURM_ARRAY_JOB_ID: '77', SLURM_ARRAY_TASK_ID: '0', ...env },
      signals: signals as unknown as NodeJS.Process,
      busyMs: 5,
      loadTrainer: async () => (spec, options) => {
        threads.push(options.threads);
        return fakeTrainer({ ...spec, training: { ...spec.training, learningRate: 0.01 } }, options);
      },
    });
  const run = () => openStore(store).summaries()[0]!;
  return { ...made, name, slurm, attempt, threads, run, folder: made.folders[0]! };
}

/** Waits for an epoch, then sends these signals. */
async function interrupt(folder: string, signals: EventEmitter, ...names: string[]): Promise<void> {
  while ((readHistory(folder).epochs.at(-1)?.epoch ?? 0) < 1) await delay(5);
  for (const name of names) signals.emit(name);
}

test('Slurm 1: elapsed time, not the signal, tells a time limit from a preemption', () => {
  const { limitSeconds, warnSeconds } = { limitSeconds: 3600, warnSeconds: 120 };
  const cause = (elapsed: number) => causeOf(elapsed, { limitSeconds, warnSeconds } as never);
  expect([10, 1800, 3400, 3430, 3480].map(cause)).toEqual([
    'preempted',
    'preempted',
    'preempted',
    'timeout',
    'timeout',
  ]);
});

test('Slurm 2: CONT says nothing; USR2, USR1 and TERM end an attempt after a checkpoint, whoever sends them', async () => {
  for (const name of ['SIGUSR2', 'SIGUSR1', 'SIGTERM']) {
    const { attempt, folder, run } = await submitted();
    const signals = new EventEmitter();
    await Promise.all([attempt({}, signals), interrupt(folder, signals, 'SIGCONT', name)]);
    expect([name, run().state]).toEqual([name, 'queued']);
    expect(readLog(folder, 10_000)).toContain('Left task 77_0');
  }
  const { attempt, folder, run } = await submitted();
  const signals = new EventEmitter();
  await Promise.all([attempt({}, signals), interrupt(folder, signals, 'SIGCONT')]);
  expect(run()).toMatchObject({ state: 'finished' });
});

test('Slurm 15, 16: threads are the CPUs of the task, and CPU-seconds used stand beside those that were given', async () => {
  const { attempt, threads, run } = await submitted({ cpus: 3 });
  const begin = performance.now();
  await attempt({ SLURM_CPUS_PER_TASK: '3' });
  const seconds = (performance.now() - begin) / 1000;
  expect(threads).toEqual([3]);
  const { givenSeconds, cpuSeconds } = run().cluster!;
  expect(givenSeconds).toBeGreaterThan(2 * seconds);
  expect(givenSeconds).toBeLessThanOrEqual(3 * seconds);
  expect(cpuSeconds).toBeGreaterThan(0);
  const task = (used: number, given: number) => ({ cpuSeconds: used, givenSeconds: given });
  expect(usedLine([task(100, 1200), undefined, task(20, 1200)], 3)).toBe(
    'The tasks used 120 of the 2,400 CPU-seconds that they were given (5 %); fewer slurm.cpus would do.',
  );
  expect(usedLine([undefined], 3)).toBeUndefined();
});

test('Slurm 3: a warning near the limit: checkpoint, back into the queue by itself, and the same numbers in the end', async () => {
  const whole = await submitted();
  expect(await whole.attempt({})).toBe(0);
  // A limit of a minute is always near.
  const { attempt, folder, name, slurm, threads, run } = await submitted({ cpus: 4 }, { limitSeconds: 60 });
  const signals = new EventEmitter();
  const [code] = await Promise.all([
    attempt({ SLURM_CPUS_PER_TASK: '4' }, signals),
    interrupt(folder, signals, 'SIGCONT', 'SIGUSR2'),
  ]);
  expect(code).toBe(0);
  expect(slurm.argsOf('scontrol').at(-1)).toEqual(['requeue', '77_0']);
  expect(run()).toMatchObject({
    state: 'queued',
    message: expect.stringContaining('time limit of 1 min 00 s is near'),
  });
  const status = readStatus(folder) as {
    value: { cluster: { timeouts: number; givenSeconds: number; cpuSeconds: number } };
  };
  expect(status.value.cluster).toMatchObject({ submission: name, timeouts: 1 });
  const { givenSeconds } = status.value.cluster;
  await attempt({ SLURM_CPUS_PER_TASK: '4', SLURM_RESTART_COUNT: '1' });
  const after = run();
  expect(after).toMatchObject({ state: 'finished', id: run().id, cluster: { task: '77_0' } });
  expect(after.cluster!.givenSeconds).toBeGreaterThan(givenSeconds);
  const numbers = (of: string) => readHistory(of).epochs.map(({ step, train, test }) => ({ step, train, test }));
  expect(numbers(folder)).toEqual(numbers(whole.folder));
  expect(readLog(folder, 10_000)).toMatch(/Left task 77_0 .*\n(.*\n)*.*Resumes after \d+ weight updates/);
  expect(threads).toEqual([4, 4]);
  expect(usedLine([after.cluster], 4)).toMatch(
    /^The tasks used \d+ of the \d+ CPU-seconds that they were given \(\d+ %\)/,
  );
});

test('Slurm 4: a preemption with TERM alone: Slurm itself puts the task back, and nothing is counted', async () => {
  const { attempt, folder, slurm, run } = await submitted({ timeouts: 0 });
  const requeues = () => slurm.argsOf('scontrol').filter(([word]) => word === 'requeue');
  for (let i = 0; i < 2; i++) {
    const signals = new EventEmitter();
    await Promise.all([attempt({}, signals), interrupt(folder, signals, 'SIGCONT', 'SIGTERM')]);
    if (i === 0)
      expect(run()).toMatchObject({ state: 'queued', message: expect.stringContaining('Slurm needs its node') });
  }
  expect(requeues()).toEqual([]);
  expect(readStatus(folder)).toMatchObject({ value: { cluster: { timeouts: 0 } } });
});

test('Slurm 4: a partition that cancels what it preempts: the task puts itself back, and one cancelled by hand does not', async () => {
  for (const [preempted, puts] of [
    ['PreemptTime=2026-11-27T01:05:27', 1],
    ['PreemptTime=None', 0],
  ] as const) {
    const { attempt, folder, slurm, run } = await submitted();
    slurm.answers.scontrol = `JobId=78 ArrayJobId=77 JobState=COMPLETING\n   PreemptEligibleTime=2026-11-27T01:00:00 ${preempted}\n`;
    const signals = new EventEmitter();
    await Promise.all([attempt({}, signals), interrupt(folder, signals, 'SIGCONT', 'SIGTERM')]);
    expect(slurm.argsOf('scontrol').filter(([word]) => word === 'requeue')).toHaveLength(puts);
    expect(run()).toMatchObject({ state: 'queued' });
  }
});

test('Slurm 3: time limits have a cap, preemptions none, and the sentence says what to do', async () => {
  const { attempt, folder, slurm, run } = await submitted({ timeouts: 0 }, { limitSeconds: 60 });
  const before = slurm.argsOf('scontrol').length;
  const signals = new EventEmitter();
  await Promise.all([attempt({}, signals), interrupt(folder, signals, 'SIGUSR1')]);
  expect(run()).toMatchObject({ state: 'failed', message: expect.stringContaining('give slurm.time more') });
  expect(slurm.argsOf('scontrol')).toHaveLength(before);
});

test('a request to stop goes before everything: stopped, and not put back', async () => {
  const { attempt, folder, run, slurm } = await submitted();
  const before = slurm.argsOf('scontrol').length;
  const signals = new EventEmitter();
  const stop = async () => {
    await interrupt(folder, signals);
    requestStop(folder);
    signals.emit('SIGTERM');
  };
  await Promise.all([attempt({}, signals), stop()]);
  expect(run()).toMatchObject({ state: 'stopped' });
  expect(slurm.argsOf('scontrol')).toHaveLength(before);
  // One that begins all the same leaves it alone.
  expect(await attempt({})).toBe(0);
  expect(run()).toMatchObject({ state: 'stopped' });
});

test('an attempt waits for an earlier one that still trains the run, and then has nothing to do', async () => {
  const { attempt, run, threads } = await submitted();
  const first = attempt({});
  while (run().state !== 'running') await delay(5);
  expect(await Promise.all([first, attempt({})])).toEqual([0, 0]);
  expect(run()).toMatchObject({ state: 'finished' });
  expect(threads).toEqual([1]);
});

test('the output of a task stays only when something is in it; a task that is none is a sentence', async () => {
  const { attempt, store, name, slurm } = await submitted();
  const output = join(store, 'slurm', name, '0.out');
  mkdirSync(join(store, 'slurm', name), { recursive: true });
  writeFileSync(output, '');
  await attempt({});
  await expect(
    runTask({
      store,
      submission: name,
      index: 9,
      ask: slurm.ask,
      env: {},
      loadTrainer: async () => fakeTrainer,
      signals: new EventEmitter() as never,
    }),
  ).rejects.toThrow(/holds no task 9 of .*: it was deleted, or this node does not see the same file system\.$/);
});
