/** Before a run is trained: that it is ours to write, and what it says it is. */
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { type Lock, LockHeldError } from '../base/lock.ts';
import { type RunSpec, settingsSchema } from '../experiment/schema.ts';
import { acquireRunLock, fileNow } from '../runs/folder.ts';
import { HEARTBEAT_MS, HEARTBEAT_TIMEOUT_MS, type RunFile } from '../runs/format.ts';
import { fromEarlier } from '../runs/key.ts';
import { lastSign } from '../runs/pulse.ts';
import { readRunFile, readStatus } from '../runs/read.ts';

/** Another process writes this run. */
export class RunBusyError extends UserError {}

/** The lock of a run. Throws a RunBusyError when another process holds it. */
export function lockRun(folder: string): Lock {
  try {
    const heartbeat = () => {
      const status = readStatus(folder);
      return 'value' in status ? status.value.heartbeat : undefined;
    };
    const pause = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3 * HEARTBEAT_MS);
    return acquireRunLock(folder, () => lastSign(heartbeat, pause, HEARTBEAT_TIMEOUT_MS));
  } catch (error) {
    if (error instanceof LockHeldError) {
      throw new RunBusyError(`${folder} is being written by another process: ${error.message}; wait or stop it first.`);
    }
    throw new UserError(`${folder} cannot be written: ${reason(error)}.`);
  }
}

/** The run with its spec checked as if it came from a file: it may be old, or damaged by hand. */
export function readRun(folder: string): RunFile & { spec: RunSpec } {
  const run = readRunFile(folder);
  if ('damage' in run) throw new UserError(`${folder} cannot be trained: ${run.damage}`);
  const { study, variant, seed, file: recorded, ...rest } = run.value.spec;
  // Data are found beside the file, wherever the project has moved to.
  const file = fileNow(folder, recorded, run.value.place);
  const settings = settingsSchema.safeParse(fromEarlier(rest));
  if (!settings.success) {
    const issue = settings.error.issues[0]!;
    throw new UserError(
      `${folder} cannot be trained: its settings are not valid at ${issue.path.join('.')}: ${issue.message}.`,
    );
  }
  return { ...run.value, spec: { ...settings.data, study, variant, seed, file } };
}
