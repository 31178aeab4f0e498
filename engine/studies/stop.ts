/** Asks runs and analyses to stop, whoever does them and wherever. */
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { cancelJobs } from '../executors/cancel.ts';
import { type AnalyseJob, analyseJob, trainJobs } from '../jobs/job.ts';
import { AnalysisList } from '../runs/analyses.ts';

/** Asks those that are active, and returns them; the others have nothing to stop. Rejects with a UserError. */
export async function stopRuns(runs: readonly RunSummary[]): Promise<RunSummary[]> {
  const active = runs.filter(({ state }) => isActive(state));
  await cancelJobs(trainJobs(active.map(({ folder }) => folder)));
  return active;
}

/** Asks the analyses of these runs to stop that are under way, and returns them. Rejects with a UserError. */
export async function stopAnalyses(runs: readonly RunSummary[], only?: string): Promise<AnalyseJob[]> {
  const folders = new Map(runs.map(({ id, folder }) => [id, folder]));
  const jobs = (await new AnalysisList().of(runs))
    .filter(({ state, name }) => isActive(state) && (only === undefined || name === only))
    .map(({ runId, name, checkpoint }) => analyseJob(folders.get(runId)!, name, checkpoint));
  await cancelJobs(jobs);
  return jobs;
}
