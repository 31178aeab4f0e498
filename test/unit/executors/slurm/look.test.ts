import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cancelTasks } from '../../../../engine/executors/slurm/cancel.ts';
import { lookAtCluster } from '../../../../engine/executors/slurm/look.ts';
import { submitJobs } from '../../../../engine/executors/slurm/submit.ts';
import { analyseJob } from '../../../../engine/jobs/job.ts';
import { recordOf } from '../../../../engine/jobs/job-record.ts';
import { AnalysisList, answerPlaceOf, writeAnalysis } from '../../../../engine/runs/analyses.ts';
import { listSubmissions, readStates, readSubmission, writeSubmission } from '../../../../engine/runs/cluster.ts';
import { openStore } from '../../../../engine/runs/store.ts';
import { requestStop, updateStatus } from '../../../../engine/runs/write.ts';
import { resumeRuns } from '../../../../engine/studies/resume.ts';
import { planStart } from '../../../../engine/studies/start.ts';
import { StandIn, slurmOf, storeOf } from './stand-in.ts';

/** Runs that wait in array 77, and looks at them, each when it is time again. */
async function submitted(runs: number) {
  const slurm = new StandIn();
  const made = storeOf(runs);
  const { store, jobs } = made;
  await submitJobs(jobs, { store, slurm: slurmOf(), lif: ['lif'], ask: slurm.ask });
  let now = Date.now();
  return {
    ...made,
    slurm,
    look: () => lookAtCluster(store, { ask: slurm.ask, now: () => (now += 3_600_000) }),
    runs: () => openStore(store).summaries(),
  };
}

test.each([
  ['PREEMPTED', 'interrupted', /node for a job that comes first \(PREEMPTED\)/],
  ['TIMEOUT', 'interrupted', /time limit \(TIMEOUT\)/],
  ['NODE_FAIL', 'interrupted', /on n7: its node failed \(NODE_FAIL\)/],
  ['BOOT_FAIL', 'interrupted', /did not start/],
  ['DEADLINE', 'interrupted', /deadline/],
  ['OUT_OF_MEMORY', 'failed', /memory .*slurm\.memory/],
  ['FAILED', 'failed', /last word was "module: command not found".*slurm\.setup/],
  ['CANCELLED', 'stopped', /cancelled in Slurm/],
])('Slurm 4, 5: a task that ends as %s leaves its run %s', async (state, shown, message) => {
  const { look, runs, slurm, store } = await submitted(1);
  const [name] = listSubmissions(store);
  writeFileSync(join(store, 'slurm', name!, '0.out'), 'module: command not found\n');
  slurm.answers.squeue = `banner\n77|0|${state}|NonZeroExitCode|n7\n`;
  expect(await look()).toBe('');
  expect(runs()).toMatchObject([{ state: shown, message: expect.stringMatching(message) }]);
  // Nothing is left to ask Slurm about, and the node is remembered.
  expect(listSubmissions(store)).toEqual([]);
  expect(Object.keys(readStates(store).failedNodes)).toEqual(/FAIL$/.test(state) ? ['n7'] : []);
  const plan = planStart([{ ...runs()[0]! } as never], { rows: [{ runs: runs(), results: [] }] as never });
  // What was interrupted goes on; what failed begins again, as on this machine.
  expect(plan[shown === 'failed' ? 'create' : 'resume']).toHaveLength(1);
});

test('what a task asked of its run ends with it, as an analysis that was asked for on its own does', async () => {
  const { look, slurm, store, folders, runs } = await submitted(2);
  const [name] = listSubmissions(store) as [string];
  for (const [index, folder] of folders.entries()) {
    updateStatus(folder, { state: 'finished' });
    writeAnalysis(answerPlaceOf(folder, 'evaluate', '0123456789abcdef'), {
      ...{ format: 1, analysis: 'evaluate', checkpoint: 4, params: {}, progress: 0.5, heartbeat: 0 },
      state: index === 0 ? 'running' : 'queued',
      cluster: { submission: name, index, timeouts: 0, cpuSeconds: 1, givenSeconds: 2 },
    });
  }
  slurm.answers.squeue = '77|0|NODE_FAIL|None|n7\n77|1|PENDING|Resources|\n';
  await look();
  const reader = openStore(store);
  const list = () => new AnalysisList().of(runs().map((run) => ({ ...run, taskOf: reader.taskOf.bind(reader) })));
  expect((await list()).map(({ state, message }) => [state, message])).toEqual([
    ['interrupted', 'Interrupted on n7: its node failed (NODE_FAIL); it can be asked again.'],
    ['queued', 'pending in Slurm: Resources'],
  ]);
  const job = analyseJob(folders[1]!, 'evaluate-0123456789abcdef', 4);
  recordOf(job).requestStop();
  await cancelTasks([job], slurm.ask);
  expect(slurm.argsOf('scancel')).toEqual([['77_1']]);
  expect((await list()).map(({ state }) => state)).toEqual(['interrupted', 'stopped']);
});

