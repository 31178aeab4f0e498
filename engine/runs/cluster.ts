/**
 * What a store holds of runs that a cluster carries out: `<store>/slurm/`.
 *
 *   <name>.json   a submission: one array of tasks, task i does job i; removed when all of them have ended
 *   <name>.sh     the script that was handed to Slurm; its text was copied then, nobody runs this file
 *   <name>/<i>.out  what task i said that is no line of a run's log; removed when it is empty
 *   states.json   what Slurm last said of the tasks that have not ended; replaced atomically
 *   look.lock     who asks Slurm just now
 *
 * A run knows its task by `cluster` in its status. Like all of a store, none of this is trusted: it names runs of this
 * store and nothing that is executed.
 */
import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { readSmall, readTail, writeAtomic, writeDurably } from '../base/files.ts';
import { acquireLock, type Lock } from '../base/lock.ts';
import { assertRealFolder, isRunId, makeRealFolder } from './folder.ts';
import { FORMAT_VERSION } from './format.ts';

/** An array has some thousand tasks at most. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_SUBMISSIONS = 2000;
const OUTPUT_BYTES = 8192;

const name = z.string().regex(/^[0-9a-z][0-9a-z-]{0,60}$/);
const jobId = z.string().regex(/^\d{1,15}$/);

export const submissionSchema = z.object({
  format: z.literal(FORMAT_VERSION),
  name,
  createdAt: z.number(),
  /** Id of the array; absent until Slurm has taken it. */
  job: jobId.optional(),
  /** Task i does the i-th. `run` is an id of this store. */
  jobs: z
    .array(
      z.object({
        run: z.string().refine(isRunId),
        /** What else than to train it: an analysis, its key and checkpoint (jobs/job.ts). */
        analysis: z
          .string()
          .regex(/^[a-z][a-z-]{0,60}$/)
          .optional(),
        key: z
          .string()
          .regex(/^[0-9a-f]{16}$/)
          .optional(),
        checkpoint: z.int().min(0).optional(),
      }),
    )
    .min(1)
    .max(100_000),
  limitSeconds: z.number().positive(),
  /** Seconds before the limit at which a task is warned. */
  warnSeconds: z.number().min(0),
  /** How often a run may reach the limit. */
  timeouts: z.int().min(0),
  threads: z.int().min(1).max(4096).optional(),
  checkpointSeconds: z.int().min(0).max(86_400).optional(),
  /** Of one task: a run stops then. */
  maxSeconds: z.number().positive().optional(),
});
export type Submission = z.output<typeof submissionSchema>;

const taskSchema = z.object({
  /** As Slurm spells it: PENDING, RUNNING, … */
  state: z.string().max(40),
  reason: z.string().max(200).optional(),
  node: z.string().max(300).optional(),
  /** How often in a row Slurm did not know it. */
  missed: z.int().optional(),
  /** Nothing more will come of it. */
  settled: z.literal(true).optional(),
});
export type TaskState = z.output<typeof taskSchema>;

/** States of Slurm in which a task may still do something. */
const ACTIVE = new Set([
  'PENDING',
  'RUNNING',
  'SUSPENDED',
  'COMPLETING',
  'CONFIGURING',
  'RESIZING',
  'REQUEUED',
  'REQUEUE_FED',
  'REQUEUE_HOLD',
  'SPECIAL_EXIT',
  'STAGE_OUT',
  'SIGNALING',
  'STOPPED',
  'RESV_DEL_HOLD',
]);

export function isTaskActive(task: TaskState | undefined): boolean {
  return task !== undefined && ACTIVE.has(task.state) && !task.settled;
}

export const statesSchema = z.object({
  format: z.literal(FORMAT_VERSION),
  /** When Slurm was asked (milliseconds since 1970), when it may be asked again, and how often in a row nothing was new. */
  at: z.number(),
  next: z.number(),
  quiet: z.int(),
  /** Why there was no answer. */
  problem: z.string().max(1000).optional(),
  /** Nodes that failed, and when. */
  failedNodes: z.record(z.string().max(300), z.number()),
  /** Submission → task → state. */
  tasks: z.record(z.string(), z.record(z.string(), taskSchema)),
});
export type States = z.output<typeof statesSchema>;

export const NO_STATES: States = { format: FORMAT_VERSION, at: 0, next: 0, quiet: 0, failedNodes: {}, tasks: {} };

const folderOf = (store: string): string => join(resolve(store), 'slurm');

function realFolder(store: string): string {
  assertRealFolder(resolve(store));
  const folder = folderOf(store);
  assertRealFolder(folder);
  return folder;
}

