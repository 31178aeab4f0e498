/** At most ten pulls a second, however often something changes. */
export const PULL_GAP_MS = 100;

/**
 * Runs `pull` after something changed: never twice at a time, never more often than the gap, never while the document
 * is hidden; what changed in the meantime is caught up with once it is over or the document is shown again.
 */
export class Puller {
  private wanted = false;
  private running = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last = Number.NEGATIVE_INFINITY;
  private readonly pull: () => Promise<void>;
  private readonly busyChanged: () => void;

  /** @param pull handles its own errors. @param busyChanged is called whenever `busy` may have changed. */
  constructor(pull: () => Promise<void>, busyChanged: () => void) {
    this.pull = pull;
    this.busyChanged = busyChanged;
    document.addEventListener('visibilitychange', () => this.step());
  }

  /** Whether what is shown may be older than what there is. */
  get busy(): boolean {
    return this.running || (this.wanted && !document.hidden);
  }

  request(): void {
    const idle = !this.busy;
    this.wanted = true;
    if (idle) this.busyChanged();
    this.step();
  }

  private step(): void {
    if (!this.wanted || this.running || this.timer !== undefined || document.hidden) return;
    const wait = Math.max(0, this.last + PULL_GAP_MS - performance.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (document.hidden) return;
      void this.run();
    }, wait);
  }

  private async run(): Promise<void> {
    this.wanted = false;
    this.running = true;
    this.last = performance.now();
    try {
      await this.pull();
    } finally {
      this.running = false;
      this.busyChanged();
      this.step();
    }
  }
}
