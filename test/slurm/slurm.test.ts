/** Runs on a real cluster of this machine, whose tasks meet all that a cluster does to them, have the bits of local runs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { Cluster, missing, until } from './cluster.ts';
import { labOf } from './lab.ts';

const cluster = new Cluster();

beforeAll(async () => {
  if (missing().length > 0)
    throw new Error(`This test needs ${missing().join(', ')}: apt-get install slurm-wlm munge.`);
  await cluster.open();
});
afterAll(() => cluster.close());

const { lif, study, bitsOf, ended, storeIn } = labOf(cluster);

const running = () => cluster.ask('squeue', '-h', '-t', 'R', '-o', '%i %N %P').trim().split('\n').filter(Boolean);
const onNode = (node: string) => running().filter((line) => line.includes(` ${node} `));

test('an array of 20 with a preemption, a killed node daemon and a cancelled task has the bits of local runs', async () => {
  onTestFailed(() => console.error(cluster.logOf('slurmctld').slice(-6000)));
  const file = study('sweep', { epochs: 40, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], time: 30 });
  const store = storeIn('cluster');
  expect(await lif('run', file, '--store', store, '--detach')).toMatchObject({ code: 0 });
  // MaxArraySize is 16, so indices end at 14: two arrays.
  expect(readdirSync(join(store, 'slurm')).filter((name) => name.endsWith('.sh'))).toHaveLength(2);
  await until('tasks run on both nodes', () => onNode('n1').length > 0 && onNode('n2').length > 0);
  // All of them train, so that there is something to go on from.
  const trains = (id: string) =>
    existsSync(join(store, 'runs', id, 'log.txt')) &&
    /Epoch 1 /.test(readFileSync(join(store, 'runs', id, 'log.txt'), 'utf8'));
  await until('four runs train', () => readdirSync(join(store, 'runs')).filter(trains).length >= 4);
  const cancelled = cluster.ask('squeue', '-h', '-t', 'R', '-w', 'n2', '-o', '%F_%K').trim().split('\n')[0]!;
  cluster.ask('scancel', cancelled);
  cluster.ask('sbatch', '-p', 'high', '-w', 'n1', '--exclusive', '-o', '/dev/null', '--wrap', 'sleep 3');
  await until('somebody else has the node', () => onNode('n1').some((line) => line.endsWith('high')));
  cluster.killNode('n2');
  await until('its daemon is missed', () => /n2 .*down/.test(cluster.ask('sinfo', '-h', '-N', '-o', '%N %T')));
  cluster.startNode('n2');
  const runs = await ended(store);
  expect(runs.map(({ state }) => state).filter((state) => state === 'finished')).toHaveLength(19);
  expect(runs.filter(({ state }) => state === 'stopped')).toMatchObject([
    { message: 'It was cancelled in Slurm; it can be resumed.' },
  ]);
  expect(runs.some(({ resumed }) => resumed !== undefined)).toBe(true);
  // What is missing is submitted alone, and watched to its end.
  const again = await lif('run', file, '--store', store);
  expect(again.stderr).toMatch(/The tasks used \d+ of the \d+ CPU-seconds that they were given/);
  expect(again.code).toBe(0);
  const local = storeIn('local');
  expect(await lif('run', file, '--store', local, '--executor', 'local')).toMatchObject({ code: 0 });
  expect(await bitsOf(store)).toEqual(await bitsOf(local));
});

test('a run that is longer than its time limit goes back into the queue by itself, as often as it must, and has the bits of a local run', async () => {
  onTestFailed(() => console.error(cluster.logOf('slurmctld').slice(-6000)));
  const file = study('long', { epochs: 400, seeds: [1], time: 1 });
  const settings = ['--threads', '1', '--set', 'training.evaluateEvery=100'];
  const store = storeIn('long');
  expect(await lif('run', file, '--store', store, '--detach', ...settings)).toMatchObject({ code: 0 });
  const runs = await ended(store, 500);
  expect(runs.map(({ state, message }) => [state, message])).toEqual(runs.map(() => ['finished', undefined]));
  for (const { folder } of runs) {
    const log = readFileSync(join(folder, 'log.txt'), 'utf8');
    expect(log).toMatch(/time limit of 1 min 00 s is near/);
    expect(log).toMatch(/Resumes after \d+ weight updates/);
  }
  const local = storeIn('long-local');
  expect(await lif('run', file, '--store', local, '--executor', 'local', ...settings)).toMatchObject({ code: 0 });
  expect(await bitsOf(store)).toEqual(await bitsOf(local));
});
