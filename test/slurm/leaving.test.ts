/** What makes tasks of a real cluster leave: partitions that cancel, a node that is drained, an hour that is over; analyses, too. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import { Cluster, missing, until } from './cluster.ts';
import { labOf } from './lab.ts';

const cluster = new Cluster(['n1', 'n2']);
const { lif, list, study, bitsOf, ended, storeIn } = labOf(cluster);

beforeAll(async () => {
  if (missing().length > 0)
    throw new Error(`This test needs ${missing().join(', ')}: apt-get install slurm-wlm munge.`);
  await cluster.open();
});
afterAll(() => cluster.close());
beforeEach(() => onTestFailed(() => console.error(cluster.logOf('slurmctld').slice(-6000))));

const squeue = (format: string, ...more: string[]) =>
  cluster
    .ask('squeue', '-h', '-o', format, ...more)
    .trim()
    .split('\n')
    .filter(Boolean);
/** Somebody who comes first takes all nodes for a moment. */
function preempt(): void {
  for (const node of cluster.nodes)
    cluster.ask('sbatch', '-p', 'high', '-w', node, '--exclusive', '-o', '/dev/null', '--wrap', 'sleep 2');
}

/** Starts the study in a store of its own, and resolves when all four runs train. */
async function training(name: string, partition: string) {
  const file = study(name, { epochs: 150, seeds: [1, 2], time: 30, partition });
  const store = storeIn(name);
  expect(await lif('run', file, '--store', store, '--detach', '--threads', '1')).toMatchObject({ code: 0 });
  let runs = await list(store);
  await until('four runs train', async () => {
    runs = await list(store);
    return runs.every(({ epoch }) => epoch >= 1);
  });
  return { file, store, runs };
}

const logOf = (folder: string) => readFileSync(join(folder, 'log.txt'), 'utf8');

let local: Record<string, string[]>;
beforeAll(async () => {
  const file = study('local', { epochs: 150, seeds: [1, 2], time: 30 });
  const store = storeIn('local');
  expect(await lif('run', file, '--store', store, '--executor', 'local')).toMatchObject({ code: 0 });
  local = await bitsOf(store);
}, 400_000);

test.each(['cut', 'cut0', 'low'])(
  'partition %s preempts: every run is put back, goes on and has the bits',
  async (partition) => {
    const { store } = await training(`preempted-${partition}`, partition);
    preempt();
    const runs = await ended(store);
    expect(runs.map(({ state, message }) => [state, message])).toEqual(runs.map(() => ['finished', undefined]));
    expect(runs.every(({ folder }) => /Left task .* since Slurm needs its node/.test(logOf(folder)))).toBe(true);
    expect(runs.every(({ folder }) => /Resumes after \d+ weight updates/.test(logOf(folder)))).toBe(true);
    expect(await bitsOf(store)).toEqual(local);
  },
);

test('a drained node lets its tasks finish and takes no more; one that is set down gives them to another', async () => {
  const { store } = await training('drained', 'low');
  cluster.ask('scontrol', 'update', 'NodeName=n2', 'State=DRAIN', 'Reason=test');
  const before = squeue('%i', '-w', 'n2', '-t', 'R').length;
  expect(before).toBeGreaterThan(0);
  cluster.ask('scontrol', 'update', 'NodeName=n1', 'State=DOWN', 'Reason=test');
  await until('nothing trains on n1', () => squeue('%i', '-w', 'n1', '-t', 'R').length === 0);
  cluster.ask('scontrol', 'update', 'NodeName=n1', 'State=RESUME');
  const runs = await ended(store);
  cluster.ask('scontrol', 'update', 'NodeName=n2', 'State=RESUME');
  expect(runs.map(({ state }) => state)).toEqual(runs.map(() => 'finished'));
  expect(await bitsOf(store)).toEqual(local);
});

test('analyses of a file are one array; a preemption puts them back, and the answers are those of this machine', async () => {
  const file = study('local', { epochs: 150, seeds: [1, 2], time: 30 });
  const store = join(cluster.folder, 'local', '.lif');
  const ask = ['analyse', file, 'landscape', '--set', 'points=51', '--store', store, '--json'];
  const asked = await lif(...ask, '--detach');
  expect(asked).toMatchObject({ code: 0 });
  await until('all four are asked', () => squeue('%i', '-t', 'R').length >= 4);
  preempt();
  // The same call looks on, and asks nothing twice.
  const { code, stdout, stderr } = await lif(...ask);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringMatching(/CPU-seconds/) });
  const states = cluster.ask('scontrol', 'show', 'job', '-o').split('\n');
  expect(states.filter((line) => / Restarts=[1-9]/.test(line) && /JobName=lif-/.test(line)).length).toBeGreaterThan(0);
  const results = (text: string) => JSON.parse(text).map(({ result }: { result: unknown }) => result);
  for (const { folder } of await list(store)) rmSync(join(folder, 'analyses'), { recursive: true });
  const here = await lif(...ask, '--executor', 'local');
  expect(results(here.stdout)).toEqual(results(stdout));
});
