import { basename } from 'node:path';
import type { AnalysisAnswer, AnalysisSummary } from '../../protocol/analyses/analyses.ts';
import type { HostParams } from '../../protocol/host.ts';
import type { NeuronRates, Series } from '../../protocol/metrics.ts';
import type { QueueMove, QueuePause, QueueState } from '../../protocol/queue/queue.ts';
import { isActive, type RunSummary, type StudyEntry } from '../../protocol/runs.ts';
import type { Annotation } from '../../protocol/text/annotations.ts';
import { UserError } from '../base/errors.ts';
import { reason } from '../base/files.ts';
import { continueQueue, moveInQueue, NOTHING_WAITS, pauseQueue, queueOf } from '../executors/local/queue.ts';
import { AnalysisList, answerOf } from '../runs/analyses.ts';
import { hasSubmissions } from '../runs/cluster.ts';
import { deleteRun } from '../runs/folder.ts';
import type { KeyedRun } from '../runs/key.ts';
import { readLog } from '../runs/log.ts';
import { type History, nameOfStep } from '../runs/metrics/history.ts';
import { readNeuronRates } from '../runs/metrics/neuron-rates.ts';
import { seriesOf } from '../runs/metrics/series.ts';
import { readQueue } from '../runs/queue/file.ts';
import { StoreReader } from '../runs/store.ts';
import { annotate } from '../runs/write.ts';
import { Changes } from './changes.ts';
import { StoreWatch } from './watch.ts';

/** Pushes are at least this far apart. */
const PUSH_MS = 250;

export interface StoresEvents {
  changed(changed: RunSummary[], removed: string[]): void;
  problem(store: string, message: string): void;
}

/** The watched stores as one collection of runs. */
export class Stores {
  private readonly watches = new Map<string, StoreWatch>();
  private readonly changes: Changes;
  private readonly analysisList = new AnalysisList();
  private readonly events: StoresEvents;
  private readonly timeoutMs: number | undefined;

  constructor(events: StoresEvents, timeoutMs?: number) {
    this.events = events;
    this.timeoutMs = timeoutMs;
    this.changes = new Changes((changed, removed) => events.changed(changed, removed), PUSH_MS);
  }

  /** Watches these stores and no others. Their runs come as changes. */
  watch(stores: readonly string[]): void {
    const wanted = new Set(stores);
    for (const [store, watch] of this.watches) {
      if (wanted.has(store)) continue;
      watch.close();
      this.watches.delete(store);
      this.changes.add(
        [],
        watch.reader.summaries().map(({ id }) => id),
      );
    }
    for (const store of wanted) this.add(store);
  }

  /** Watches one store more. */
  add(store: string): StoreWatch {
    const known = this.watches.get(store);
    if (known !== undefined) return known;
    const watch = new StoreWatch(new StoreReader(store, this.timeoutMs), {
      changed: (changed, removed) => this.changes.add(changed, removed),
      problem: (message) => this.events.problem(store, message),
    });
    this.watches.set(store, watch);
    watch.start();
    this.changes.add(watch.reader.summaries(), []);
    return watch;
  }

  list(): RunSummary[] {
    return this.readers().flatMap((reader) => reader.summaries());
  }

  /** The experiment files of which there are runs, that with the newest run first. */
  studies(): StudyEntry[] {
    const found = new Map<string, StudyEntry>();
    for (const { file, study } of this.list().sort((a, b) => b.createdAt - a.createdAt)) {
      const entry = found.get(file) ?? { file, study, runs: 0 };
      entry.runs++;
      found.set(file, entry);
    }
    return [...found.values()];
  }

  /** Stores of which a cluster has something to do. */
  onClusters(): string[] {
    return [...this.watches.keys()].filter(hasSubmissions);
  }

