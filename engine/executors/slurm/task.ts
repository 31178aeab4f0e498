/** What a task of an array does on its node: the job of its number, and what follows when it has to leave. */
import { setTimeout as delay } from 'node:timers/promises';
import { duration } from '../../../protocol/format.ts';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import { RunBusyError } from '../../jobs/claim.ts';
import { executeJob } from '../../jobs/execute.ts';
import type { Ending, ExecuteOptions } from '../../jobs/execute-options.ts';
import type { Job } from '../../jobs/job.ts';
import { recordOf } from '../../jobs/job-record.ts';
import { requestWished } from '../../jobs/request.ts';
import { readSubmission, removeEmptyOutput, type Submission } from '../../runs/cluster.ts';
import { idOf, namesIn } from '../../runs/folder.ts';
import type { ClusterTask } from '../../runs/format.ts';
import type { Ask } from './commands.ts';
import { jobOf } from './look.ts';

/** Slurm looks for jobs to warn about every half minute, and warns up to a minute early. */
const SLACK_SECONDS = 60;
/** Between two tries to take over a run that another process still writes. */
const BUSY_MS = 5000;

export interface TaskOptions {
  store: string;
  submission: string;
  index: number;
  loadTrainer: ExecuteOptions['loadTrainer'];
  ask: Ask;
  env?: NodeJS.ProcessEnv;
  /** Hears the signals of Slurm; by default this process does. */
  signals?: Pick<NodeJS.Process, 'on'>;
  busyMs?: number;
}

/** Why a task has to leave: the limit of its time, or somebody who comes first. */
export function causeOf(elapsedSeconds: number, { limitSeconds, warnSeconds }: Submission): 'timeout' | 'preempted' {
  return elapsedSeconds >= limitSeconds - warnSeconds - SLACK_SECONDS ? 'timeout' : 'preempted';
}

