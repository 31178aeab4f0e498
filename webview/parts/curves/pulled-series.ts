import type { Range } from '../../../protocol/drawing/scales.ts';
import type { Metric, Series } from '../../../protocol/metrics.ts';
import type { AxisId } from '../../../protocol/views.ts';

/** Numbers asked for in one sweep over all runs, so that a thousand runs stay as light as ten. */
export const PULL_BUDGET = 400_000;
/** Runs in one request. */
export const RUNS_PER_REQUEST = 50;

export interface Window {
  /** Absent for all epochs. */
  range: Range | null;
  maxPoints: number;
}

interface CachedSeries {
  series: Series;
  window: Window;
}

/** The series that have been pulled, and which of them have to be pulled again. */
export class SeriesStore {
  private readonly entries = new Map<string, CachedSeries>();
  private readonly stale = new Set<string>();

  get(runId: string, metric: Metric): Series | undefined {
    return this.entries.get(`${runId} ${metric}`)?.series;
  }

  /** Takes an answer; a run that has nothing logged of a metric yet gets an empty series, so it is not asked for again. */
  fill(runIds: readonly string[], metrics: readonly Metric[], found: readonly Series[], window: Window): void {
    for (const runId of runIds) {
      for (const metric of metrics) {
        const series = found.find((s) => s.runId === runId && s.metric === metric);
        const empty: Series = { runId, metric, x: [], y: [], total: 0 };
        this.entries.set(`${runId} ${metric}`, { series: series ?? empty, window });
      }
    }
  }

  markStale(runIds: readonly string[]): void {
    for (const id of runIds) this.stale.add(id);
  }

  markFresh(runId: string): void {
    this.stale.delete(runId);
  }

  /** Forgets runs that are no longer there. */
  keepOnly(runIds: ReadonlySet<string>): void {
    for (const key of this.entries.keys())
      if (!runIds.has(key.slice(0, key.lastIndexOf(' ')))) this.entries.delete(key);
    for (const id of this.stale) if (!runIds.has(id)) this.stale.delete(id);
  }

  /** Runs whose series are missing, changed, or too coarse for what is shown; and of each, the window to ask for. */
  needed(runIds: readonly string[], metrics: readonly Metric[], window: Window): { id: string; window: Window }[] {
    const whole: Window = { range: null, maxPoints: window.maxPoints };
    const out: { id: string; window: Window }[] = [];
    for (const id of runIds) {
      const entries = metrics.map((metric) => this.entries.get(`${id} ${metric}`));
      // A part is only asked for once the whole is known to be too long to be sent in full.
      const wanted = entries.some((e) => e && (e.window.range !== null || !isComplete(e.series))) ? window : whole;
      if (this.stale.has(id) || entries.some((e) => !satisfies(e, wanted))) out.push({ id, window: wanted });
    }
    return out;
  }
}

function isComplete(series: Series): boolean {
  return series.total <= series.x.length;
}

function satisfies(entry: CachedSeries | undefined, window: Window): boolean {
  if (!entry) return false;
  const { series, window: had } = entry;
  const complete = isComplete(series);
  if (complete && had.range === null) return true;
  if (had.maxPoints < window.maxPoints && !complete) return false;
  if (window.range === null) return had.range === null;
  return had.range !== null && had.range[0] === window.range[0] && had.range[1] === window.range[1];
}

/**
 * What to ask for, so that a plot of `width` CSS pixels shows every spike: four points a pixel, less when there are
 * many runs. Around a zoomed range one more range on either side is asked for: smoothing needs a run-up, and a short
 * pan nothing new. Over other axes than epochs a part cannot be asked for before it is known where it begins, so all of it
 * is, as finely as there is room for.
 */
export function windowFor(
  width: number,
  runs: number,
  metrics: number,
  zoom: Range | null,
  axis: AxisId = 'epoch',
): Window {
  const pixels = Math.max(256, Math.ceil(width / 256) * 256);
  const share = Math.floor(PULL_BUDGET / Math.max(1, runs * metrics));
  const maxPoints = Math.max(32, Math.min(4 * pixels, share));
  if (!zoom) return { range: null, maxPoints };
  if (axis !== 'epoch') return { range: null, maxPoints: Math.max(32, share) };
  const span = zoom[1] - zoom[0];
  return { range: [Math.max(0, zoom[0] - span), zoom[1] + span], maxPoints };
}
