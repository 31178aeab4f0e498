import type { RunSummary } from '../../protocol/runs.ts';

/** Changes of all stores, put together and passed on at most once per interval: the first after a pause at once. */
export class Changes {
  private readonly changed = new Map<string, RunSummary>();
  private readonly removed = new Set<string>();
  private pushed = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private readonly push: (changed: RunSummary[], removed: string[]) => void;
  private readonly intervalMs: number;

  constructor(push: (changed: RunSummary[], removed: string[]) => void, intervalMs: number) {
    this.push = push;
    this.intervalMs = intervalMs;
  }

  add(changed: readonly RunSummary[], removed: readonly string[]): void {
    for (const id of removed) {
      this.changed.delete(id);
      this.removed.add(id);
    }
    for (const run of changed) {
      this.removed.delete(run.id);
      this.changed.set(run.id, run);
    }
    const wait = Math.max(0, this.pushed + this.intervalMs - performance.now());
    this.timer ??= setTimeout(() => this.flush(), wait);
  }

  /** Passes on what there is now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.changed.size === 0 && this.removed.size === 0) return;
    const changed = [...this.changed.values()];
    const removed = [...this.removed];
    this.changed.clear();
    this.removed.clear();
    this.pushed = performance.now();
    this.push(changed, removed);
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