  /** Of the runs that still exist, so that one that was deleted does not take the others along. */
  series({ runIds, metrics, from, to, maxPoints }: HostParams<'runs/series'>): Series[] {
    const range = { maxPoints, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    return runIds.flatMap((id) => {
      const reader = this.find(id)?.reader;
      const history = reader?.history(id);
      const samples = reader?.summary(id)?.samples?.train;
      return history ? metrics.map((metric) => seriesOf(id, history, metric, range, samples)) : [];
    });
  }

  history(id: string): History | undefined {
    return this.find(id)?.reader.history(id);
  }

  neurons(id: string): NeuronRates {
    return readNeuronRates(id, this.summary(id).folder);
  }

  /** Runs that have not been read yet, or not to their end. */
  unread(): number {
    return this.readers().reduce((sum, { left }) => sum + left, 0);
  }

  keyedRuns(): KeyedRun[] {
    return this.readers().flatMap((reader) => reader.keyedRuns());
  }

  /** @throws UserError when the run is not there. */
  summary(id: string): RunSummary {
    const found = this.find(id)?.reader.summary(id);
    if (found === undefined) throw new UserError(`Run ${id} does not exist: it was deleted, or its store is not open.`);
    return found;
  }

  /** The last `maxBytes` of a run's log, from the beginning of a line; empty when nothing was logged. */
  log(id: string, maxBytes: number): string {
    const { folder } = this.summary(id);
    try {
      return readLog(folder, maxBytes);
    } catch (error) {
      throw new UserError(`The log of ${id} cannot be read: ${reason(error)}.`);
    }
  }

  /** Of the runs that still exist. */
  async analyses(ids: readonly string[]): Promise<AnalysisSummary[]> {
    const runs = ids.flatMap((id) => {
      const reader = this.find(id)?.reader;
      const run = reader?.summary(id);
      return reader && run ? [{ id, folder: run.folder, taskOf: reader.taskOf.bind(reader) }] : [];
    });
    return (await this.analysisList.of(runs)).map((one) => {
      const history = this.find(one.runId)?.reader.history(one.runId);
      return history ? { ...one, of: nameOfStep(history, one.checkpoint) } : one;
    });
  }

  /** @throws UserError when it is not there, or damaged. */
  answer(id: string, name: string): AnalysisAnswer {
    const { folder } = this.summary(id);
    try {
      const reader = this.find(id)?.reader;
      const answer = answerOf(id, { folder, name }, reader?.taskOf.bind(reader));
      const history = reader?.history(id);
      return history ? { ...answer, of: nameOfStep(history, answer.checkpoint) } : answer;
    } catch (error) {
      throw new UserError(`The answer ${name} of ${id} cannot be read: ${reason(error)}`);
    }
  }

  /** Of the stores where something trains or waits, or that are paused. */
  queues(): QueueState[] {
    return [...this.watches]
      .map(([store, { reader }]) => queueOf(store, reader.summaries()))
      .filter(({ paused, entries }) => paused !== null || entries.length > 0);
  }

  /** The ids of those that wait. @throws UserError where none of them does */
  moveInQueues(ids: readonly string[], move: QueueMove): string[] {
    const runs = ids.map((id) => this.refreshed(id));
    const stores = [...this.watches].filter(([, { reader }]) =>
      runs.some(({ id, state }) => state === 'queued' && reader.summary(id) !== undefined),
    );
    if (stores.length === 0) throw new UserError(NOTHING_WAITS);
    return stores.flatMap(([store, { reader }]) => moveInQueue(store, reader.summaries(), ids, move));
  }

  /** @throws UserError where a store cannot be written */
  pauseQueues(running: QueuePause | null): void {
    for (const [store, { reader }] of this.watches) {
      if (running === null && readQueue(store).paused) continueQueue(store);
      // A store that is not there yet has nothing to wait for.
      if (running !== null && reader.summaries().length > 0) pauseQueue(store, running);
    }
  }

  /** Stars these runs, tags them, or says something of them. @throws UserError when one is not there, or cannot be written. */
  annotate(ids: readonly string[], change: Annotation): void {
    for (const { id, folder } of ids.map((id) => this.summary(id))) {
      try {
        annotate(folder, change);
      } catch (error) {
        throw new UserError(`The note on ${id} cannot be written: ${reason(error)}.`);
      }
    }
    this.touch(ids);
  }

  /** Deletes folders of runs that are not active. @throws UserError when one is, before any is deleted. */
  delete(ids: readonly string[]): string[] {
    const runs = ids.map((id) => this.refreshed(id));
    const active = runs.find(({ state }) => isActive(state));
    if (active !== undefined) throw new UserError(`Run ${active.id} is ${active.state}: stop it before deleting it.`);
    for (const { folder } of runs) {
      try {
        deleteRun(folder);
      } catch (error) {
        throw new UserError(`Run ${basename(folder)} could not be deleted: ${reason(error)}.`);
      }
    }
    this.touch(ids);
    return [...ids];
  }

  /** Looks at these runs at once and passes on what changed. New ones are in the store that is given. */
  touch(ids: readonly string[], store?: string): void {
    const home = store === undefined ? undefined : this.watches.get(store);
    for (const id of ids) (home ?? this.find(id))?.touch([id]);
    this.changes.flush();
  }

  close(): void {
    this.changes.close();
    for (const watch of this.watches.values()) watch.close();
  }

  private refreshed(id: string): RunSummary {
    this.find(id)?.touch([id]);
    return this.summary(id);
  }

  private find(id: string): StoreWatch | undefined {
    return [...this.watches.values()].find(({ reader }) => reader.summary(id) !== undefined);
  }

  private readers(): StoreReader[] {
    return [...this.watches.values()].map(({ reader }) => reader);
  }
}
