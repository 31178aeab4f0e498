/** A store as a whole: all its runs, kept up to date at the price of what changed. */
import { type FSWatcher, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { isActive, type RunSummary } from '../../protocol/runs.ts';
import { UserError } from '../base/errors.ts';
import { errorCode, reason } from '../base/files.ts';
import { KnownStates, type TaskState } from './cluster.ts';
import { isRunId, listRuns, realRunsFolder, runsFolder, watchRuns } from './folder.ts';
import { type ClusterTask, HEARTBEAT_TIMEOUT_MS, type RunFile } from './format.ts';
import type { KeyedRun } from './key.ts';
import type { History } from './metrics/history.ts';
import { MetricsReader } from './metrics/reader.ts';
import { type Clock, feel, isDoubtful, systemClock } from './pulse.ts';
import { readRunFile } from './read.ts';
import { hostOf, type KnownRun, lastingOf, readParts, stampsOf } from './reading/known.ts';
import { type Remembered, recall, remember, whereNow } from './reading/remembered.ts';
import { briefSummary, summarize } from './summary.ts';

/** So many runs that were read, and are not remembered, are worth remembering. */
const WORTH = 200;

export interface StoreChange {
  changed: RunSummary[];
  removed: string[];
  /** Why the store cannot be read, in one sentence; empty when it can (a store that does not exist yet is empty). */
  problem: string;
  /** Runs that there was no time to read to the end: look at them again. */
  left?: string[];
}

/** Bytes of logs whose content is kept in memory, over all runs; of others it is read again when it is asked for. */
const KEPT_BYTES = 128 * 1024 * 1024;
/** Characters of all summaries together; runs beyond are told in brief. Ours have about 1500 each. */
const TOLD_CHARACTERS = 96 * 1024 * 1024;
/** Bytes of a log that are read in one go where somebody waits. */
const SLICE_BYTES = 2 * 1024 * 1024;
/** A run that trains shows signs of life every second, one that waits for its turn every five. */
const PATIENCE_MS = 6000;

export class StoreReader {
  private readonly entries = new Map<string, KnownRun>();
  readonly folder: string;
  /** Folders and links among the runs that are none: their names are not ids, or there are too many. */
  others = 0;
  /** For somebody who goes on looking: a clock alone does not say within the first seconds that a run is gone. */
  patient = false;
  /** Bytes of the logs whose content is in memory. */
  private kept = 0;
  /** Characters of all summaries. */
  private told = 0;
  /** Runs that the last look left for the next. */
  left = 0;
  /** What was known of the runs when the store was last read, by id. */
  private recalled: Map<string, Remembered> | undefined;
  private readonly whereNow: (run: Remembered) => string;
  /** How many runs were read that are to be remembered, and are not yet. */
  private unremembered = 0;
  private readonly cluster: KnownStates;
  /** Ids, oldest run first; absent when runs came or went. */
  private order: string[] | undefined;
  /** Ids of the runs that wait or train. */
  private readonly going = new Set<string>();

  constructor(
    private readonly store: string,
    private readonly timeoutMs = HEARTBEAT_TIMEOUT_MS,
    private readonly clock: Clock = systemClock,
    private readonly keptBytes = KEPT_BYTES,
    private readonly toldCharacters = TOLD_CHARACTERS,
    private readonly worth = WORTH,
  ) {
    this.folder = runsFolder(store);
    this.cluster = new KnownStates(store);
    this.whereNow = whereNow(this.folder);
  }

  /** Looks at the store again. With `ids`, only at these runs; for about `limitMs`, at one run at least. */
  refresh(ids?: Iterable<string>, limitMs = Number.POSITIVE_INFINITY): StoreChange {
    const until = this.clock.steady() + limitMs;
    const slice = limitMs === Number.POSITIVE_INFINITY ? limitMs : SLICE_BYTES;
    const left: string[] = [];
    const names = this.names(ids);
    this.cluster.refresh();
    if (typeof names === 'string') return { changed: [], removed: [], problem: names };
    if (this.entries.size === 0 && names.length >= this.worth) this.recalled ??= recall(this.store);
    const changed: RunSummary[] = [];
    const removed: string[] = [];
    for (const [i, id] of names.entries()) {
      if (i > 0 && this.clock.steady() > until) {
        left.push(...names.slice(i));
        break;
      }
      const summary = this.refreshRun(id, slice);
      if (this.entries.get(id)?.metrics?.behind) left.push(id);
      if (summary === 'gone') {
        if (this.forget(id)) removed.push(id);
      } else if (summary) changed.push(summary);
    }
    if (!ids) {
      const present = new Set(names);
      for (const id of [...this.entries.keys()]) if (!present.has(id) && this.forget(id)) removed.push(id);
    }
    if (left.length === 0 && this.unremembered >= this.worth) {
      this.unremembered = 0;
      remember(
        this.store,
        [...this.entries.values()].flatMap(({ lasting }) => lasting ?? []),
      );
    }
    this.left = left.length;
    return { changed, removed, problem: '', ...(left.length > 0 && { left }) };
  }

  /** What Slurm last said of a task, as of the last refresh. */
  taskOf(cluster: ClusterTask | undefined): TaskState | undefined {
    return this.cluster.of(cluster);
  }

  /** All runs, oldest first. */
  summaries(): RunSummary[] {
    this.order ??= [...this.entries.values()]
      .map(({ summary }) => summary)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
      .map(({ id }) => id);
    return this.order.map((id) => this.entries.get(id)!.summary);
  }

  /** Ids of the runs that wait or train. */
  active(): string[] {
    return [...this.going];
  }

  summary(id: string): RunSummary | undefined {
    return this.entries.get(id)?.summary;
  }

  history(id: string): History | undefined {
    const entry = this.entries.get(id);
    if (entry && !entry.metrics) {
      entry.metrics = new MetricsReader(join(this.folder, id));
      entry.metrics.refresh();
      this.letGo(id, entry.metrics.bytes);
    }
    return entry?.metrics?.history;
  }

  /** How many runs have the content of their log in memory. */
  keptLogs(): number {
    return [...this.entries.values()].filter(({ metrics }) => metrics).length;
  }

  /** `more` bytes are kept of a run: forgets the logs of others while there are too many, those that stand still first. */
  private letGo(but: string, more: number): void {
    this.kept += more;
    for (const active of [false, true])
      for (const [id, entry] of this.kept > this.keptBytes ? this.entries : []) {
        if (this.kept <= this.keptBytes) return;
        if (id === but || !entry.metrics || isActive(entry.summary.state) !== active) continue;
        this.kept -= entry.metrics.bytes;
        entry.metrics = undefined;
      }
  }

  /** Spec and provenance; undefined when run.json cannot be read. */
  run(id: string): RunFile | undefined {
    if (!this.entries.has(id)) return undefined;
    const run = readRunFile(join(this.folder, id));
    return 'value' in run ? run.value : undefined;
  }

  private forget(id: string): boolean {
    this.recalled?.delete(id);
    this.kept -= this.entries.get(id)?.metrics?.bytes ?? 0;
    this.told -= this.entries.get(id)?.length ?? 0;
    this.going.delete(id);
    this.order = undefined;
    return this.entries.delete(id);
  }

  /** All runs with what comparisons need. */
  keyedRuns(): KeyedRun[] {
    return this.summaries().map((summary) => {
      const { key, settings } = this.entries.get(summary.id)!;
      return { summary, key, settings, spec: () => this.run(summary.id)?.spec };
    });
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

  /** Runs of other machines that are taken for interrupted because of what a clock says. */
  doubtful(): string[] {
    return [...this.entries].flatMap(([id, { summary, parts, pulse }]) =>
      summary.state === 'interrupted' && isDoubtful(hostOf(parts), pulse) ? [id] : [],
    );
  }

  private refreshRun(id: string, slice: number): RunSummary | 'gone' | undefined {
    if (!isRunId(id)) return 'gone';
    const known = this.entries.get(id);
    const folder = join(this.folder, id);
    if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return 'gone';
    const stamps = stampsOf(folder);
    const same = stamps.map((stamp, i) => stamp === known?.stamps[i]);
    // A run that stands still only changes when its files do; one that is active also when nothing happens.
    if (known && same.every(Boolean) && !isActive(known.summary.state)) return undefined;
    if (!known) {
      const summary = this.recallRun(id, stamps);
      if (summary) return summary;
    }
    const parts = readParts(folder, known?.parts, same);
    const { run, status, note } = parts;
    const metrics = known?.metrics ?? new MetricsReader(folder);
    const bytes = known?.metrics?.bytes ?? 0;
    metrics.refresh(slice);
    if (metrics.behind) stamps[2] = 'not read to its end';
    const heartbeat = 'value' in status ? status.value.heartbeat : undefined;
    const pulse = heartbeat === undefined ? undefined : feel(known?.pulse, heartbeat, this.clock, this.timeoutMs);
    const met = known?.met ?? this.clock.steady();
    const task = this.cluster.of('value' in status ? status.value.cluster : undefined);
    const doubt = this.patient && isDoubtful(hostOf(parts), pulse) && this.clock.steady() - met < PATIENCE_MS;
    let summary = summarize(folder, run, status, metrics, note, doubt ? 0 : (pulse?.age ?? 0), this.timeoutMs, task);
    let text = JSON.stringify(summary);
    const whole = this.told - (known?.length ?? 0) + text.length <= this.toldCharacters;
    if (!whole) {
      summary = briefSummary(summary);
      text = JSON.stringify(summary);
    }
    const { key, settings } = 'value' in run ? run.value : {};
    const lasting = whole && !metrics.behind ? lastingOf(parts, stamps, summary, text.length) : undefined;
    const length = text.length;
    this.keep(id, {
      parts,
      key,
      settings,
      metrics,
      pulse,
      met,
      stamps,
      summary,
      length,
      lasting,
    });
    if (lasting) this.unremembered++;
    if (bytes !== metrics.bytes) this.letGo(id, metrics.bytes - bytes);
    return known && JSON.stringify(known.summary) === text ? undefined : summary;
  }

  /** The summary of a run none of whose files has changed since it was remembered. */
  private recallRun(id: string, stamps: readonly string[]): RunSummary | undefined {
    const lasting = this.recalled?.get(id);
    if (!lasting || !stamps.every((stamp, i) => stamp === lasting.stamps[i])) return undefined;
    const { key, settings, length } = lasting;
    if (this.told + length > this.toldCharacters) return undefined;
    const summary = { ...lasting.summary, folder: join(this.folder, id) };
    summary.file = this.whereNow({ ...lasting, summary });
    const met = this.clock.steady();
    const rest = { parts: undefined, metrics: undefined, pulse: undefined };
    this.keep(id, { ...rest, key, settings, met, stamps: lasting.stamps, summary, length, lasting });
    return summary;
  }

  private keep(id: string, entry: KnownRun): void {
    const known = this.entries.get(id);
    this.entries.set(id, entry);
    this.told += entry.length - (known?.length ?? 0);
    if (known?.summary.createdAt !== entry.summary.createdAt) this.order = undefined;
    if (isActive(entry.summary.state)) this.going.add(id);
    else this.going.delete(id);
  }
}

/**
 * A store read by somebody who looks once. Where a clock alone says that a run on another machine is gone, it is looked at
 * again: clocks of two machines differ. Throws a UserError when the store cannot be read.
 */
export function openStore(store: string, pause: (ms: number) => void = sleep): StoreReader {
  const reader = new StoreReader(store);
  const { problem } = reader.refresh();
  if (problem) throw new UserError(problem);
  for (let waited = 0; waited < PATIENCE_MS; waited += 500) {
    const doubtful = reader.doubtful();
    if (doubtful.length === 0) break;
    pause(500);
    reader.refresh(doubtful);
  }
  return reader;
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
