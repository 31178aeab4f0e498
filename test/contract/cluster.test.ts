/** `lif run` and `lif analyse` on a cluster, whose commands are stand-ins that carry out their tasks on this machine. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { builtFile } from '../../engine/base/paths.ts';
import { Lab } from './fake/lab.ts';
import { FakeSlurm } from './fake/slurm.ts';

const STUDY = `name: S
executor: slurm
dataset: { name: delayed-xor, steps: 30, trainSamples: 200, testSamples: 150, validationSamples: 60 }
network: { hidden: [8] }
training: { epochs: 2 }
variants: { a: {}, b: { neuron: { reset: none } } }
analyses: { evaluate: { split: test } }
`;

let lab: Lab;
let slurm: FakeSlurm;
beforeAll(async () => {
  lab = await new Lab().open(builtFile('lif.mjs'));
  slurm = new FakeSlurm(lab.folder);
  lab.environment = { PATH: slurm.path };
  lab.file('study.lif.yaml', STUDY);
});
afterAll(() => lab?.close());

const pathOf = (variant: string, analysis: string) => {
  const folder = join(lab.run(variant).folder, 'analyses');
  const name = readdirSync(folder).find((each) => each.startsWith(`${analysis}-`) && each.endsWith('.json'));
  return join(folder, name!);
};
const answerOf = (variant: string, analysis: string) => JSON.parse(readFileSync(pathOf(variant, analysis), 'utf8'));

test('what a file asks of its runs is answered by their tasks, and waited for; CPU-seconds are told', async () => {
  const { code, stderr } = await lab.lif('run', 'study.lif.yaml');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(stderr).toMatch(/The tasks used \d+ of the \d+ CPU-seconds that they were given/);
  for (const variant of ['a', 'b']) {
    const { state, result } = lab.run(variant);
    expect(state).toBe('finished');
    const answer = answerOf(variant, 'evaluate');
    expect(answer).toMatchObject({ state: 'finished', result: { accuracy: result!.accuracy } });
    // What training took is not counted twice.
    expect(answer.cluster.cpuSeconds).toBeLessThan(lab.status(lab.run(variant)).cluster!.cpuSeconds);
  }
}, 180_000);

test('an analysis of a file is one array, and its answers are those of this machine to the bit', async () => {
  const ask = (...more: string[]) => lab.lif('analyse', 'study.lif.yaml', 'spikes', '--json', ...more);
  const onCluster = await ask();
  expect(onCluster).toMatchObject({ code: 0, stderr: expect.stringMatching(/CPU-seconds that they were given/) });
  const [a, b] = JSON.parse(onCluster.stdout);
  expect([a.state, b.state]).toEqual(['finished', 'finished']);
  expect(answerOf('a', 'spikes').cluster).toMatchObject({ task: '2_0' });
  for (const variant of ['a', 'b']) rmSync(pathOf(variant, 'spikes'));
  const here = JSON.parse((await ask('--executor', 'local')).stdout);
  expect(here.map(({ result }: { result: unknown }) => result)).toEqual([a.result, b.result]);
  expect(answerOf('a', 'spikes')).not.toHaveProperty('cluster');
}, 180_000);

const running = () => expect(answerOf('a', 'landscape')).toMatchObject({ state: 'running' });
const LANDSCAPE = ['landscape', '--set', 'points=41', '--set', 'samples=150'];

test('one that waits says for what, is stopped at once, and asked again begins', async () => {
  slurm.full = true;
  const { id } = lab.run('a');
  const detached = await lab.lif('analyse', 'study.lif.yaml', ...LANDSCAPE, '--detach');
  expect(detached).toMatchObject({ code: 0, stdout: expect.stringContaining('They are asked on the cluster') });
  const stopped = await lab.lif('stop', id, '--json');
  expect(stopped.code).toBe(0);
  expect(JSON.parse(stopped.stdout).analyses).toEqual([{ run: id, analysis: 'landscape', state: 'stopped' }]);
  const watching = lab.start('analyse', id, ...LANDSCAPE);
  let said = '';
  watching.child.stderr!.on('data', (words) => (said += words));
  await vi.waitFor(() => expect(said).toMatch(/^pending in Slurm: Resources/m), { timeout: 60_000 });
  slurm.full = false;
  await vi.waitFor(running, { timeout: 60_000, interval: 20 });
  // Ctrl-C stops what trains on the cluster, too.
  watching.child.kill('SIGINT');
  expect(await watching.ended).toMatchObject({ code: 130 });
  expect(answerOf('a', 'landscape').state).toBe('stopped');
}, 180_000);

test('one whose task is warned is put back by it, goes on from its part, and has the same bits in the end', async () => {
  const { id } = lab.run('a');
  const watching = lab.start('analyse', id, ...LANDSCAPE, '--json');
  await vi.waitFor(running, { timeout: 60_000, interval: 20 });
  slurm.signal(answerOf('a', 'landscape').cluster.task, 'SIGUSR2');
  const putBack = () => expect(answerOf('a', 'landscape')).toMatchObject({ state: 'queued' });
  await vi.waitFor(putBack, { timeout: 20_000, interval: 10 });
  expect(answerOf('a', 'landscape').message).toMatch(/^Left task \d+_0 after .*, since Slurm needs its node; goes on/);
  const { code, stdout } = await watching.ended;
  expect(code).toBe(0);
  const onCluster = JSON.parse(stdout);
  expect(onCluster.state).toBe('finished');
  rmSync(pathOf('a', 'landscape'));
  const here = await lab.lif('analyse', id, ...LANDSCAPE, '--executor', 'local', '--json');
  expect(JSON.parse(here.stdout).result).toEqual(onCluster.result);
}, 180_000);
