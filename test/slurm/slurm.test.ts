/** Runs on a real cluster of this machine, whose tasks meet all that a cluster does to them, have the bits of local runs. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import type { RunSummary } from '../../protocol/runs.ts';
import { Cluster, missing, until } from './cluster.ts';

const LIF = new URL('../../dist/lif.mjs', import.meta.url).pathname;
const cluster = new Cluster();

beforeAll(async () => {
  if (missing().length > 0)
    throw new Error(`This test needs ${missing().join(', ')}: apt-get install slurm-wlm munge.`);
  await cluster.open();
});
afterAll(() => cluster.close());

async function lif(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const cwd = cluster.folder;
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [LIF, ...args], { cwd, env: cluster.env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, stdout, stderr };
  }
}

const list = async (store: string): Promise<RunSummary[]> =>
  JSON.parse((await lif('list', '--store', store, '--json')).stdout).runs;

function study(name: string, fields: { epochs: number; seeds: number[]; time: number }): string {
  const file = join(cluster.folder, `${name}.lif.yaml`);
  writeFileSync(
    file,
    `name: ${name}
executor: slurm
dataset: { name: delayed-xor, steps: 20, pulse: 5, trainSamples: 5000 }
network: { hidden: [16] }
training: { epochs: ${fields.epochs} }
variants:
  baseline: {}
  without reset: { neuron: { reset: none } }
seeds: [${fields.seeds.join(', ')}]
slurm: { partition: low, time: ${fields.time}, memory: 500, setup: ['export FROM_SETUP=1'] }
`,
  );
  return file;
}

/** What was logged of each variant and seed, without what is no result: times, and where it went on. */
async function bitsOf(store: string): Promise<Record<string, string[]>> {
  const bits: Record<string, string[]> = {};
  for (const { variant, seed, folder } of await list(store)) {
    const lines = readFileSync(join(folder, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const counting: Record<string, unknown>[] = [];
    for (const line of lines) {
      if (line.kind === 'resume')
        while (counting.length > 0 && (counting.at(-1)!.step as number) > line.step) counting.pop();
      else counting.push(line);
    }
    bits[`${variant} ${seed}`] = counting.map(({ seconds: _, ...line }) => JSON.stringify(line));
  }
  return bits;
}

const running = () => cluster.ask('squeue', '-h', '-t', 'R', '-o', '%i %N %P').trim().split('\n').filter(Boolean);
const onNode = (node: string) => running().filter((line) => line.includes(` ${node} `));

test('an array of 20 with a preemption, a killed node daemon and a cancelled task has the bits of local runs', async () => {
  onTestFailed(() => console.error(cluster.logOf('slurmctld').slice(-6000)));
  const file = study('sweep', { epochs: 40, seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], time: 30 });
  const store = join(cluster.folder, 'cluster', '.lif');
  mkdirSync(join(cluster.folder, 'cluster'));
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
  let runs: RunSummary[] = [];
  const end = performance.now() + 400_000;
  do {
    runs = await list(store);
    await new Promise((done) => setTimeout(done, 2000));
  } while (runs.some(({ state }) => state === 'running' || state === 'queued') && performance.now() < end);
  expect(runs.map(({ state }) => state).filter((state) => state === 'finished')).toHaveLength(19);
  expect(runs.filter(({ state }) => state === 'stopped')).toMatchObject([
    { message: 'It was cancelled in Slurm; it can be resumed.' },
  ]);
  expect(runs.some(({ resumed }) => resumed !== undefined)).toBe(true);
  // What is missing is submitted alone, and watched to its end.
  const again = await lif('run', file, '--store', store);
  expect(again.stderr).toMatch(/The tasks used \d+ of the \d+ CPU-seconds that they were given/);
  expect(again.code).toBe(0);
  const local = join(cluster.folder, 'local', '.lif');
  mkdirSync(join(cluster.folder, 'local'));
  expect(await lif('run', file, '--store', local, '--executor', 'local')).toMatchObject({ code: 0 });
  expect(await bitsOf(store)).toEqual(await bitsOf(local));
});

test('a run that is longer than its time limit goes back into the queue by itself and goes on from its checkpoint', async () => {
  onTestFailed(() => console.error(cluster.logOf('slurmctld').slice(-6000)));
  const file = study('long', { epochs: 10, seeds: [1], time: 1 });
  const store = join(cluster.folder, 'long', '.lif');
  mkdirSync(join(cluster.folder, 'long'));
  const epochs = ['--set', 'training.epochs=400', '--set', 'training.evaluateEvery=100'];
  expect(await lif('run', file, '--store', store, '--detach', '--threads', '1', ...epochs)).toMatchObject({ code: 0 });
  let left: RunSummary[] = [];
  const end = performance.now() + 200_000;
  do {
    left = (await list(store)).filter(({ message }) => /time limit of 1 min 00 s is near/.test(message ?? ''));
    await new Promise((done) => setTimeout(done, 1000));
  } while (left.length === 0 && performance.now() < end);
  expect(left.length).toBeGreaterThan(0);
  expect(left[0]).toMatchObject({ state: 'queued' });
  // It begins again; that it goes on from its checkpoint is all there is to see, and stop ends it.
  const { id, folder } = left[0]!;
  await until('it goes on', () =>
    /Resumes after \d+ weight updates/.test(readFileSync(join(folder, 'log.txt'), 'utf8')),
  );
  expect((await lif('stop', id, '--store', store)).stdout).toBe(`${id}: stopped\n`);
});