/** Does the job of this task. Resolves to the exit code. Rejects with a UserError when there is no such task. */
export async function runTask(options: TaskOptions): Promise<number> {
  const { store, index, ask, env = process.env, signals = process } = options;
  const submission = readSubmission(store, options.submission);
  if (!submission || index >= submission.jobs.length)
    throw new UserError(
      `${store} holds no task ${index} of ${options.submission}: it was deleted, or this node does not see the same file system.`,
    );
  const task = new Task(submission, index, env);
  // USR1 would open a debugger of Node's; CONT comes before TERM and says nothing by itself.
  for (const name of ['SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const) signals.on(name, () => task.leave(name));
  signals.on('SIGCONT', () => {});
  let code = 0;
  let job: Job | undefined = jobOf(store, submission, index);
  const rest: Job[] = [];
  for (; job; job = rest.shift()) {
    const ending = await carryOut(job, task, submission, options);
    if (ending === 'failed') code = 1;
    if (ending === 'queued') await goBack(task, job, ask, env);
    // A question that has no answer takes no other one along.
    if (ending !== 'finished' && (ending !== 'failed' || job.kind === 'train')) break;
    if (job.kind === 'train') rest.push(...(await wished(job.run)));
  }
  removeEmptyOutput(store, submission.name, index);
  return code;
}

/** What the file asks of a run that has been trained; what cannot be asked is said in the output of the task. */
async function wished(run: string): Promise<Job[]> {
  try {
    return (await requestWished(run)).map(({ job }) => job);
  } catch (error) {
    process.stderr.write(`What is to be asked of ${idOf(run)} cannot be: ${reason(error)}\n`);
    return [];
  }
}

async function carryOut(
  job: Job,
  task: Task,
  submission: Submission,
  { loadTrainer, busyMs = BUSY_MS }: TaskOptions,
): Promise<Ending | 'failed'> {
  const record = recordOf(job);
  for (;;) {
    // Listing a folder makes a network file system ask again what is in it.
    namesIn(job.run);
    const known = record.cluster();
    const ours = known === undefined ? job.kind === 'analyse' : task.owns(known);
    const state = record.state();
    if (!ours || (state !== 'queued' && state !== 'running')) return state === 'finished' ? 'finished' : 'stopped';
    if (record.isStopRequested()) {
      record.update({ state: 'stopped', message: undefined });
      record.clearStop();
      return 'stopped';
    }
    task.begin(job, known);
    try {
      return await executeJob(job, {
        threads: task.threads,
        checkpointSeconds: task.checkpointSeconds,
        maxSeconds: submission.maxSeconds,
        loadTrainer,
        signal: task.signal,
        leaves: () => task.sentence,
        cluster: () => task.account(),
      });
    } catch (error) {
      if (!(error instanceof RunBusyError)) return 'failed';
      // An earlier attempt on a node that was given up may still be at it: its bits are the same.
      if (task.signal.aborted) return 'queued';
      await delay(busyMs, undefined, { signal: task.signal }).catch(() => {});
    }
  }
}

/** Back into the queue, when Slurm does not do it by itself; or no more, after too many time limits. */
async function goBack(task: Task, job: Job, ask: Ask, env: NodeJS.ProcessEnv): Promise<void> {
  const record = recordOf(job);
  if (task.cause === 'timeout' && task.timeoutsLeft < 0) {
    record.update({
      state: 'failed',
      message: `The ${job.kind === 'train' ? 'run' : 'analysis'} reached its time limit of ${duration(task.limit)} more often than slurm.timeouts allows: give slurm.time more, and ${job.kind === 'train' ? 'resume it' : 'ask it again'}.`,
      cluster: task.account(),
    });
    return;
  }
  const id = env.SLURM_ARRAY_JOB_ID === undefined ? undefined : `${env.SLURM_ARRAY_JOB_ID}_${env.SLURM_ARRAY_TASK_ID}`;
  // After TERM alone Slurm does what it was told: it requeues, or it was cancelled by hand, or it cancels for somebody else.
  if (!task.warned && !(await isCancelledForOthers(id, ask))) return;
  const said = id === undefined ? undefined : await ask('scontrol', ['requeue', id]);
  if (said?.ok) return;
  // The next look finds the task ended and the run interrupted.
  process.stderr.write(`scontrol requeue: ${said?.problem ?? 'this is no task of an array'}\n`);
}

/** Whether a partition takes the node of a task without putting it back: such a task has a time of preemption while it ends. */
async function isCancelledForOthers(id: string | undefined, ask: Ask): Promise<boolean> {
  if (id === undefined) return false;
  const { out } = await ask('scontrol', ['show', 'job', id]);
  return /\bPreemptTime=\d/.test(out);
}

class Task {
  private readonly abort = new AbortController();
  private readonly start = performance.now();
  private readonly cores: number;
  private readonly name: string;
  /** What is being done, and what was used when it began: of the first job, nothing. */
  private job: Job | undefined;
  private before: ClusterTask | undefined;
  private cpuBefore = 0;
  private secondsBefore = 0;
  cause: 'timeout' | 'preempted' | undefined;
  /** Whether it was warned, and not only told to end. */
  warned = false;

  constructor(
    private readonly submission: Submission,
    private readonly index: number,
    env: NodeJS.ProcessEnv,
  ) {
    this.cores = Math.max(1, Math.floor(Number(env.SLURM_CPUS_PER_TASK ?? 1)) || 1);
    this.name = `${env.SLURM_ARRAY_JOB_ID ?? submission.job ?? '?'}_${index}`;
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }
  get threads(): number {
    return this.submission.threads ?? this.cores;
  }
  get checkpointSeconds(): number | undefined {
    return this.submission.checkpointSeconds;
  }
  get limit(): number {
    return this.submission.limitSeconds;
  }

  /** Time limits that may still be reached. */
  get timeoutsLeft(): number {
    return this.submission.timeouts - this.account().timeouts;
  }

  owns({ submission, index }: ClusterTask): boolean {
    return submission === this.submission.name && index === this.index;
  }

  begin(job: Job, known: ClusterTask | undefined): void {
    if (job === this.job) return;
    if (this.job) {
      this.cpuBefore = cpuSeconds();
      this.secondsBefore = this.elapsed();
    }
    this.job = job;
    this.before = known;
  }

  leave(signal: 'SIGTERM' | 'SIGUSR1' | 'SIGUSR2'): void {
    if (signal !== 'SIGTERM') this.warned = true;
    this.cause ??= causeOf(this.elapsed(), this.submission);
    this.abort.abort();
  }

  /** Why it leaves, for the run's log. */
  get sentence(): string | undefined {
    if (!this.cause) return undefined;
    const why = this.cause === 'timeout' ? `the time limit of ${duration(this.limit)} is near` : 'Slurm needs its node';
    return `Left task ${this.name} after ${duration(this.elapsed())}, since ${why}; goes on when Slurm starts it again`;
  }

  account(): ClusterTask {
    const { timeouts = 0, cpuSeconds: cpu = 0, givenSeconds: given = 0 } = this.before ?? {};
    return {
      submission: this.submission.name,
      index: this.index,
      task: this.name,
      timeouts: timeouts + (this.cause === 'timeout' ? 1 : 0),
      cpuSeconds: cpu + cpuSeconds() - this.cpuBefore,
      givenSeconds: given + (this.elapsed() - this.secondsBefore) * this.cores,
    };
  }

  private elapsed(): number {
    return (performance.now() - this.start) / 1000;
  }
}

/** Of this process, until now. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
