/** Puts runs that ended early back into the queue. */
import { basename } from 'node:path';
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import type { Lock } from '../base/lock.ts';
import { lockRun, RunBusyError } from '../jobs/claim.ts';
import { hasWholeCheckpoint } from '../runs/checkpoints.ts';
import { readRunFile } from '../runs/read.ts';
import { requeue } from '../runs/write.ts';

/** Throws a UserError when one of these runs cannot go on. */
export function checkResumable(runs: readonly RunSummary[]): void {
  for (const { id, state, folder } of runs) {
    if (state === 'finished') throw new UserError(`${id} is finished; there is nothing to resume.`);
    if (isActive(state)) throw new UserError(`${id} is ${state} already; stop it first if that is not wanted.`);
    const run = readRunFile(folder);
    if ('damage' in run) throw new UserError(`${id} cannot be resumed: ${run.damage}`);
  }
}

export interface Resumed {
  /** Folders of the queued runs, each once. */
  folders: string[];
  /** Ids of those that have no whole checkpoint to go on from. */
  anew: string[];
}

/** Queues these runs again, all or none. Throws a UserError before any is touched. */
export function resumeRuns(runs: readonly RunSummary[]): Resumed {
  checkResumable(runs);
  const folders = [...new Set(runs.map(({ folder }) => folder))];
  // Whoever trains it on another machine, whose clock may be off, holds the lock.
  const locks: Lock[] = [];
  try {
    for (const folder of folders) {
      try {
        locks.push(lockRun(folder));
      } catch (error) {
        // A full disk has no room for a lock, but for a status that replaces another.
        if (error instanceof RunBusyError) throw error;
      }
    }
    for (const folder of folders) {
      try {
        requeue(folder);
      } catch (error) {
        throw new UserError(`${folder} cannot be written: ${reason(error)}.`);
      }
    }
  } finally {
    for (const lock of locks) lock.release();
  }
  return {
    folders,
    anew: folders.filter((folder) => !hasWholeCheckpoint(folder)).map((folder) => basename(folder)),
  };
}
