/** Runs that go on from where they are. */
import type { RunSummary } from '../../protocol/runs.ts';
import { extendRuns } from './extend.ts';
import { type Resumed, resumeRuns } from './resume.ts';

/** Queues these runs again; with `epochs` for that many in all, also those that are finished. Throws a UserError before any is touched. */
export function goOn(runs: readonly RunSummary[], epochs?: number): Resumed {
  return epochs === undefined ? resumeRuns(runs) : extendRuns(runs, epochs);
}
