/** Asks runs to stop, whoever trains them and wherever. */
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { cancelJobs } from '../executors/cancel.ts';
import { trainJobs } from '../jobs/job.ts';

/** Asks those that are active, and returns them; the others have nothing to stop. Rejects with a UserError. */
export async function stopRuns(runs: readonly RunSummary[]): Promise<RunSummary[]> {
  const active = runs.filter(({ state }) => isActive(state));
  await cancelJobs(trainJobs(active.map(({ folder }) => folder)));
  return active;
}
