/** Asks Slurm once for all tasks of a store that have not ended, and ends the runs whose tasks are over. */
import { join } from 'node:path';
import { reason } from '../../base/files.ts';
import { LockHeldError } from '../../base/lock.ts';
import { analyseJob, type Job } from '../../jobs/job.ts';
import { recordOf } from '../../jobs/job-record.ts';
import { analysesIn, readAnalysis } from '../../runs/analyses.ts';
import {
  isTaskActive,
  listSubmissions,
  lockLook,
  readOutput,
  readStates,
  readSubmission,
  removeSubmission,
  type States,
  type Submission,
  type TaskState,
  writeStates,
} from '../../runs/cluster.ts';
import { namesIn, runsFolder } from '../../runs/folder.ts';
import { type Answer, readSacct, readSqueue, SACCT_ARGS, SQUEUE_ARGS } from './answers.ts';
import { type Ask, askSlurm } from './commands.ts';
import { conclusionOf } from './conclusion.ts';

/** Between two looks: while something changes, and at most; longer for very many tasks. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 60_000;
const MS_PER_TASK = 1;
/** What was submitted since the last look is asked about sooner: whoever waits wants to know for what. */
const NEWS_MS = 2000;
/** A task that is in no answer has ended after so many of them: one alone may be empty by mistake. */
const MISSES = 3;
/** Lists of ids in one command, so that it stays short. */
const IDS = 500;

export interface LookOptions {
  ask?: Ask;
  now?: () => number;
}

/**
 * Looks, unless that was done a moment ago or somebody else is at it, and never without need. Resolves to why Slurm did not
 * answer, empty when all is well. Nothing is taken for ended because there was no answer.
 */
export async function lookAtCluster(
  store: string,
  { ask = askSlurm, now = Date.now }: LookOptions = {},
): Promise<string> {
  const names = listSubmissions(store);
  if (names.length === 0) return '';
  const known = readStates(store);
  // A clock that was set back must not keep us from asking.
  const due = names.every((name) => name in known.tasks) ? known.next : Math.min(known.next, known.at + NEWS_MS);
  if (now() < due && now() >= known.at) return known.problem ?? '';
  let lock: ReturnType<typeof lockLook>;
  try {
    lock = lockLook(store);
  } catch (error) {
    return error instanceof LockHeldError ? (known.problem ?? '') : reason(error);
  }
  try {
    const states = await look(store, names, known, ask, now());
    writeStates(store, states);
    return states.problem ?? '';
  } catch (error) {
    return reason(error);
  } finally {
    lock.release();
  }
}

/** Whether Slurm has not said that a task is over. */
export function isTaskOpen(store: string, task: { submission: string; index: number } | undefined): boolean {
  if (!task || readSubmission(store, task.submission) === undefined) return false;
  return readStates(store).tasks[task.submission]?.[task.index]?.settled !== true;
}

async function look(store: string, names: readonly string[], known: States, ask: Ask, at: number): Promise<States> {
  const submissions = names.flatMap((name) => readSubmission(store, name) ?? []);
  const open = submissions.filter(({ job }) => job !== undefined);
  const queue = await ask('squeue', [...SQUEUE_ARGS, ...mine()]);
  if (!queue.ok)
    return { ...known, at, ...paceOf(known, true, 0), problem: `Slurm does not answer: ${queue.problem}.` };
  const answer = readSqueue(queue.out);
  const missing = open.filter((one) => unsettled(one, known).some((i) => !answer.get(one.job!)?.has(i)));
  const past = await accounted(missing, ask);
  const failedNodes = { ...known.failedNodes };
  // Those that Slurm has not taken yet have no tasks.
  const tasks: States['tasks'] = Object.fromEntries(submissions.flatMap(({ name, job }) => (job ? [] : [[name, {}]])));
  for (const one of open) {
    const before = known.tasks[one.name] ?? {};
    const after: Record<string, TaskState> = {};
    for (let i = 0; i < one.jobs.length; i++) {
      const was = before[i];
      if (was?.settled) after[i] = was;
      else after[i] = taskNow(store, one, i, was, answer.get(one.job!)?.get(i), past.get(one.job!)?.get(i));
      const { state, node } = after[i]!;
      if ((state === 'NODE_FAIL' || state === 'BOOT_FAIL') && node !== undefined && !was?.settled)
        failedNodes[node] = at;
    }
    if (Object.values(after).every(({ settled }) => settled)) removeSubmission(store, one.name);
    else tasks[one.name] = after;
  }
  const quiet = JSON.stringify(tasks) === JSON.stringify(known.tasks);
  const { problem: _, ...rest } = known;
  const total = open.reduce((sum, { jobs }) => sum + jobs.length, 0);
  return { ...rest, at, ...paceOf(known, quiet, total), failedNodes, tasks };
}

