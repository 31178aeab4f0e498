/** A store as a whole: all its runs, kept up to date at the price of what changed. */
import { type FSWatcher, lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { RunState, RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { errorCode, reason } from '../base/files.ts';
import { isRunId, listRuns, realRunsFolder, runsFolder, watchRuns } from './folder.ts';
import { HEARTBEAT_TIMEOUT_MS, type RunFile, type Status } from './format.ts';
import type { History } from './metrics/history.ts';
import { type Clock, feel, type Pulse, systemClock } from './pulse.ts';
import { MetricsReader, type Parsed, readRunFile, readStatus, summarize } from './read.ts';

const FILES = ['run.json', 'status.json', 'metrics.jsonl'];
const ACTIVE: ReadonlySet<RunState> = new Set(['queued', 'running']);

interface Entry {
  run: Parsed<RunFile>;
  status: Parsed<Status>;
  metrics: MetricsReader;
  pulse: Pulse | undefined;
  /** Size, time and inode of each of the files when they were read. */
  stamps: string[];
  summary: RunSummary;
  /** The summary as JSON, to tell whether anything changed. */
  text: string;
}

export interface StoreChange {
  changed: RunSummary[];
  removed: string[];
  /** Why the store cannot be read, in one sentence; empty when it can (a store that does not exist yet is empty). */
  problem: string;
}

export class StoreReader {
  private readonly entries = new Map<string, Entry>();
  readonly folder: string;
  /** Folders and links among the runs that are none: their names are not ids, or there are too many. */
  others = 0;

  constructor(
    private readonly store: string,
    private readonly timeoutMs = HEARTBEAT_TIMEOUT_MS,
    private readonly clock: Clock = systemClock,
  ) {
    this.folder = runsFolder(store);
  }

  /** Looks at the store again. With `ids`, only at these runs. */
  refresh(ids?: Iterable<string>): StoreChange {
    const names = this.names(ids);
    if (typeof names === 'string') return { changed: [], removed: [], problem: names };
    const changed: RunSummary[] = [];
    const removed: string[] = [];
    for (const id of names) {
      const summary = this.refreshRun(id);
      if (summary === 'gone') {
        if (this.entries.delete(id)) removed.push(id);
      } else if (summary) changed.push(summary);
    }
    if (!ids) {
      const present = new Set(names);
      for (const id of [...this.entries.keys()]) if (!present.has(id) && this.entries.delete(id)) removed.push(id);
    }
    return { changed, removed, problem: '' };
  }

  /** All runs, oldest first. */
  summaries(): RunSummary[] {
    return [...this.entries.values()]
      .map((entry) => entry.summary)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }

  summary(id: string): RunSummary | undefined {
    return this.entries.get(id)?.summary;
  }

  history(id: string): History | undefined {
    return this.entries.get(id)?.metrics.history;
  }

  /** Spec and provenance; undefined when run.json cannot be read. */
  run(id: string): RunFile | undefined {
    const run = this.entries.get(id)?.run;
    return run && 'value' in run ? run.value : undefined;
  }

  /** All runs with the keys that comparisons need. */
  keyedRuns(): { summary: RunSummary; key: string | undefined }[] {
    return this.summaries().map((summary) => ({ summary, key: this.run(summary.id)?.key }));
  }

  /** Ids of the run folders there are now. Throws when they cannot be listed. */
  list(): string[] {
    const { ids, others } = listRuns(this.store);
    this.others = others;
    return ids;
  }

  /** Tells when one run changes, or when any comes or goes, as far as the file system tells. Throws where it does not. */
  watch(id: string | undefined, changed: (name: string | null) => void): FSWatcher {
    return watchRuns(this.store, id, changed);
  }

  /** Names of the run folders to look at, or why there are none to see. */
  private names(ids: Iterable<string> | undefined): string[] | string {
    try {
      if (!ids) return this.list();
      realRunsFolder(this.store);
      return [...ids];
    } catch (error) {
      if (ids && errorCode(error) === 'ENOENT') return [...ids];
      if (errorCode(error) === 'ENOENT') return [];
      return `The runs in ${this.folder} cannot be listed: ${reason(error)}.`;
    }
  }

  private refreshRun(id: string): RunSummary | 'gone' | undefined {
    if (!isRunId(id)) return 'gone';
    const known = this.entries.get(id);
    const folder = join(this.folder, id);
    if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return 'gone';
    const stamps = FILES.map((name) => stamp(join(folder, name)));
    const same = FILES.map((_, i) => stamps[i] === known?.stamps[i]);
    // A run that stands still only changes when its files do; one that is active also when nothing happens.
    if (known && same.every(Boolean) && !ACTIVE.has(known.summary.state)) return undefined;
    const run = known && same[0] ? known.run : readRunFile(folder);
    const status = known && same[1] ? known.status : readStatus(folder);
    const metrics = known?.metrics ?? new MetricsReader(folder);
    metrics.refresh();
    const heartbeat = 'value' in status ? status.value.heartbeat : undefined;
    const pulse = heartbeat === undefined ? undefined : feel(known?.pulse, heartbeat, this.clock, this.timeoutMs);
    const summary = summarize(folder, run, status, metrics, pulse?.age ?? 0, this.timeoutMs);
    const text = JSON.stringify(summary);
    this.entries.set(id, { run, status, metrics, pulse, stamps, summary, text });
    return text === known?.text ? undefined : summary;
  }
}

function stamp(file: string): string {
  try {
    const { ino, size, mtimeMs } = lstatSync(file);
    return `${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    return errorCode(error) ?? 'unreadable';
  }
}

/** A store read once. Throws a UserError when it cannot be. */
export function openStore(store: string): StoreReader {
  const reader = new StoreReader(store);
  const { problem } = reader.refresh();
  if (problem) throw new UserError(problem);
  return reader;
}
