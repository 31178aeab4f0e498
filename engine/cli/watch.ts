/** Training in this terminal: runs the queued runs, shows them, and says how it ended. */
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { cancelJobs } from '../executors/cancel.ts';
import type { JobOptions } from '../executors/executor.ts';
import type { ChildOutcome } from '../executors/local/child.ts';
import { runLocally } from '../executors/local/run-jobs.ts';
import { executorAt, type Place } from '../executors/place.ts';
import { lookAtCluster } from '../executors/slurm/look.ts';
import { type AnalyseJob, type Job, trainJobs } from '../jobs/job.ts';
import { recordOf } from '../jobs/job-record.ts';
import { StoreReader } from '../runs/store.ts';
import type { Cli } from './command.ts';
import { TIME_IS_OVER } from './exit-codes.ts';
import { say } from './output.ts';
import { ProgressDisplay } from './progress.ts';
import { remarkLines } from './reports.ts';
import { withSignals } from './signals.ts';

/** On a shared file system each look costs; longer for many runs. */
const CLUSTER_MS = 2000;

export interface Watched {
  reader: StoreReader;
  runs: RunSummary[];
  exitCode: number;
}

/** Resolves when all these runs have ended, and what is asked of them and of others has been answered. */
export async function trainHere(
  cli: Cli,
  store: string,
  folders: string[],
  training: JobOptions,
  analyses: readonly AnalyseJob[] = [],
): Promise<Watched> {
  const reader = new StoreReader(store);
  const ids = folders.map((folder) => basename(folder));
  const display = new ProgressDisplay(reader, ids);
  const hint = () => display.say('Stopping after a last checkpoint; press Ctrl-C again to stop at once.');
  const exitCode = await withSignals(async (signals) => {
    const { stop, kill } = signals;
    const report = (sentence: string) => display.say(sentence);
    const onAnalysis = ({ run, analysis }: AnalyseJob, outcome: ChildOutcome) =>
      display.say(`${analysis} of ${basename(run)}: ${outcome}`);
    const jobs = [...trainJobs(folders), ...analyses];
    const outcomes = await runLocally(jobs, { lif: cli.lif, stop, kill, report, onAnalysis, ...training });
    return signals.exitCode() ?? codeOf(outcomes, reader);
  }, hint).finally(() => display.close());
  reader.refresh();
  const runs = ids.flatMap((id) => reader.summary(id) ?? []);
  for (const line of remarkLines(runs)) say(line);
  return { reader, runs, exitCode };
}

function codeOf(outcomes: Map<Job, ChildOutcome>, reader: StoreReader): number {
  const unfinished = [...outcomes].filter(([, outcome]) => outcome !== 'finished').map(([job]) => job);
  if (unfinished.length === 0) return 0;
  reader.refresh();
  const used = ({ kind, run }: Job) => kind === 'train' && reader.summary(basename(run))?.stoppedBy === 'max-seconds';
  return unfinished.every(used) ? TIME_IS_OVER : 1;
}

/** As trainHere, where the runs are to be trained. */
export async function trainAt(
  cli: Cli,
  place: Place,
  work: { store: string; folders: string[]; training: JobOptions; analyses?: readonly AnalyseJob[] },
): Promise<Watched> {
  const { store, folders, training, analyses = [] } = work;
  if (place.executor === 'local') return trainHere(cli, store, folders, training, analyses);
  const jobs = [...trainJobs(folders), ...analyses];
  await executorAt(place, cli.lif).submit(jobs, { store, ...training });
  return watchCluster(store, jobs, folders, place.slurm.cpus);
}

/** Looks on until all jobs have ended. Ctrl-C stops them; a terminal that is closed leaves them to the cluster. */
async function watchCluster(
  store: string,
  jobs: readonly Job[],
  folders: readonly string[],
  cpus: number,
): Promise<Watched> {
  const reader = new StoreReader(store);
  const ids = folders.map((folder) => basename(folder));
  const display = new ProgressDisplay(reader, ids, process.stderr, CLUSTER_MS + ids.length);
  const hint = () => display.say('Stopping after a last checkpoint; press Ctrl-C again to leave them to the cluster.');
  const records = jobs.map(recordOf);
  const open = () => {
    reader.refresh(ids);
    const runs = ids.some((id) => isActive(reader.summary(id)?.state ?? 'stopped'));
    return runs || records.slice(ids.length).some((record) => ['queued', 'running'].includes(record.state() ?? ''));
  };
  let asked = false;
  let told = '';
  const interrupted = await withSignals(async ({ stop, kill, exitCode }) => {
    while (open() && !kill.aborted && exitCode() !== 129) {
      const problem = await lookAtCluster(store);
      if (problem !== told && problem !== '') display.say(problem);
      told = problem;
      if (stop.aborted && !asked) {
        asked = true;
        await cancelJobs(jobs);
      }
      const wait = asked ? kill : stop;
      await delay(CLUSTER_MS, undefined, { signal: wait }).catch(() => {});
    }
    return exitCode();
  }, hint).finally(() => display.close());
  reader.refresh();
  const runs = ids.flatMap((id) => reader.summary(id) ?? []);
  for (const line of remarkLines(runs)) say(line);
  const used = usedLine(runs, cpus);
  if (used !== undefined) say(used);
  const failed = records.some((record) => record.state() !== 'finished');
  return { reader, runs, exitCode: interrupted ?? (failed ? 1 : 0) };
}

/** `The tasks used 120 of the 480 CPU-seconds that they were given (25 %).` */
export function usedLine(runs: readonly RunSummary[], cpus: number): string | undefined {
  const used = runs.reduce((sum, { cluster }) => sum + (cluster?.cpuSeconds ?? 0), 0);
  const given = runs.reduce((sum, { cluster }) => sum + (cluster?.givenSeconds ?? 0), 0);
  if (given === 0) return undefined;
  const whole = (seconds: number) => Math.round(seconds).toLocaleString('en-US');
  const share = used / given;
  const hint = cpus > 1 && share < 0.5 ? '; fewer slurm.cpus would do' : '';
  return `The tasks used ${whole(used)} of the ${whole(given)} CPU-seconds that they were given (${Math.round(100 * share)} %)${hint}.`;
}