/** When to ask next: later and later while nothing changes. */
function paceOf({ quiet }: States, same: boolean, tasks: number): Pick<States, 'next' | 'quiet'> {
  const times = same ? Math.min(quiet + 1, 6) : 0;
  return {
    quiet: times,
    next: Date.now() + Math.max(tasks * MS_PER_TASK, Math.min(LONGEST_MS, SHORTEST_MS * 1.5 ** times)),
  };
}

/** The user's own tasks alone: others' are none of our business, and many. */
function mine(): string[] {
  const uid = process.getuid?.();
  return uid === undefined ? [] : [`--user=${uid}`];
}

function unsettled({ name, jobs }: Submission, { tasks }: States): number[] {
  return [...jobs.keys()].filter((i) => !tasks[name]?.[i]?.settled);
}

/** Of arrays that squeue no longer knows, where there is accounting. */
async function accounted(missing: readonly Submission[], ask: Ask): Promise<Answer> {
  if (missing.length === 0) return new Map();
  const ids = missing.slice(-IDS).map(({ job }) => job!);
  const said = await ask('sacct', [...SACCT_ARGS, `--jobs=${ids.join(',')}`]).catch(() => undefined);
  return said?.ok ? readSacct(said.out) : new Map();
}

function taskNow(
  store: string,
  submission: Submission,
  index: number,
  was: TaskState | undefined,
  queued: TaskState | undefined,
  past: TaskState | undefined,
): TaskState {
  if (isTaskActive(queued)) return queued!;
  const ended = queued ?? (past && !isTaskActive(past) ? past : undefined);
  // Who left it out once may have done so by mistake.
  const missed = (was?.missed ?? 0) + 1;
  if (!ended && missed < MISSES) return { ...(was ?? { state: 'PENDING' }), missed };
  const task = ended ?? { state: 'UNKNOWN', ...(was?.node !== undefined && { node: was.node }) };
  return conclude(store, submission, index, task) ? { ...task, settled: true } : task;
}

/** Ends what a task did that is over: its job, and what the file asked of the run; whether there is nothing left to do. */
function conclude(store: string, submission: Submission, index: number, task: TaskState): boolean {
  const job = jobOf(store, submission, index);
  if (!end(job, store, submission, index, task)) return false;
  return job.kind === 'analyse' || wishesOf(job.run).every((wish) => end(wish, store, submission, index, task));
}

/** Analyses of a run that a task has begun. */
function wishesOf(run: string): Job[] {
  return analysesIn(run).flatMap((place) => {
    const file = readAnalysis(place);
    return 'value' in file && file.value.cluster ? [analyseJob(run, place.name, file.value.checkpoint)] : [];
  });
}

/** Ends a job whose task is over, unless it has said itself how it ended; whether there is nothing left to do. */
function end(job: Job, store: string, submission: Submission, index: number, task: TaskState): boolean {
  try {
    // Listing a folder makes a network file system ask again what is in it.
    namesIn(job.run);
    const record = recordOf(job);
    const here = () => record.cluster()?.submission === submission.name && record.cluster()?.index === index;
    const open = () => here() && ['queued', 'running'].includes(record.state() ?? '');
    if (!record.exists() || !open()) return true;
    const lock = record.lock();
    try {
      // Its last word may have come while the lock was taken.
      const cluster = record.cluster();
      if (!open() || !cluster) return true;
      const said = readOutput(store, submission.name, index);
      const { ended, ...patch } = conclusionOf(task, { kind: job.kind, stopped: record.isStopRequested(), said });
      record.update({ ...patch, cluster: { ...cluster, ...(ended !== undefined && { ended }) } });
      record.clearStop();
      return true;
    } finally {
      lock.release();
    }
  } catch {
    // Its process still shows signs of life, or the store cannot be written: next time.
    return false;
  }
}

/** The job of a task. */
export function jobOf(store: string, { jobs }: Submission, index: number): Job {
  const { run: id, analysis, key, checkpoint } = jobs[index]!;
  const run = join(runsFolder(store), id);
  return analysis !== undefined && key !== undefined && checkpoint !== undefined
    ? { kind: 'analyse', run, analysis, key, checkpoint }
    : { kind: 'train', run };
}
