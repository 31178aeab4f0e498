/** Jobs that a cluster does, as a terminal looks on: until all have ended, or somebody has seen enough. */
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { thousands } from '../../protocol/format.ts';
import { clusterUse, isActive, type RunSummary } from '../../protocol/runs.ts';
import { cancelJobs } from '../executors/cancel.ts';
import { isTaskOpen, lookAtCluster } from '../executors/slurm/look.ts';
import { type AnalyseJob, type Job, trainJobs } from '../jobs/job.ts';
import { recordOf } from '../jobs/job-record.ts';
import { wishedJobs } from '../jobs/request.ts';
import type { ClusterTask } from '../runs/format.ts';
import { StoreReader } from '../runs/store.ts';
import { say } from './output.ts';
import { ProgressDisplay } from './progress.ts';
import { remarkLines } from './reports.ts';
import { withSignals } from './signals.ts';

/** On a shared file system each look costs; longer for many runs. */
export const CLUSTER_MS = 2000;

interface Look {
  /** All that would have to be stopped. */
  jobs(): readonly Job[];
  /** Whether something is left to wait for. */
  open(): Promise<boolean>;
  tell(sentence: string): void;
  pauseMs: number;
  /** What stopping does: `Stopping after a last checkpoint`. */
  stopping: string;
}

/**
 * Looks on until nothing is open. Ctrl-C stops the jobs, a second time leaves them to the cluster, and so does a terminal that is
 * closed. Resolves to the exit code when it was interrupted.
 */
async function lookOn(store: string, { jobs, open, tell, pauseMs, stopping }: Look): Promise<number | undefined> {
  const hint = () => tell(`${stopping}; press Ctrl-C again to leave them to the cluster.`);
  let asked = false;
  let told = '';
  return withSignals(async ({ stop, kill, exitCode }) => {
    while ((await open()) && !kill.aborted && exitCode() !== 129) {
      const problem = await lookAtCluster(store);
      if (problem !== told && problem !== '') tell(problem);
      told = problem;
      if (stop.aborted && !asked) {
        asked = true;
        await cancelJobs(jobs());
      }
      const wait = asked ? kill : stop;
      await delay(pauseMs, undefined, { signal: wait }).catch(() => {});
    }
    return exitCode();
  }, hint);
}

/** Runs in training, what their file asks of them then, and analyses beside them. */
export async function watchTraining(
  store: string,
  folders: readonly string[],
  analyses: readonly AnalyseJob[],
  cpus: number,
): Promise<{ reader: StoreReader; runs: RunSummary[]; exitCode: number }> {
  const reader = new StoreReader(store);
  const ids = folders.map((folder) => basename(folder));
  const pauseMs = CLUSTER_MS + ids.length;
  const display = new ProgressDisplay(reader, ids, process.stderr, pauseMs);
  const wishes = new Map<string, AnalyseJob[]>();
  const jobs = () => [...trainJobs(folders), ...analyses, ...[...wishes.values()].flat()];
  const open = async () => {
    reader.refresh(ids);
    if (ids.some((id) => isActive(reader.summary(id)?.state ?? 'stopped')) || analyses.some(isOpen)) return true;
    for (const folder of folders) if (await asksMore(store, folder, wishes)) return true;
    return false;
  };
  const tell = (sentence: string) => display.say(sentence);
  const interrupted = await lookOn(store, {
    jobs,
    open,
    tell,
    pauseMs,
    stopping: 'Stopping after a last checkpoint',
  }).finally(() => display.close());
  reader.refresh();
  const runs = ids.flatMap((id) => reader.summary(id) ?? []);
  for (const line of remarkLines(runs)) say(line);
  const all = jobs().map(recordOf);
  const used = usedLine(
    all.map((record) => record.cluster()),
    cpus,
  );
  if (used !== undefined) say(used);
  const failed = all.some((record) => record.state() !== 'finished');
  return { reader, runs, exitCode: interrupted ?? (failed ? 1 : 0) };
}

/** Questions alone. Resolves to the exit code. */
export async function watchAnalyses(
  store: string,
  jobs: readonly AnalyseJob[],
  tell: (sentence: string) => void,
  cpus: number,
): Promise<number> {
  const open = async () => jobs.some(isOpen);
  const interrupted = await lookOn(store, { jobs: () => jobs, open, tell, pauseMs: CLUSTER_MS, stopping: 'Stopping' });
  const records = jobs.map(recordOf);
  const used = usedLine(
    records.map((record) => record.cluster()),
    cpus,
  );
  if (used !== undefined) tell(used);
  return interrupted ?? (records.some((record) => record.state() !== 'finished') ? 1 : 0);
}

/** A job that its task may still do. */
function isOpen(job: Job): boolean {
  const record = recordOf(job);
  return isActiveState(record.state()) && record.cluster()?.ended === undefined;
}

const isActiveState = (state: string | undefined) => state === 'queued' || state === 'running';

/** Whether the task of a run that is trained has something left to answer; `wishes` keeps what that is. */
async function asksMore(store: string, folder: string, wishes: Map<string, AnalyseJob[]>): Promise<boolean> {
  const [job] = trainJobs([folder]);
  const record = recordOf(job!);
  if (record.state() !== 'finished') return false;
  let wished = wishes.get(folder);
  if (!wished) {
    // What cannot be asked the task has said.
    wished = await wishedJobs(folder).catch(() => []);
    wishes.set(folder, wished);
  }
  const left = wished.some((wish) => {
    const state = recordOf(wish).state();
    return state === undefined || isActiveState(state);
  });
  return left && isTaskOpen(store, record.cluster());
}

/** `The tasks used 120 of the 480 CPU-seconds that they were given (25 %).` */
export function usedLine(
  tasks: readonly (Pick<ClusterTask, 'cpuSeconds' | 'givenSeconds'> | undefined)[],
  cpus: number,
): string | undefined {
  const use = clusterUse(tasks);
  if (!use) return undefined;
  const { used, given, share } = use;
  const hint = cpus > 1 && share < 0.5 ? '; fewer slurm.cpus would do' : '';
  return `The tasks used ${thousands(used)} of the ${thousands(given)} CPU-seconds that they were given (${Math.round(100 * share)} %)${hint}.`;
}
