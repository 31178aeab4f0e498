/** Queued jobs → arrays of Slurm, each small enough for the cluster. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { count } from '../../../protocol/format.ts';
import { UserError } from '../../base/errors.ts';
import { reason } from '../../base/files.ts';
import type { Slurm } from '../../experiment/schema.ts';
import type { Job } from '../../jobs/job.ts';
import { recordOf } from '../../jobs/job-record.ts';
import { readStates, removeSubmission, type Submission, writeSubmission } from '../../runs/cluster.ts';
import { idOf } from '../../runs/folder.ts';
import { FORMAT_VERSION } from '../../runs/format.ts';
import type { JobOptions } from '../executor.ts';
import type { Ask } from './commands.ts';
import { sbatchArgs, scriptText, secondsOf, warningOf } from './script.ts';

/** Slurm's own default; the greatest index is one less. */
const DEFAULT_ARRAY = 1001;
/** After sbatch failed or said nothing that can be understood, the array may still appear. */
const LOOKS_FOR_NAME = 3;
const LOOK_PAUSE_MS = 2000;
/** A node that failed is left out for a day. */
const EXCLUDED_MS = 24 * 3600 * 1000;
const MAX_EXCLUDED = 20;

export interface Submit extends JobOptions {
  store: string;
  slurm: Slurm;
  /** Program and first arguments of `lif`. */
  lif: readonly string[];
  ask: Ask;
  pauseMs?: number;
}

/**
 * Hands these jobs to Slurm in this order. Rejects with a UserError when it does not take them; what was not taken is
 * stopped, and can be resumed.
 */
export async function submitJobs(jobs: readonly Job[], options: Submit): Promise<void> {
  let most: number;
  try {
    most = await maxArraySize(options.ask);
  } catch (error) {
    for (const job of jobs) giveBack(job, reason(error));
    throw error;
  }
  const chunks = Array.from({ length: Math.ceil(jobs.length / most) }, (_, i) => jobs.slice(i * most, (i + 1) * most));
  let before: string | undefined;
  for (const [i, chunk] of chunks.entries()) {
    try {
      // The throttle of an array is its own: where there is one, arrays come one after the other.
      before = await submitArray(chunk, options, options.slurm.throttle === undefined ? undefined : before);
    } catch (error) {
      const left = chunks.slice(i).flat();
      for (const job of left) giveBack(job, reason(error));
      const taken = i === 0 ? '' : `; ${named(jobs.slice(0, i * most))} before them were taken`;
      throw new UserError(`Slurm did not take ${named(left)}: ${reason(error)}${taken}.`);
    }
  }
}

/** `3 runs`, `1 run and 2 analyses` */
function named(jobs: readonly Job[]): string {
  const runs = jobs.filter(({ kind }) => kind === 'train').length;
  const analyses = jobs.length - runs;
  return [
    ...(runs > 0 ? [count(runs, 'run')] : []),
    ...(analyses > 0 ? [count(analyses, 'analysis', 'analyses')] : []),
  ].join(' and ');
}

async function submitArray(jobs: readonly Job[], options: Submit, after: string | undefined): Promise<string> {
  const { store, slurm, lif, ask, threads, checkpointSeconds, maxSeconds } = options;
  const limitSeconds = secondsOf(slurm.time);
  const name = newName();
  const submission: Submission = {
    format: FORMAT_VERSION,
    name,
    createdAt: Date.now(),
    jobs: jobs.map(({ run, ...what }) => {
      const { kind: _, ...more } = what;
      return { run: idOf(run), ...more };
    }),
    limitSeconds,
    warnSeconds: warningOf(limitSeconds),
    timeouts: slurm.timeouts,
    ...(threads !== undefined && { threads }),
    ...(checkpointSeconds !== undefined && { checkpointSeconds }),
    ...(maxSeconds !== undefined && { maxSeconds }),
  };
  const places = writeSubmission(store, submission, scriptText(slurm.setup, [...lif, 'task', store, name]));
  try {
    for (const [index, job] of jobs.entries())
      recordOf(job).update({
        state: 'queued',
        message: undefined,
        cluster: { submission: name, index, timeouts: 0, cpuSeconds: 0, givenSeconds: 0 },
      });
    const { warnSeconds } = submission;
    const array = { name, tasks: jobs.length, warnSeconds, ...places, exclude: failedNodes(store), after };
    const job = await sbatch(ask, name, sbatchArgs(slurm, array), options.pauseMs ?? LOOK_PAUSE_MS);
    writeSubmission(store, { ...submission, job });
    return job;
  } catch (error) {
    removeSubmission(store, name);
    throw error;
  }
}

/** Sites wrap sbatch, and a controller that is busy reports a failure and takes the job all the same: its name tells. */
async function sbatch(ask: Ask, name: string, args: readonly string[], pauseMs: number): Promise<string> {
  const { ok, out, problem } = await ask('sbatch', args);
  const id = ok ? idIn(out) : undefined;
  if (id !== undefined) return id;
  for (let look = 0; look < LOOKS_FOR_NAME; look++) {
    if (look > 0) await delay(pauseMs);
    const found = await ask('squeue', ['--noheader', '--states=all', `--name=lif-${name}`, '--format=%F']);
    const known = found.ok ? idIn(found.out) : undefined;
    if (known !== undefined) return known;
  }
  throw new Error(ok ? 'sbatch named no job' : problem);
}

/** `1234` or `1234;cluster`, on a line of its own. */
export function idIn(out: string): string | undefined {
  return out
    .split('\n')
    .toReversed()
    .flatMap((line) => /^(\d{1,15})(?:;[\w.-]+)?$/.exec(line.trim())?.[1] ?? [])[0];
}

async function maxArraySize(ask: Ask): Promise<number> {
  const { out } = await ask('scontrol', ['show', 'config']);
  const said = Number(/^\s*MaxArraySize\s*=\s*(\d+)/m.exec(out)?.[1] ?? DEFAULT_ARRAY);
  // It caps the index and the number alike, and 1 switches arrays off but for index 0.
  return Math.max(1, Math.min(said, 100_000) - 1);
}

function failedNodes(store: string): string[] {
  const { failedNodes: known } = readStates(store);
  return Object.entries(known)
    .filter(([node, at]) => /^[\w.-]{1,100}$/.test(node) && Date.now() - at < EXCLUDED_MS)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MAX_EXCLUDED)
    .map(([node]) => node);
}

function giveBack(job: Job, why: string): void {
  try {
    recordOf(job).update({
      state: 'stopped',
      message: `Slurm did not take it: ${why.replace(/\.$/, '')}.`,
      cluster: undefined,
    });
  } catch {
    // It shows as queued until somebody stops it.
  }
}

/** Sorts by time, and is part of the name of the array. */
function newName(): string {
  const time = new Date()
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
