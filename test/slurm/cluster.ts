/** A cluster of Slurm in a folder: controller, node daemons and munge of this machine, all on its loopback, none as a service. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue'];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** What is missing here to run one; empty when nothing is. */
export function missing(): string[] {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return ['Linux, as root'];
  return PROGRAMS.filter((name) => !PATH.split(':').some((folder) => existsSync(join(folder, name))));
}

export class Cluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'lif-slurm-'));
  private readonly daemons = new Map<string, ChildProcess>();

  /** @param cpus of each node, whatever this machine has */
  constructor(
    readonly nodes: readonly string[] = ['n1', 'n2'],
    private readonly cpus = 2,
  ) {}

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PATH, SLURM_CONF: join(this.folder, 'slurm.conf') };
  }

  /** @param settings lines of slurm.conf beyond those of a small cluster */
  async open(settings: readonly string[] = []): Promise<this> {
    // munge and Slurm want folders that nobody else can write.
    chmodSync(this.folder, 0o755);
    for (const name of ['state', 'munge']) mkdirSync(join(this.folder, name), { mode: 0o755 });
    const key = join(this.folder, 'munge', 'key');
    writeFileSync(key, Buffer.from(crypto.getRandomValues(new Uint8Array(128))), { mode: 0o600 });
    const ports = await freePorts(this.nodes.length + 1);
    writeFileSync(join(this.folder, 'slurm.conf'), this.configuration(ports, settings));
    const munge = (name: string) => join(this.folder, 'munge', name);
    this.start('munged', [
      '--foreground',
      '--force',
      `--key-file=${key}`,
      `--socket=${munge('socket')}`,
      `--pid-file=${munge('pid')}`,
      `--log-file=${munge('log')}`,
      `--seed-file=${munge('seed')}`,
    ]);
    await until('munge answers', () => existsSync(munge('socket')));
    this.start('slurmctld', ['-D', '-i']);
    for (const node of this.nodes) this.startNode(node);
    await until('all nodes are idle', () => this.ask('sinfo', '-h', '-o', '%T').trim() === 'idle');
    return this;
  }

  startNode(node: string): void {
    mkdirSync(join(this.folder, `spool.${node}`), { recursive: true });
    this.start(node, ['-D', '-N', node], 'slurmd');
  }

  /** Ends the daemon of a node at once; what it runs goes on. */
  killNode(node: string): void {
    this.daemons.get(node)?.kill('SIGKILL');
    this.daemons.delete(node);
  }

  /** Standard output of a command of Slurm; empty when it fails. */
  ask(command: string, ...args: string[]): string {
    try {
      return execFileSync(command, args, { env: this.env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch {
      return '';
    }
  }

  logOf(daemon: string): string {
    return readFileSync(join(this.folder, `${daemon}.log`), 'utf8');
  }

  async close(): Promise<void> {
    this.ask('scancel', '--user=root');
    await delay(1000);
    const left = [...this.daemons.values()];
    for (const daemon of left.toReversed()) daemon.kill('SIGTERM');
    await Promise.race([
      Promise.all(left.map((d) => d.exitCode !== null || new Promise((r) => d.once('exit', r)))),
      delay(5000),
    ]);
    for (const daemon of left) daemon.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private start(name: string, args: string[], program = name): void {
    const log = join(this.folder, `${name}.log`);
    const daemon = spawn(program, args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [daemon.stdout!, daemon.stderr!])
      stream.on('data', (words) => writeFileSync(log, words, { flag: 'a' }));
    writeFileSync(log, '', { flag: 'a' });
    this.daemons.set(name, daemon);
  }

  private configuration([control, ...ports]: number[], settings: readonly string[]): string {
    const { folder } = this;
    return [
      'ClusterName=loop',
      'SlurmctldHost=localhost(127.0.0.1)',
      `SlurmctldPort=${control}`,
      'SlurmUser=root',
      'SlurmdUser=root',
      'AuthType=auth/munge',
      // Credentials that end soon let a task that was sent back begin again soon.
      `AuthInfo=socket=${folder}/munge/socket,cred_expire=5`,
      `StateSaveLocation=${folder}/state`,
      `SlurmdSpoolDir=${folder}/spool.%n`,
      `SlurmctldPidFile=${folder}/slurmctld.pid`,
      `SlurmdPidFile=${folder}/slurmd.%n.pid`,
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'SwitchType=switch/none',
      'MpiDefault=none',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core_Memory',
      'SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=100000',
      'AccountingStorageType=accounting_storage/none',
      'JobAcctGatherType=jobacct_gather/none',
      'PreemptType=preempt/partition_prio',
      'PreemptMode=REQUEUE',
      'KillWait=10',
      'SlurmdTimeout=10',
      'ReturnToService=2',
      'MaxArraySize=16',
      ...settings,
      ...this.nodes.map(
        (node, i) =>
          `NodeName=${node} NodeHostname=localhost NodeAddr=127.0.0.1 Port=${ports[i]} CPUs=${this.cpus} RealMemory=4000 State=UNKNOWN`,
      ),
      'PartitionName=low Nodes=ALL Default=YES PriorityTier=1 MaxTime=INFINITE State=UP',
      // Two that cancel what they preempt: with time to leave, and at once.
      'PartitionName=cut Nodes=ALL PriorityTier=1 PreemptMode=CANCEL GraceTime=3 MaxTime=INFINITE State=UP',
      'PartitionName=cut0 Nodes=ALL PriorityTier=1 PreemptMode=CANCEL GraceTime=0 MaxTime=INFINITE State=UP',
      'PartitionName=high Nodes=ALL PriorityTier=10 MaxTime=INFINITE State=UP',
      '',
    ].join('\n');
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((done) => server.once('listening', done))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Rejects when it takes longer than a minute or two. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 90): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Waited ${seconds} s in vain until ${what}.`);
    await delay(200);
  }
}
