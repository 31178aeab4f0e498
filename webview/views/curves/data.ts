import type { Metric } from '../../../protocol/runs.ts';
import type { Session } from '../../shared/session.ts';
import type { Theme } from '../../shared/theme.ts';
import { buildModel, type ChartModel } from './model.ts';
import { RUNS_PER_REQUEST, SeriesStore, type Window, windowFor } from './store.ts';
import { type Entry, entriesOf, inputsOf } from './variants.ts';

/** Numbers that one chart may hold. */
export const DRAW_BUDGET = 400_000;

/** After a failure, series are asked for once more before it is shown. */
const RETRY_MS = 500;

export type Kind = 'accuracy' | 'loss';

/** What the curves view knows: pulls series of what is visible, and turns them into what the charts show. */
export class CurvesData {
  entries: Entry[] = [];
  /** Whether the series of what is visible have arrived at least once. */
  settled = false;
  readonly models: Partial<Record<Kind, ChartModel>> = {};
  private readonly session: Session;
  private readonly store = new SeriesStore();
  private version = 0;
  private modelKey = '';

  constructor(session: Session) {
    this.session = session;
  }

  markStale(runIds: readonly string[]): void {
    this.store.markStale(runIds);
  }

  /** Rebuilds entries and models when anything that goes into them has changed. */
  refresh(theme: Theme, plotWidth: number): void {
    const { comparison, state } = this.session;
    if (!comparison) return;
    const { metric, smoothing, showSeeds, showOutdated, hiddenVariants } = state;
    const shown = [metric, smoothing, showSeeds, showOutdated, hiddenVariants, theme.scheme, theme.highContrast];
    const key = JSON.stringify([this.version, ...shown]);
    if (key === this.modelKey) return;
    this.modelKey = key;
    this.entries = entriesOf(comparison, state, theme);
    for (const kind of ['accuracy', 'loss'] as const) {
      const inputs = inputsOf(this.entries, `${metric}.${kind}`, this.store);
      const options = { smoothing, showSeeds, budget: DRAW_BUDGET, maxPoints: 4 * plotWidth };
      this.models[kind] = buildModel(`${metric}.${kind}`, inputs, options);
    }
  }

  /** Whether something visible has not been pulled yet, or not finely enough. */
  incomplete(plotWidth: number): boolean {
    return this.missing(plotWidth).length > 0;
  }

  async pull(plotWidth: number): Promise<void> {
    const { session } = this;
    const comparison = await session.channel.request('runs/compare', {});
    session.comparison = comparison;
    const runs = [...comparison.rows.flatMap((r) => r.runs), ...comparison.outdated];
    this.store.keepOnly(new Set(runs.map((r) => r.id)));
    this.show();
    for (const group of byWindow(this.missing(plotWidth))) {
      for (let i = 0; i < group.ids.length; i += RUNS_PER_REQUEST) {
        const ids = group.ids.slice(i, i + RUNS_PER_REQUEST);
        // A run that has just begun or just been deleted may be known to one side before the other.
        await this.pullSeries(ids, group.window).catch(async () => {
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
          await this.pullSeries(ids, group.window);
        });
      }
    }
    this.settled = true;
  }

  private async pullSeries(runIds: string[], window: Window): Promise<void> {
    const metrics = this.metrics();
    const range = window.range ? { from: window.range[0], to: window.range[1] } : {};
    // Marked before asking: what changes in the meantime has to be asked for again.
    for (const id of runIds) this.store.markFresh(id);
    try {
      const params = { runIds, metrics, maxPoints: window.maxPoints, ...range };
      const found = await this.session.channel.request('runs/series', params);
      this.store.fill(runIds, metrics, found, window);
    } catch (error) {
      this.store.markStale(runIds);
      throw error;
    }
    this.show();
  }

  private missing(plotWidth: number): { id: string; window: Window }[] {
    const { comparison, state } = this.session;
    if (!comparison) return [];
    const hidden = new Set(state.hiddenVariants);
    const ids = this.entriesNow()
      .filter((e) => !hidden.has(e.name))
      .flatMap((e) => e.runs)
      .filter((r) => r.progress > 0 || r.state !== 'queued')
      .map((r) => r.id);
    return this.store.needed(ids, this.metrics(), windowFor(plotWidth, ids.length, 2, state.zoom));
  }

  private entriesNow(): { name: string; runs: Entry['runs'] }[] {
    return entriesOf(this.session.comparison!, this.session.state, { scheme: 'dark', highContrast: false });
  }

  private metrics(): Metric[] {
    const { metric } = this.session.state;
    return [`${metric}.loss`, `${metric}.accuracy`];
  }

  private show(): void {
    this.version++;
    this.session.invalidate();
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
