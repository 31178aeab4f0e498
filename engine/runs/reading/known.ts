/** What a reader of a store knows of one run, and when that is out of date. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import { errorCode } from '../../base/files.ts';
import type { Note, Status } from '../format.ts';
import type { MetricsReader } from '../metrics/reader.ts';
import type { Pulse } from '../pulse.ts';
import { type Parsed, type RunHead, readNote, readRunHead, readStatus } from '../read.ts';
import { isCalm, type Remembered } from './remembered.ts';

const FILES = ['run.json', 'status.json', 'metrics.jsonl', 'note.json'];

/** What was read of the small files of a run. */
export interface Parts {
  run: Parsed<RunHead>;
  status: Parsed<Status>;
  note: Parsed<Note> | undefined;
}

export interface KnownRun {
  /** Absent where the run is remembered from when somebody else read it. */
  parts: Parts | undefined;
  key: string | undefined;
  settings: string | undefined;
  /** Absent where what it held was let go; it is read again when it is asked for. */
  metrics: MetricsReader | undefined;
  pulse: Pulse | undefined;
  /** When it was first looked at, by the steady clock. */
  met: number;
  /** Of its files when they were read. */
  stamps: string[];
  summary: RunSummary;
  /** Length of the summary as JSON: how much all of them take. */
  length: number;
  /** What to remember of it, where that is worth it. */
  lasting: Remembered | undefined;
}

/** Inode, size and time of run.json, status.json, metrics.jsonl and note.json, or why there is none. */
export function stampsOf(folder: string): string[] {
  return FILES.map((name) => stamp(join(folder, name)));
}

function stamp(file: string): string {
  try {
    // Most runs have no note: an error for each of them takes longer than all the rest.
    const info = lstatSync(file, { throwIfNoEntry: false });
    return info ? `${info.ino} ${info.size} ${info.mtimeMs}` : 'ENOENT';
  } catch (error) {
    return errorCode(error) ?? 'unreadable';
  }
}

/** @param same which of the files have not changed since they were `known` */
export function readParts(folder: string, known: Parts | undefined, same: readonly boolean[]): Parts {
  return {
    run: known && same[0] ? known.run : readRunHead(folder),
    status: known && same[1] ? known.status : readStatus(folder),
    note: known && same[3] ? known.note : readNote(folder),
  };
}

/** What to remember of a run: nothing of one that is active or damaged, or that a clock says something about. */
export function lastingOf(
  { run, status }: Parts,
  stamps: string[],
  summary: RunSummary,
  length: number,
): Remembered | undefined {
  if (!('value' in run) || !('value' in status) || status.value.state !== summary.state) return undefined;
  if (isActive(summary.state) || summary.damage.length > 0 || !isCalm(stamps)) return undefined;
  const { key, settings, recorded, place } = run.value;
  return { stamps, key, settings, recorded, place, summary, length };
}

/** The machine that trains it, as its status says. */
export function hostOf(parts: Parts | undefined): string | undefined {
  return parts && 'value' in parts.status ? parts.status.value.host : undefined;
}
