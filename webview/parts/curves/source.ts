/** Series of runs as they are needed: asked for in parts, once more after a failure. */
import type { Metric } from '../../../protocol/metrics.ts';
import type { Session } from '../../shared/session.ts';
import { RUNS_PER_REQUEST, SeriesStore, type Window } from './pulled-series.ts';

/** After a failure, series are asked for once more before it is shown. */
const RETRY_MS = 500;

export class SeriesSource {
  readonly store = new SeriesStore();

  /** @param arrived after every part of what was asked for */
  constructor(
    private readonly session: Session,
    private readonly arrived: () => void,
  ) {}

  async pull(missing: readonly { id: string; window: Window }[], metrics: readonly Metric[]): Promise<void> {
    for (const group of byWindow(missing)) {
      for (let i = 0; i < group.ids.length; i += RUNS_PER_REQUEST) {
        const ids = group.ids.slice(i, i + RUNS_PER_REQUEST);
        // A run that has just begun or just been deleted may be known to one side before the other.
        await this.ask(ids, metrics, group.window).catch(async () => {
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          await this.ask(ids, metrics, group.window);
        });
      }
    }
  }

  private async ask(runIds: string[], metrics: readonly Metric[], window: Window): Promise<void> {
    const range = window.range ? { from: window.range[0], to: window.range[1] } : {};
    // Marked before asking: what changes in the meantime has to be asked for again.
    for (const id of runIds) this.store.markFresh(id);
    try {
      const params = { runIds, metrics: [...metrics], maxPoints: window.maxPoints, ...range };
      const found = await this.session.channel.request('runs/series', params);
      this.store.fill(runIds, metrics, found, window);
    } catch (error) {
      this.store.markStale(runIds);
      throw error;
    }
    this.arrived();
  }
}

function byWindow(items: readonly { id: string; window: Window }[]): { ids: string[]; window: Window }[] {
  const groups = new Map<string, { ids: string[]; window: Window }>();
  for (const { id, window } of items) {
    const key = JSON.stringify(window);
    const group = groups.get(key) ?? { ids: [], window };
    group.ids.push(id);
    groups.set(key, group);
  }
  return [...groups.values()];
}
