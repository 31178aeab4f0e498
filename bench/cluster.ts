/**
 * How long a study takes on a cluster, and what its tasks write, measured on a real Slurm of this machine beside the formula of
 * docs/scaling.md: `npm run bench -- --cluster`. Needs what `npm run test:slurm` needs; the second part needs strace.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Cluster, missing } from '../test/slurm/cluster.ts';

const LIF = fileURLToPath(new URL('lif.mjs', import.meta.url));
const RUNS = 6;
/** Some seconds of one thread. */
const EPOCHS = Number(process.env.LIF_BENCH_EPOCHS ?? 40);

interface Measured {
  nodes: number;
  /** From the submission to the first start, of a run's training, of a task besides, and from the submission to the last word; seconds. */
  wait: number;
  training: number;
  besides: number;
  /** Between the end of one task and the start of the next in its place. */
  gap: number;
  whole: number;
}

const study = (runs: number) => `name: Cost
executor: slurm
dataset: { name: delayed-xor, steps: 50, trainSamples: 5000 }
network: { hidden: [64] }
training: { epochs: ${EPOCHS} }
variants: { baseline: {} }
seeds: [${Array.from({ length: runs }, (_, i) => i + 1).join(', ')}]
slurm: { partition: low, time: 30, memory: 500, cpus: 1 }
`;

function lif(env: NodeJS.ProcessEnv, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [LIF, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`lif ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}

async function measure(nodes: number): Promise<Measured> {
  const cluster = new Cluster(
    Array.from({ length: nodes }, (_, i) => `n${i + 1}`),
    1,
  );
  try {
    await cluster.open();
    const file = join(cluster.folder, 'cost.lif.yaml');
    const store = join(cluster.folder, '.lif');
    writeFileSync(file, study(RUNS));
    lif(cluster.env, 'run', file, '--store', store, '--detach');
    const submitted = statSync(
      join(store, 'slurm', readdirSync(join(store, 'slurm')).find((n) => n.endsWith('.sh'))!),
    ).mtimeMs;
    for (;;) {
      const { runs } = JSON.parse(lif(cluster.env, 'list', '--store', store, '--json'));
      if (runs.every(({ state }: { state: string }) => state === 'finished')) break;
      await new Promise((done) => setTimeout(done, 3000));
    }
    const folders = readdirSync(join(store, 'runs')).filter((id) => !id.startsWith('.'));
    const statuses = folders.map((id) => {
      const {
        heartbeat,
        seconds,
        cluster: task,
      } = JSON.parse(readFileSync(join(store, 'runs', id, 'status.json'), 'utf8'));
      return { ended: heartbeat, training: seconds, given: task.givenSeconds };
    });
    const mean = (of: (status: (typeof statuses)[0]) => number) => statuses.reduce((sum, s) => sum + of(s), 0) / RUNS;
    const starts = statuses.map(({ ended, given }) => ended - 1000 * given).sort((a, b) => a - b);
    const ends = statuses.map(({ ended }) => ended).sort((a, b) => a - b);
    const gaps = starts.slice(nodes).map((start, i) => start - ends[i]!);
    return {
      nodes,
      wait: (starts[0]! - submitted) / 1000,
      training: mean((s) => s.training),
      besides: mean((s) => s.given - s.training),
      gap: gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length / 1000,
      whole: (Math.max(...statuses.map((s) => s.ended)) - submitted) / 1000,
    };
  } finally {
    await cluster.close();
  }
}

/** System calls of one task, which waits in a store for a stand-in of Slurm, by what they do to a shared file system. */
function writes(folder: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'sbatch'), '#!/bin/sh\necho 1\n', { mode: 0o755 });
  for (const name of ['squeue', 'sacct', 'scancel', 'scontrol'])
    writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  const file = join(folder, 'cost.lif.yaml');
  const store = join(folder, '.lif');
  writeFileSync(file, study(1));
  lif(env, 'run', file, '--store', store, '--detach');
  const [script] = readdirSync(join(store, 'slurm')).filter((name) => name.endsWith('.sh'));
  const trace = join(folder, 'trace');
  const calls = 'trace=openat,rename,renameat2,fsync,fdatasync,mkdir,unlink,stat,statx,lstat,newfstatat,write,pwrite64';
  const task = [process.execPath, LIF, 'task', store, script!.slice(0, -3), '0'];
  spawnSync('strace', ['-f', '-y', '-s', '0', '-e', calls, '-o', trace, ...task], {
    env: { ...env, SLURM_CPUS_PER_TASK: '1' },
  });
  const [id] = readdirSync(join(store, 'runs')).filter((name) => !name.startsWith('.'));
  const run = join(store, 'runs', id!);
  const { seconds } = JSON.parse(readFileSync(join(run, 'status.json'), 'utf8'));
  const lines = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => line.includes(run));
  const count = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;
  const rows: [string, number][] = [
    ['replacements of `status.json`', count(/ renam.*status\.json"/)],
    ['looks for `stop`', count(/ (l?stat|statx|newfstatat).*\/stop"/)],
    ['writes to `metrics.jsonl`', count(/ p?write(64)?\(.*metrics\.jsonl/)],
    ['writes to `log.txt`', count(/ p?write(64)?\(.*log\.txt/)],
    ['checkpoints', count(/ renam.*\.safetensors"/)],
    ['all files made', count(/ openat.*O_CREAT/)],
    ['all syncs', count(/ f(data)?sync\(/)],
  ];
  console.log(
    `\nOne task of ${seconds.toFixed(1)} s of training, ${EPOCHS} epochs, under strace:\n\n| | in all | each second |\n|---|---|---|`,
  );
  for (const [what, n] of rows) console.log(`| ${what} | ${n} | ${(n / seconds).toFixed(2)} |`);
  const files = readdirSync(run, { recursive: true, withFileTypes: true });
  const bytes = files.filter((f) => f.isFile()).reduce((sum, f) => sum + statSync(join(f.parentPath, f.name)).size, 0);
  console.log(
    `\nIt left ${files.filter((f) => f.isFile()).length} files in ${1 + files.filter((f) => f.isDirectory()).length} folders, ${(bytes / 1024).toFixed(0)} kB: ${files
      .map((f) => f.name)
      .sort()
      .join(', ')}`,
  );
}

if (missing().length > 0) throw new Error(`This needs ${missing().join(', ')}: apt-get install slurm-wlm munge.`);
console.log(`${RUNS} runs of one core each; nodes take one task at a time. Seconds.\n`);
console.log('| nodes | w | t | d | g | formula, with the g of one node | measured |\n|---|---|---|---|---|---|---|');
let oneNode: number | undefined;
for (const nodes of [1, 2]) {
  const { wait, training, besides, gap, whole } = await measure(nodes);
  oneNode ??= gap;
  const rounds = Math.ceil(RUNS / nodes);
  const formula = wait + rounds * (training + besides) + (rounds - 1) * oneNode;
  console.log(`| ${[nodes, ...[wait, training, besides, gap, formula, whole].map((s) => s.toFixed(1))].join(' | ')} |`);
}
const { folder } = new Cluster([]);
writes(folder);
