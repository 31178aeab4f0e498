import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { askSlurm, environment } from '../../../../engine/executors/slurm/commands.ts';
import { slurmExecutor } from '../../../../engine/executors/slurm/executor.ts';
import { scriptText, secondsOf } from '../../../../engine/executors/slurm/script.ts';
import { idIn, submitJobs } from '../../../../engine/executors/slurm/submit.ts';
import { checkExperiment } from '../../../../engine/experiment/parse.ts';
import { listSubmissions, NO_STATES, readSubmission, writeStates } from '../../../../engine/runs/cluster.ts';
import { openStore } from '../../../../engine/runs/store.ts';
import { temporaryFolder } from '../../runs/fixtures.ts';
import { StandIn, slurmOf, storeOf } from './stand-in.ts';

afterEach(() => void vi.unstubAllEnvs());

const LIF = ['/opt/node js/bin/node', '/opt/lif.mjs'];
const FILE = `name: S
dataset: { name: delayed-xor, steps: 20, pulse: 5 }
network: { hidden: [4] }
variants: { a: {} }
`;

/** A folder whose commands are all there are. */
function commands(scripts: Record<string, string>): void {
  const bin = temporaryFolder();
  for (const [name, text] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  vi.stubEnv('PATH', bin);
}

test('Slurm 2, 13: one array for a study, with every field of the file as an argument of its own', async () => {
  const { store, jobs } = storeOf(3);
  const slurm = new StandIn();
  const fields = {
    partition: 'cpu',
    account: '0042',
    time: '1-12',
    memory: '4G',
    cpus: 2,
    gpus: 1,
    constraint: 'a&b',
    throttle: 2,
  };
  await submitJobs(jobs, { store, slurm: slurmOf(fields), lif: LIF, ask: slurm.ask });
  const [args] = slurm.argsOf('sbatch');
  const wanted = ['--array=0-2%2', '--partition=cpu', '--account=0042', '--time=1-12', '--mem=4G', '--cpus-per-task=2'];
  expect(args).toEqual(
    expect.arrayContaining([...wanted, '--gpus-per-node=1', '--constraint=a&b', '--requeue', '--parsable']),
  );
  // USR2, to the batch process: USR1 is eaten by libraries.
  expect(args!.find((arg) => arg.startsWith('--signal'))).toBe('--signal=B:USR2@120');
  expect(args!.some((arg) => arg.startsWith('--wrap'))).toBe(false);
  const [name] = listSubmissions(store);
  expect(readSubmission(store, name!)).toMatchObject({ job: '77', limitSeconds: 36 * 3600 });
  // Hours in the queue leave no sign of life, and are no interruption.
  vi.useFakeTimers({ now: Date.now() + 7_200_000, toFake: ['Date'] });
  expect(
    openStore(store)
      .summaries()
      .map(({ state }) => state),
  ).toEqual(['queued', 'queued', 'queued']);
  vi.useRealTimers();
});

test('Slurm 9: arrays stay below MaxArraySize, which caps the index; with a throttle they come one after the other', async () => {
  const { store, jobs } = storeOf(7);
  const slurm = new StandIn();
  slurm.answers.scontrol = 'Configuration data\nMaxArraySize            = 4\n';
  slurm.answers.sbatch = ['10', '11', '12'];
  await submitJobs(jobs, { store, slurm: slurmOf({ throttle: 5 }), lif: LIF, ask: slurm.ask });
  const arrays = slurm.argsOf('sbatch').map((args) => args.filter((arg) => /^--(array|dependency)/.test(arg)));
  expect(arrays).toEqual([
    ['--array=0-2%5'],
    ['--array=0-2%5', '--dependency=afterany:10'],
    ['--array=0-0%5', '--dependency=afterany:11'],
  ]);
  const tasks = listSubmissions(store).flatMap((name) => readSubmission(store, name)!.jobs.map(({ run }) => run));
  expect(new Set(tasks)).toEqual(new Set(jobs.map(({ run }) => run.split('/').at(-1))));
});

test('Slurm 8: the id is found under banners; a failure that took the jobs all the same submits them once', async () => {
  expect(idIn('Welcome to cluster 9!\n  1234;north\n')).toBe('1234');
  expect(idIn('Welcome\n')).toBeUndefined();
  const { store, jobs } = storeOf(1);
  const slurm = new StandIn();
  slurm.answers.sbatch = { problem: 'Unable to contact slurm controller (Socket timed out)' };
  slurm.answers.squeue = ['', '4711\n'];
  await submitJobs(jobs, { store, slurm: slurmOf(), lif: LIF, ask: slurm.ask, pauseMs: 1 });
  expect(slurm.argsOf('sbatch')).toHaveLength(1);
  const [name] = listSubmissions(store);
  expect(slurm.argsOf('squeue')[0]).toContain(`--name=lif-${name}`);
  expect(readSubmission(store, name!)?.job).toBe('4711');
});

test('what Slurm refuses is said in a sentence, and the runs can go on later', async () => {
  const { store, jobs } = storeOf(2);
  const slurm = new StandIn();
  slurm.answers.sbatch = { problem: 'sbatch: error: invalid partition specified: gold' };
  const refused = submitJobs(jobs, { store, slurm: slurmOf(), lif: LIF, ask: slurm.ask, pauseMs: 1 });
  await expect(refused).rejects.toThrow('Slurm did not take 2 runs: sbatch: error: invalid partition specified: gold.');
  expect(
    openStore(store)
      .summaries()
      .map(({ state }) => state),
  ).toEqual(['stopped', 'stopped']);
  expect(listSubmissions(store)).toEqual([]);
});

test('Slurm 17: a node that failed is left out of the next array', async () => {
  const { store, jobs } = storeOf(1);
  const slurm = new StandIn();
  await submitJobs(jobs, { store, slurm: slurmOf(), lif: LIF, ask: slurm.ask });
  writeStates(store, {
    ...NO_STATES,
    failedNodes: { 'n-7.rack': Date.now(), old: Date.now() - 2 * 86_400_000, 'x y;z': Date.now() },
  });
  await submitJobs(jobs, { store, slurm: slurmOf(), lif: LIF, ask: slurm.ask });
  expect(slurm.argsOf('sbatch')[1]).toContain('--exclude=n-7.rack');
});

test('Slurm 13: of the file only the lines of setup are read by a shell, and paths with anything in them stay one word', () => {
  const odd = `/a'b $(touch x) "c" \`d\`/store`;
  const text = scriptText(['export GREETING="hi there"'], ['/usr/bin/printf', '%s|', '$HOME', odd]);
  const { stdout } = spawnSync('/bin/bash', ['-c', text], { encoding: 'utf8', env: { SLURM_ARRAY_TASK_ID: '3' } });
  expect(stdout).toBe(`$HOME|${odd}|3|`);
  const failing = scriptText(['false', 'true'], ['/bin/echo', 'not reached']);
  expect(spawnSync('/bin/bash', ['-c', failing], { encoding: 'utf8' })).toMatchObject({ status: 1, stdout: '' });
});

test('Slurm 13: an account of digits stays text; what is no word of sbatch is refused on its line', () => {
  const account = (fields: string) => checkExperiment(`${FILE}slurm: ${fields}\n`, 's.lif.yaml');
  expect(account('{ account: 0042, time: 90 }').experiment?.slurm).toMatchObject({ account: '0042', time: '90' });
  const { diagnostics } = account('{ partition: "cpu --wrap=evil" }');
  expect(diagnostics).toMatchObject([{ severity: 'error', path: 'slurm.partition', range: { start: { line: 4 } } }]);
  for (const wrong of [
    '{ time: soon }',
    '{ setup: ["a\\nb"] }',
    '{ memory: lots }',
    '{ account: "-x" }',
    '{ nodes: 3 }',
  ])
    expect(account(wrong).diagnostics, wrong).toHaveLength(1);
  expect(['90', '90:30', '2:00:00', '1-12', '1-0:30', '1-0:0:5'].map(secondsOf)).toEqual([
    5400, 5430, 7200, 129_600, 88_200, 86_405,
  ]);
});

test('Slurm 12: real commands: the environment of an outer job is cleared, arguments arrive as they are, banners do not harm', async () => {
  const { store, jobs } = storeOf(1);
  const seen = join(temporaryFolder(), 'seen');
  commands({
    sbatch: `/usr/bin/env | /bin/grep -E '^(SLURM|SBATCH|PMI)' | /usr/bin/sort > ${seen}; printf '%s\\n' "$@" >> ${seen}; echo "Welcome!"; echo 4711`,
    scontrol: 'echo "slurm_load_ctl_conf error" >&2; exit 1',
  });
  for (const [name, value] of Object.entries({
    SLURM_JOB_ID: '5',
    SLURM_MEM_PER_NODE: '9',
    PMI_RANK: '1',
    SLURM_CONF: '/c',
    SBATCH_ACCOUNT: 'mine',
  }))
    vi.stubEnv(name, value);
  expect(environment()).not.toHaveProperty('SLURM_JOB_ID');
  await submitJobs(jobs, { store, slurm: slurmOf({ setup: ['module load x'] }), lif: LIF, ask: askSlurm });
  const lines = readFileSync(seen, 'utf8').trim().split('\n');
  expect(lines.slice(0, 3)).toEqual(['SBATCH_ACCOUNT=mine', 'SLURM_CONF=/c', '--parsable']);
  const script = readFileSync(lines.at(-1)!, 'utf8');
  expect(script).toContain(
    `set -e\nmodule load x\nset +e\nexec '/opt/node js/bin/node' '/opt/lif.mjs' 'task' '${store}'`,
  );
});

test('without Slurm there is one sentence, and nothing of the runs is lost', async () => {
  const { store, jobs } = storeOf(1);
  commands({});
  const submitted = submitJobs(jobs, { store, slurm: slurmOf(), lif: LIF, ask: askSlurm });
  await expect(submitted).rejects.toThrow(
    /^There is no Slurm here: scontrol is not on the PATH; .*--executor local\.$/,
  );
  expect(openStore(store).summaries()).toMatchObject([{ state: 'stopped' }]);
  await expect(slurmExecutor(LIF, slurmOf()).ready()).rejects.toThrow(
    'There is no Slurm here: sbatch is not on the PATH',
  );
});