test('Slurm 10: one failed task never fails the sweep, and goes on alone', async () => {
  const { look, runs, slurm, store } = await submitted(4);
  slurm.answers.squeue =
    '77|0|RUNNING|None|n1\n77|1|FAILED|NonZeroExitCode|n1\n77|2|PENDING|Resources|\n77|3|PENDING|Priority|(null)\n';
  await look();
  expect(runs().map(({ state, message }) => [state, message])).toEqual([
    ['queued', 'running in Slurm'],
    ['failed', expect.stringContaining('it left no word')],
    ['queued', 'pending in Slurm: Resources'],
    ['queued', 'pending in Slurm: Priority'],
  ]);
  const { folders } = resumeRuns(runs().filter(({ state }) => state === 'failed'));
  await submitJobs([{ kind: 'train', run: folders[0]! }], { store, slurm: slurmOf(), lif: ['lif'], ask: slurm.ask });
  expect(slurm.argsOf('sbatch')[1]).toContain('--array=0-0');
});

test('Slurm 14: one command asks for all of them, no sooner than it is time, and later and later', async () => {
  const { slurm, store } = await submitted(5);
  writeSubmission(store, { ...readSubmission(store, listSubmissions(store)[0]!)!, name: 'another', job: '78' }, '');
  slurm.answers.squeue = ['77', '78']
    .map((a) => [0, 1, 2, 3, 4].map((i) => `${a}|${i}|PENDING|Resources|`).join('\n'))
    .join('\n');
  let now = Date.now();
  const look = () => lookAtCluster(store, { ask: slurm.ask, now: () => now });
  await look();
  await look();
  expect(slurm.argsOf('squeue')).toHaveLength(1);
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    const { next } = readStates(store);
    waits.push(next - Date.now());
    now = next + 1;
    await look();
  }
  expect(slurm.argsOf('squeue')).toHaveLength(9);
  expect(waits[0]).toBeGreaterThan(9000);
  expect(waits.at(-1)).toBeGreaterThan(59_000);
  expect(waits.at(-1)).toBeLessThan(61_000);
  expect(slurm.argsOf('sacct')).toHaveLength(0);
});

test('Slurm 6, 7: no answer, an empty one and accounting that is off are no failures; several misses are an end', async () => {
  const { look, runs, slurm, store } = await submitted(1);
  slurm.answers.squeue = { problem: 'slurm_load_jobs error: Unable to contact slurm controller' };
  slurm.answers.sacct = { problem: 'Slurm accounting storage is disabled' };
  for (let i = 0; i < 5; i++) expect(await look()).toMatch(/^Slurm does not answer: .*controller\.$/);
  expect(runs()).toMatchObject([{ state: 'queued', message: expect.stringContaining('does not answer') }]);
  slurm.answers.squeue = '';
  for (let i = 0; i < 2; i++) expect(await look()).toBe('');
  expect(runs()).toMatchObject([{ state: 'queued' }]);
  // It shows again: the count begins anew.
  slurm.answers.squeue = ['77|0|PENDING|Priority|\n', ''];
  for (let i = 0; i < 3; i++) await look();
  expect(runs()).toMatchObject([{ state: 'queued' }]);
  await look();
  expect(runs()).toMatchObject([
    { state: 'interrupted', message: expect.stringContaining('no longer knows its task') },
  ]);
  expect(listSubmissions(store)).toEqual([]);
});

test('Slurm 6: what the store says itself comes first: a finished run needs no accounting', async () => {
  const { look, runs, slurm, store, folders } = await submitted(2);
  updateStatus(folders[0]!, { state: 'finished' });
  slurm.answers.squeue = '77|0|FAILED|NonZeroExitCode|n1\n';
  slurm.answers.sacct = 'Welcome\n77_0|COMPLETED|n1\n77_1|CANCELLED by 12|None assigned\n';
  await look();
  expect(runs().map(({ state }) => state)).toEqual(['finished', 'stopped']);
  expect(slurm.argsOf('sacct')[0]).toContain('--jobs=77');
  expect(listSubmissions(store)).toEqual([]);
});

test('stop cancels all tasks with one command; those that wait are stopped at once, those that train by their task', async () => {
  const { jobs, runs, slurm, folders } = await submitted(3);
  updateStatus(folders[1]!, { state: 'running', pid: process.pid });
  for (const folder of folders) requestStop(folder);
  await cancelTasks(jobs, slurm.ask);
  expect(slurm.argsOf('scancel')).toEqual([['77_0', '77_1', '77_2']]);
  expect(runs().map(({ state }) => state)).toEqual(['stopped', 'running', 'stopped']);
});

test('a store of somebody else names no files outside of it and nothing to run', async () => {
  const { store } = storeOf(1);
  mkdirSync(join(store, 'slurm'));
  const wrong = {
    format: 1,
    name: 'evil',
    createdAt: 0,
    job: '1; rm',
    jobs: [{ run: '../../x' }],
    limitSeconds: 1,
    warnSeconds: 0,
    timeouts: 0,
  };
  writeFileSync(join(store, 'slurm', 'evil.json'), JSON.stringify(wrong));
  writeFileSync(join(store, 'slurm', 'states.json'), '{"format": 1');
  expect(readSubmission(store, 'evil')).toBeUndefined();
  expect(readSubmission(store, '../evil')).toBeUndefined();
  const slurm = new StandIn();
  expect(await lookAtCluster(store, { ask: slurm.ask })).toBe('');
});
