/** Watches one store: file-system events where there are any, polling always. */
import type { FSWatcher } from 'node:fs';
import type { RunState, RunSummary } from '../../protocol/runs.ts';
import type { StoreReader } from '../runs/store.ts';

/** While something is going on, and while nothing is. */
const BUSY_MS = 500;
const IDLE_MS = 2000;
/** A look takes about so long at most, that requests are heard; what is left is looked at next. */
const START_MS = 500;
const LOOK_MS = 250;
const NEXT_MS = 10;
/** After an event, to take its companions along. */
const EVENT_MS = 30;
/** Runs that stand still are looked at in turn, this many each time. */
const IDLE_BATCH = 250;
/** Folders of active runs that are watched at most; the others are polled. */
const MAX_WATCHED = 64;

export interface WatchEvents {
  changed(changed: RunSummary[], removed: string[]): void;
  /** Empty when all is well again. */
  problem(message: string): void;
}

const ACTIVE: Record<RunState, boolean> = {
  queued: true,
  running: true,
  finished: false,
  stopped: false,
  failed: false,
  interrupted: false,
};

export class StoreWatch {
  readonly reader: StoreReader;
  private readonly events: WatchEvents;
  /** Watchers by folder; the empty id is the folder of all runs. */
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly dirty = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private eventTimer: NodeJS.Timeout | undefined;
  private closed = false;
  private problem = '';
  /** Where the round of the idle runs stands. */
  private turn = 0;

  constructor(reader: StoreReader, events: WatchEvents) {
    this.reader = reader;
    reader.patient = true;
    this.events = events;
  }

  /** Reads everything and goes on watching. */
  start(): void {
    const { problem, left } = this.reader.refresh(undefined, START_MS);
    this.tell(problem);
    this.later(left);
    this.watchFolders();
    this.plan();
  }

  /** Looks at these runs at once: we know that something happened to them. */
  touch(ids: Iterable<string>): void {
    for (const id of ids) this.dirty.add(id);
    this.lookAtDirty();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    clearTimeout(this.eventTimer);
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
  }

  private poll(): void {
    this.lookAt(this.due());
    this.plan();
  }

  private lookAtDirty(): void {
    clearTimeout(this.eventTimer);
    this.eventTimer = undefined;
    if (this.closed || this.dirty.size === 0) return;
    const ids = new Set(this.dirty);
    this.dirty.clear();
    this.lookAt(ids);
  }

  /** At these runs, or at everything. */
  private lookAt(ids: ReadonlySet<string> | undefined): void {
    const change = this.reader.refresh(ids, LOOK_MS);
    this.later(change.left);
    this.tell(change.problem);
    if (change.changed.length > 0 || change.removed.length > 0) this.events.changed(change.changed, change.removed);
    this.watchFolders();
  }

  private later(left: readonly string[] | undefined): void {
    if (!left || this.closed) return;
    for (const id of left) this.dirty.add(id);
    this.eventTimer ??= setTimeout(() => this.lookAtDirty(), NEXT_MS);
  }

  /** Ids to look at now; undefined for everything, which also says why the store cannot be read. */
  private due(): Set<string> | undefined {
    let names: string[];
    try {
      names = this.reader.list();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || this.problem !== '') return undefined;
      names = [];
    }
    const known = this.reader.summaries();
    const present = new Set(names);
    const due = new Set(this.dirty);
    this.dirty.clear();
    const idle: string[] = [];
    for (const { id, state } of known) {
      if (ACTIVE[state] || !present.has(id)) due.add(id);
      else idle.push(id);
      present.delete(id);
    }
    // What is left is new.
    for (const id of present) due.add(id);
    for (let i = 0; i < Math.min(IDLE_BATCH, idle.length); i++) due.add(idle[(this.turn + i) % idle.length]!);
    this.turn = idle.length === 0 ? 0 : (this.turn + IDLE_BATCH) % idle.length;
    return due;
  }

  private plan(): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.poll(), this.reader.active().length > 0 ? BUSY_MS : IDLE_MS);
  }

  private tell(problem: string): void {
    if (problem === this.problem) return;
    this.problem = problem;
    this.events.problem(problem);
  }

  /** Events for new runs and for those that go on. They only make things faster: polling finds the same. */
  private watchFolders(): void {
    const wanted = new Set(['', ...this.reader.active().slice(0, MAX_WATCHED)]);
    for (const [id, watcher] of this.watchers) {
      if (wanted.has(id)) continue;
      watcher.close();
      this.watchers.delete(id);
    }
    for (const id of wanted) if (!this.watchers.has(id)) this.watchFolder(id);
  }

  private watchFolder(id: string): void {
    try {
      const watcher = this.reader.watch(id === '' ? undefined : id, (name) => {
        if (id !== '') this.dirty.add(id);
        else if (name !== null && !name.startsWith('.')) this.dirty.add(name);
        if (!this.closed) this.eventTimer ??= setTimeout(() => this.lookAtDirty(), EVENT_MS);
      });
      watcher.on('error', () => this.unwatch(id, watcher));
      this.watchers.set(id, watcher);
    } catch {
      // Not there yet, no more watches, or a file system without events: polling does it.
    }
  }

  private unwatch(id: string, watcher: FSWatcher): void {
    watcher.close();
    if (this.watchers.get(id) === watcher) this.watchers.delete(id);
  }
}
