/**
 * What the runs of large stores were when they were last read, kept in the data folder of this machine and not in the store,
 * which may be somebody else's. A run is taken from here as long as none of its files has changed; without any of this, or
 * where it is damaged or of another build, the files are read.
 */
import { readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunSummary } from '../../../protocol/runs.ts';
import { readRegular } from '../../base/files.ts';
import { makeFolder } from '../../base/folders.ts';
import { sha256 } from '../../base/hash.ts';
import { engineVersion } from '../../base/version.ts';
import { dataFolder } from '../../datasets/library/locations.ts';
import { fileNow, isBelow } from '../folder.ts';

/** A run that does not change of itself. */
export interface Remembered {
  /** Inode, size and time of each of its files when they were read. */
  stamps: string[];
  key: string;
  settings: string | undefined;
  /** Where run.json says that the experiment file lies, and as seen from the store: it may have moved since. */
  recorded: string;
  place: string | undefined;
  summary: RunSummary;
  /** Of the summary as JSON. */
  length: number;
}

/** Stores that are remembered at most; those that were not read for longest go first. */
const KEPT = 20;
const MAX_BYTES = 256 * 1024 * 1024;
/** A file that was written just before it was read may be written again without a trace. */
const CALM_MS = 2000;

/** Whether files with these stamps had not been written for a while, now that they are read. */
export function isCalm(stamps: readonly string[], now = Date.now()): boolean {
  return stamps.every((stamp) => Number(stamp.split(' ')[2] ?? 0) < now - CALM_MS);
}

const folder = (): string => join(dataFolder(), 'summaries');
const fileFor = (store: string): string => join(folder(), `${sha256(resolve(store)).slice(0, 32)}.json`);

/** What a summary says may change with any build. */
function build(): string {
  const { mtimeMs, size } = statSync(fileURLToPath(import.meta.url));
  return `${engineVersion()} ${mtimeMs} ${size}`;
}

/** By id; the experiment file where it lies now. Empty where nothing, or nothing sound, is remembered. */
export function recall(store: string): Map<string, Remembered> {
  try {
    const file = fileFor(store);
    const text = readRegular(file, { limit: MAX_BYTES }).toString();
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    if (text.slice(0, end) !== sha256(body)) return new Map();
    const content = JSON.parse(body) as { build: string; store: string; runs: Remembered[] };
    if (content.build !== build() || content.store !== resolve(store)) return new Map();
    const now = new Date();
    utimesSync(file, now, now);
    return new Map(content.runs.map((run) => [run.summary.id, run]));
  } catch {
    return new Map();
  }
}

/** Keeps what is known of these runs; where it cannot be kept, they are read again. */
export function remember(store: string, runs: readonly Remembered[]): void {
  const body = JSON.stringify({ build: build(), store: resolve(store), runs });
  const file = fileFor(store);
  const aside = `${file}.${process.pid}.tmp`;
  try {
    makeFolder(folder());
    // Not written durably: what a crash left of it does not hash to its first line.
    writeFileSync(aside, `${sha256(body)}\n${body}`);
    renameSync(aside, file);
    sweep();
  } catch {
    // No room, or no folder: the store is read again.
  }
}

/** Where the experiment file of a remembered run lies now. */
export function whereNow(folder: string): (run: Remembered) => string {
  const root = dirname(dirname(resolve(folder)));
  const found = new Map<string, string>();
  return ({ recorded, place, summary }) => {
    if (isBelow(recorded, root)) return recorded;
    const way = `${recorded}\n${place ?? ''}`;
    const now = found.get(way) ?? fileNow(summary.folder, recorded, place);
    found.set(way, now);
    return now;
  };
}

function sweep(): void {
  const files = readdirSync(folder()).map((name) => ({ name, time: statSync(join(folder(), name)).mtimeMs }));
  files.sort((a, b) => b.time - a.time);
  for (const { name } of files.slice(KEPT)) rmSync(join(folder(), name), { force: true });
}
