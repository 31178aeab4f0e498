/** Training in this terminal: runs the queued runs, shows them, and says how it ended. */
import { basename } from 'node:path';
import type { RunSummary } from '../../protocol/runs.ts';
import type { JobOptions } from '../executors/executor.ts';
import type { ChildOutcome } from '../executors/local/child.ts';
import { runLocally } from '../executors/local/run-jobs.ts';
import { executorAt, type Place } from '../executors/place.ts';
import { type AnalyseJob, type Job, trainJobs } from '../jobs/job.ts';
import { StoreReader } from '../runs/store.ts';
import type { Cli } from './command.ts';
import { TIME_IS_OVER } from './exit-codes.ts';
import { say } from './output.ts';
import { ProgressDisplay } from './progress.ts';
import { remarkLines } from './reports.ts';
import { withSignals } from './signals.ts';
import { watchTraining } from './watch-cluster.ts';

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
  return watchTraining(store, folders, analyses, place.slurm.cpus);
}
