/** Asks runs to stop, whoever trains them and wherever. */
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import type { Executor } from '../executors/executor.ts';

/** Asks those that are active, and returns them; the others have nothing to stop. Throws a UserError. */
export function stopRuns(runs: readonly RunSummary[], executor: Pick<Executor, 'cancel'>): RunSummary[] {
  const active = runs.filter(({ state }) => isActive(state));
  for (const { id, folder } of active) {
    try {
      executor.cancel({ kind: 'train', run: folder });
    } catch (error) {
      throw new UserError(`${id} cannot be asked to stop: ${reason(error)}.`);
    }
  }
  return active;
}