function read<T>(file: string, schema: { safeParse(value: unknown): { success: boolean; data?: T } }): T | undefined {
  const content = readSmall(file, MAX_BYTES);
  if (!('text' in content)) return undefined;
  try {
    return schema.safeParse(JSON.parse(content.text)).data;
  } catch {
    return undefined;
  }
}

/** Whether anything of this store was ever given to a cluster that has not ended. */
export function hasSubmissions(store: string): boolean {
  return listSubmissions(store).length > 0;
}

/** Names of the submissions that have not ended. */
export function listSubmissions(store: string): string[] {
  try {
    return readdirSync(realFolder(store))
      .filter((file) => file.endsWith('.json') && file !== 'states.json' && name.safeParse(file.slice(0, -5)).success)
      .map((file) => file.slice(0, -5))
      .sort()
      .slice(-MAX_SUBMISSIONS);
  } catch {
    return [];
  }
}

/** Undefined when it is not there or damaged. */
export function readSubmission(store: string, submission: string): Submission | undefined {
  if (!name.safeParse(submission).success) return undefined;
  try {
    return read(join(realFolder(store), `${submission}.json`), submissionSchema);
  } catch {
    return undefined;
  }
}

/** Writes a submission, with the script where there is a new one; returns where that and the outputs of the tasks lie. */
export function writeSubmission(
  store: string,
  submission: Submission,
  script?: string,
): { script: string; outputs: string } {
  assertRealFolder(resolve(store));
  const folder = folderOf(store);
  makeRealFolder(folder);
  const outputs = join(folder, submission.name);
  const file = join(folder, `${submission.name}.sh`);
  if (script !== undefined) {
    mkdirSync(outputs);
    writeDurably(file, script);
  }
  writeAtomic(join(folder, `${submission.name}.json`), `${JSON.stringify(submission)}\n`);
  return { script: file, outputs };
}

/** Takes a submission away, all of whose tasks have ended. What they said stays. */
export function removeSubmission(store: string, submission: string): void {
  const folder = realFolder(store);
  for (const ending of ['json', 'sh']) rmSync(join(folder, `${submission}.${ending}`), { force: true });
  try {
    rmdirSync(join(folder, submission));
  } catch {
    // Not empty: what a task said may say why it failed.
  }
}

const outputOf = (store: string, submission: string, index: number): string => {
  const outputs = join(realFolder(store), submission);
  assertRealFolder(outputs);
  return join(outputs, `${index}.out`);
};

/** The end of what a task said; empty when it said nothing. */
export function readOutput(store: string, submission: string, index: number): string {
  try {
    return readTail(outputOf(store, submission, index), OUTPUT_BYTES);
  } catch {
    return '';
  }
}

/** Takes away the output of a task that had nothing to say. */
export function removeEmptyOutput(store: string, submission: string, index: number): void {
  try {
    const file = outputOf(store, submission, index);
    const info = lstatSync(file);
    if (info.isFile() && info.size === 0) rmSync(file);
  } catch {
    // It stays, empty.
  }
}

export function readStates(store: string): States {
  try {
    return read(join(realFolder(store), 'states.json'), statesSchema) ?? NO_STATES;
  } catch {
    return NO_STATES;
  }
}

export function writeStates(store: string, states: States): void {
  writeAtomic(join(realFolder(store), 'states.json'), `${JSON.stringify(states)}\n`);
}

/** Throws a LockHeldError while somebody else asks. */
export function lockLook(store: string): Lock {
  return acquireLock(join(realFolder(store), 'look.lock'), () => readStates(store).at);
}

/** states.json as a reader of many runs keeps it. */
export class KnownStates {
  private stamp = '';
  private states: States = NO_STATES;

  constructor(private readonly store: string) {}

  refresh(): void {
    try {
      const { mtimeMs, size, ino } = lstatSync(join(realFolder(this.store), 'states.json'));
      const stamp = `${ino} ${size} ${mtimeMs}`;
      if (stamp === this.stamp) return;
      this.stamp = stamp;
      this.states = readStates(this.store);
    } catch {
      this.stamp = '';
      this.states = NO_STATES;
    }
  }

  of(cluster: { submission: string; index: number } | undefined): TaskState | undefined {
    if (!cluster) return undefined;
    const task = this.states.tasks[cluster.submission]?.[String(cluster.index)];
    const { problem } = this.states;
    return problem === undefined ? task : { ...(task ?? { state: 'PENDING' }), reason: problem };
  }
}
