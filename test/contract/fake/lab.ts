/** A workspace with an experiment file and a `lif` command of its own, for tests on the level of processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Status } from '../../../engine/runs/format.ts';
import { MetricsReader } from '../../../engine/runs/metrics/reader.ts';
import { readStatus } from '../../../engine/runs/read.ts';
import { openStore } from '../../../engine/runs/store.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { VALIDATED } from './trainer.ts';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Ended>;
}

export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), 'lif-lab-'));
  readonly store = join(this.folder, '.lif');
  /** Of all commands that are started from now on. */
  environment: Record<string, string> = {};
  private script = join(this.folder, 'bin', 'lif.mjs');
  private readonly started: ChildProcess[] = [];

  /** Bundles the command with the fake trainer; `built` is one with the real one. */
  async open(built?: string): Promise<this> {
    // Slots of its own: tests must not wait for a study that trains on this machine.
    mkdirSync(join(this.folder, 'tmp'));
    // The store belongs here, whatever lies above.
    mkdirSync(join(this.folder, '.git'));
    if (built !== undefined) this.script = built;
    else await this.bundle();
    return this;
  }

  private async bundle(): Promise<void> {
    const banner = "import { createRequire as r } from 'node:module'; const require = r(import.meta.url);";
    await build({
      entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
      outfile: this.script,
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'esm',
      banner: { js: banner },
      logLevel: 'error',
    });
  }

  close(): void {
    for (const child of this.started) child.kill('SIGKILL');
    for (const run of this.runs()) {
      const { pid } = this.status(run);
      if (pid !== undefined && (run.state === 'running' || run.state === 'queued')) kill(pid);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Deletes all runs. */
  clear(): void {
    rmSync(this.store, { recursive: true, force: true });
  }

  /** Writes `study.lif.yaml`; its variants differ in the threshold, which the fake trainer does not mind. */
  study({ variants, seeds = [1], epochs = 3, step = 1, validation = false, more = '' }: StudyOptions): string {
    const names = variants
      .map((name, i) => `  ${JSON.stringify(name)}: ${i === 0 ? '{}' : `{ neuron: { threshold: ${i} } }`}\n`)
      .join('');
    return this.file(
      'study.lif.yaml',
      `name: ${validation ? VALIDATED : 'Test study'}
dataset: { name: delayed-xor, steps: 30 }
network: { hidden: [4] }
training: { epochs: ${epochs}, learningRate: ${step / 1000} }
seeds: [${seeds.join(', ')}]
${more}variants:
${names}`,
    );
  }

  file(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Starts `lif` in the workspace. */
  start(...args: string[]): Running {
    return this.spawn(process.execPath, [this.script, ...args]);
  }

  /** Starts `lif` with a pipe to its standard input; what it prints is for who holds it. */
  piped(...args: string[]): Running {
    return this.spawn(process.execPath, [this.script, ...args], 'pipe');
  }

  /** Runs `lif` after a command of the shell, one that sets limits, say. */
  limited(before: string, ...args: string[]): Promise<Ended> {
    const words = ['-c', `${before} && exec "$@"`, 'sh', process.execPath, this.script, ...args];
    return this.spawn('/bin/sh', words).ended;
  }

  private spawn(program: string, args: string[], input: 'ignore' | 'pipe' = 'ignore'): Running {
    const child = spawn(program, args, {
      cwd: this.folder,
      env: {
        ...process.env,
        TMPDIR: join(this.folder, 'tmp'),
        LIF_DATA: join(this.folder, 'data'),
        NO_COLOR: '1',
        ...this.environment,
      },
      stdio: [input, 'pipe', 'pipe'],
    });
    this.started.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout!.on('data', (data) => (stdout += data));
    child.stderr!.on('data', (data) => (stderr += data));
    const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
    return { child, ended };
  }

  lif(...args: string[]): Promise<Ended> {
    return this.start(...args).ended;
  }

  runs(): RunSummary[] {
    return openStore(this.store).summaries();
  }

  /** The only run of a variant. */
  run(variant: string): RunSummary {
    const runs = this.runs().filter((run) => run.variant === variant);
    if (runs.length !== 1) throw new Error(`expected one run of ${variant}, seen ${runs.length}`);
    return runs[0]!;
  }

  status(run: RunSummary): Partial<Status> {
    const status = readStatus(run.folder);
    return 'value' in status ? status.value : {};
  }

  /** All that was logged, in the form in which it counts; without the times. */
  metrics(run: RunSummary) {
    const reader = new MetricsReader(run.folder);
    reader.refresh();
    const { train, epochs } = reader.history;
    return { train, epochs: epochs.map(({ seconds: _, ...line }) => line), damage: reader.damage };
  }

  log(run: RunSummary): string {
    const file = join(run.folder, 'log.txt');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Waits until the runs of the store are as wanted. */
  async until(what: string, wanted: (runs: RunSummary[]) => boolean): Promise<RunSummary[]> {
    const deadline = Date.now() + 40_000;
    for (;;) {
      const runs = this.runs();
      if (wanted(runs)) return runs;
      if (Date.now() > deadline) {
        const seen = runs.map((run) => `${run.variant} ${run.state} ${run.epoch}/${run.epochs} ${run.message ?? ''}`);
        throw new Error(`expected ${what}, seen after 40 s: ${seen.join('; ') || 'no runs'}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export interface StudyOptions {
  variants: string[];
  seeds?: number[];
  epochs?: number;
  /** Milliseconds per step; an epoch has four. */
  step?: number;
  validation?: boolean;
  /** More lines of the file. */
  more?: string;
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
