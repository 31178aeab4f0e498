/** More epochs for a run that has some: the same bits as if it had been asked for them at once, or a reason why not. */
import { basename } from 'node:path';
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { lockRun, readRun } from '../jobs/claim.ts';
import { hasWholeCheckpoint } from '../runs/checkpoints.ts';
import { obstacleToEpochs } from '../runs/comparison/further.ts';
import { runKey } from '../runs/key.ts';
import { appendLog } from '../runs/log.ts';
import { requeue, writeRunFile } from '../runs/write.ts';
import type { Resumed } from './resume.ts';

/**
 * Queues these runs for `epochs` epochs in all, from where they are. Throws a UserError when one of them cannot go on so,
 * before any is touched.
 */
export function extendRuns(runs: readonly RunSummary[], epochs: number): Resumed {
  const folders = [...new Set(runs.map(({ folder }) => folder))];
  for (const { id, state, folder, epoch } of runs) {
    if (isActive(state)) throw new UserError(`${id} is ${state}; stop it first, or wait for its end.`);
    const { spec } = readRun(folder);
    const stoppedEarly = state === 'finished' && epoch < spec.training.epochs;
    const obstacle = stoppedEarly
      ? `it stopped early after ${epoch} epochs and would do so again`
      : !hasWholeCheckpoint(folder)
        ? 'it has no whole checkpoint to go on from'
        : obstacleToEpochs(spec, epoch, epochs);
    if (obstacle !== undefined)
      throw new UserError(
        `${id} cannot go on to ${epochs} epochs: ${obstacle}. A new run can: set training.epochs in the file.`,
      );
  }
  for (const folder of folders) extend(folder, epochs);
  return { folders, anew: [] };
}

function extend(folder: string, epochs: number): void {
  const lock = lockRun(folder);
  try {
    const run = readRun(folder);
    const before = run.spec.training.epochs;
    const spec = { ...run.spec, training: { ...run.spec.training, epochs } };
    writeRunFile(folder, { ...run, spec, key: runKey(spec) });
    requeue(folder, epochs);
    appendLog(folder, `Goes on to ${epochs} epochs instead of ${before}.`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${basename(folder)} cannot be written: ${reason(error)}.`);
  } finally {
    lock.release();
  }
}
