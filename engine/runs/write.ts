/** Writing to a run that exists. Nothing here ever brings a deleted folder back. */
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { type Annotation, MAX_TAGS } from '../../protocol/text/annotations.ts';
import { UserError } from '../base/errors.ts';
import { errorCode, openUnlinked, writeAtomic } from '../base/files.ts';
import { isAlive, ownerOf } from '../base/lock.ts';
import { saveCheckpoint } from './checkpoints.ts';
import { queuedStatus } from './create.ts';
import { fileOf, namesIn, openInRun } from './folder.ts';
import { FORMAT_VERSION, MAX_REMARK, MAX_REMARKS, type MetricLine, type RunFile, type Status } from './format.ts';
import { readNote, readRunFile, readStatus } from './read.ts';

/**
 * Replaces status.json. On a full disk there may be no room for a second file beside it: then the old one is
 * overwritten in place, because a clear last word is worth more than atomicity.
 */
export function writeStatus(folder: string, status: Status): void {
  const file = fileOf(folder, 'status.json');
  const text = JSON.stringify(status);
  try {
    writeAtomic(file, text);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    overwrite(file, text);
  }
}

function overwrite(file: string, text: string): void {
  const fd = openUnlinked(file, constants.O_RDWR);
  try {
    writeSync(fd, text, 0);
    // Blanks after the JSON are harmless; what is left of a longer old text would not be.
    const rest = fstatSync(fd).size - Buffer.byteLength(text);
    if (rest > 0) writeSync(fd, ' '.repeat(rest), Buffer.byteLength(text));
  } finally {
    closeSync(fd);
  }
}

/** Fields of a status to change; `message: undefined` removes it. */
export type StatusPatch = Partial<Omit<Status, 'message'>> & { message?: string | undefined };

/** The status on disk with `patch` applied and a fresh heartbeat. */
export function updateStatus(folder: string, patch: StatusPatch): Status {
  const { message, ...rest } = { ...knownStatus(folder), ...patch, heartbeat: Date.now() };
  const status = { ...rest, ...(message !== undefined && { message }) };
  writeStatus(folder, status);
  return status;
}

/** Puts a run that has ended back into the queue, perhaps for more epochs; what it has reached stays. */
export function requeue(folder: string, epochs?: number): void {
  clearStop(folder);
  const { message: _, started: __, stoppedBy: ___, cluster: ____, ...status } = knownStatus(folder);
  const more = epochs === undefined ? {} : { epochs, progress: (status.progress * status.epochs) / epochs };
  writeStatus(folder, { ...status, ...more, state: 'queued', heartbeat: Date.now(), ...ownerOf(process.pid) });
}

/**
 * Stars a run, tags it, or says something of it. A run without any of these has no note.
 * @throws UserError where it would have too many tags
 */
export function annotate(folder: string, change: Annotation): void {
  const known = readNote(folder);
  const before = known && 'value' in known ? known.value : { starred: false, note: '', tags: [] };
  const { starred = before.starred, note = before.note, addTags = [], removeTags = [] } = change;
  const tags = [...new Set([...before.tags, ...addTags])].filter((tag) => !removeTags.includes(tag));
  if (tags.length > MAX_TAGS)
    throw new UserError(`it would have ${tags.length} tags, and ${MAX_TAGS} are the limit: take some away first`);
  const file = fileOf(folder, 'note.json');
  if (!starred && note === '' && tags.length === 0) rmSync(file, { force: true });
  else writeAtomic(file, `${JSON.stringify({ format: FORMAT_VERSION, starred, note, tags })}\n`);
}

/** The status on disk, or a blank one when it cannot be read. */
export function knownStatus(folder: string): Status {
  const status = readStatus(folder);
  if ('value' in status) return status.value;
  const run = readRunFile(folder);
  return queuedStatus('value' in run ? run.value.spec.training.epochs : 0);
}

/** Asks whoever trains this run, on whatever machine, to stop it. Whatever is called `stop` asks already. */
export function requestStop(folder: string): void {
  try {
    writeFileSync(fileOf(folder, 'stop'), '', { flag: 'wx' });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

export function isStopRequested(folder: string): boolean {
  try {
    return lstatSync(fileOf(folder, 'stop'), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

export function clearStop(folder: string): void {
  rmSync(fileOf(folder, 'stop'), { force: true });
}

/** Removes what processes that were killed left half-written beside a run. Call under its lock. */
export function sweepLeftovers(folder: string): void {
  for (const name of namesIn(folder, 'checkpoints'))
    if (name.endsWith('.tmp')) rmSync(fileOf(folder, 'checkpoints', name), { force: true });
  for (const name of namesIn(folder)) {
    const pid = /\.(\d+)\.(?:tmp|stale)$/.exec(name)?.[1];
    // Statuses are written without the lock, too: not what a living process is just about to rename.
    if (pid !== undefined && isAlive({ pid: Number(pid), host: hostname() }) === false)
      rmSync(fileOf(folder, name), { force: true });
  }
}

/** Completes run.json with what the data set was read from, what it has and what it lacks; what is recorded already stays. */
export function recordDataset(
  folder: string,
  run: RunFile,
  checksums: Record<string, string>,
  samples: NonNullable<RunFile['provenance']['samples']>,
  remarks: readonly string[],
): RunFile {
  if (run.provenance.dataset) return run;
  const dataRemarks = remarks.slice(0, MAX_REMARKS).map((remark) => remark.slice(0, MAX_REMARK));
  const said = dataRemarks.length > 0 ? { dataRemarks } : {};
  const completed = { ...run, provenance: { ...run.provenance, dataset: checksums, samples, ...said } };
  writeRunFile(folder, completed);
  return completed;
}

/** Replaces run.json. Call under the run's lock. */
export function writeRunFile(folder: string, run: RunFile): void {
  writeAtomic(fileOf(folder, 'run.json'), `${JSON.stringify(run, null, 2)}\n`);
}

/** metrics.jsonl, opened for appending. */
export class MetricsLog {
  private readonly fd: number;
  private readonly wasEmpty: boolean;

  /** A torn last line, left by a crash, is ended so that the next one is whole. */
  constructor(private readonly folder: string) {
    const { O_RDWR, O_APPEND, O_CREAT } = constants;
    this.fd = openInRun(folder, O_RDWR | O_APPEND | O_CREAT, 'metrics.jsonl');
    const { size } = fstatSync(this.fd);
    this.wasEmpty = size === 0;
    const last = Buffer.alloc(1);
    if (size > 0 && readSync(this.fd, last, 0, 1, size - 1) === 1 && last[0] !== 10) writeFileSync(this.fd, '\n');
  }

  /** Says that training begins anew, if anything was logged before; whether it was. */
  restart(): boolean {
    if (!this.wasEmpty) this.append({ kind: 'resume', step: 0, epoch: 0 });
    return !this.wasEmpty;
  }

  append(line: MetricLine): void {
    writeFileSync(this.fd, `${JSON.stringify(line)}\n`);
  }

  /** Saves a checkpoint once all lines up to it are on the disk. */
  checkpoint(step: number, bytes: Uint8Array, chosen?: number): void {
    fsyncSync(this.fd);
    saveCheckpoint(this.folder, step, bytes, chosen);
  }

  close(): void {
    closeSync(this.fd);
  }
}
