import { earlierOf } from '../../../protocol/comparison/earlier.ts';
import { epochRange } from '../../../protocol/drawing/scales.ts';
import {
  LAYER_QUANTITIES,
  type LayerQuantity,
  layersIn,
  type Metric,
  ofLayers,
  parseMetric,
} from '../../../protocol/metrics.ts';
import { isActive, type RunSummary } from '../../../protocol/runs.ts';
import type { Chart } from '../../parts/curves/board.ts';
import { inputsOf } from '../../parts/curves/inputs.ts';
import { type Window, windowFor } from '../../parts/curves/pulled-series.ts';
import { SeriesSource } from '../../parts/curves/source.ts';
import { extremes } from '../../plot/curves/extremes.ts';
import { buildModel, type ChartModel } from '../../plot/curves/model.ts';
import type { Session } from '../../shared/session.ts';
import { OtherStudies } from '../../shared/study/others.ts';
import { KnownSettings } from '../../shared/study/settings.ts';
import type { Theme } from '../../shared/theme.ts';
import { chartsOf } from './arrange/charts.ts';
import { type Drawn, entriesOf, type VariantEntry } from './variants.ts';

/** Numbers that one chart may hold. */
export const DRAW_BUDGET = 400_000;

/** Spiking layers that get a chart of their own, at most. */
const MAX_LAYERS = 8;

/** What the curves view knows: pulls series of what is visible, and turns them into what the charts show. */
export class CurvesData {
  entries: VariantEntry[] = [];
  /** Whether the series of what is visible have arrived at least once. */
  settled = false;
  /** What there is of each metric, which small charts show parts of. */
  readonly models = new Map<Metric, ChartModel>();
  charts: Chart[] = [];
  /** Small charts of each metric that there is no room for. */
  left = 0;
  readonly others: OtherStudies;
  readonly settings: KnownSettings;
  private readonly extremes = new WeakMap<ChartModel, { of: string; range: readonly [number | null, number | null] }>();
  private readonly session: Session<'curves'>;
  private readonly source: SeriesSource;
  private version = 0;
  private modelKey = '';

  constructor(session: Session<'curves'>) {
    this.session = session;
    this.others = new OtherStudies(session);
    this.settings = new KnownSettings(session);
    this.source = new SeriesSource(session, () => this.show());
  }

  markStale(runIds: readonly string[]): void {
    this.source.store.markStale(runIds);
  }

  /** What is shown, one chart each. */
  metrics(): Metric[] {
    const { split, also } = this.session.state;
    const scores: Metric[] = [`${split}.accuracy`, `${split}.loss`];
    if (also === 'all') {
      const ofLayers = LAYER_QUANTITIES.flatMap((what) => this.metricsOf(what));
      return [...scores, ...ofLayers, 'run.rate', 'run.pace'];
    }
    if (also === 'rate' || also === 'pace') return [...scores, `run.${also}`];
    return also === 'nothing' || also === 'neurons' ? scores : [...scores, ...this.metricsOf(also)];
  }

  private metricsOf(what: LayerQuantity): Metric[] {
    return this.layersWith(what)
      .slice(0, MAX_LAYERS)
      .map((n): Metric => `${what}.${n}`);
  }

  /** Whether charts are small and beside each other. */
  get small(): boolean {
    const { also, chartsBy } = this.session.state;
    return also === 'all' || chartsBy !== '';
  }

  /** What is pulled: also where epochs lie on the axis. */
  private pulled(): Metric[] {
    const { axis } = this.session.state;
    return axis === 'epoch' ? this.metrics() : [...this.metrics(), `run.${axis}`];
  }

  /** Spiking layers of the network with the most of them. */
  layers(): number {
    return this.runs().reduce((largest, run) => Math.max(largest, layersIn(run.last)), 0);
  }

  /** Numbers of the layers of which any run says this. */
  private layersWith(what: LayerQuantity): number[] {
    const said = this.runs().map(({ last }) => ofLayers(last)[what]);
    const all = Array.from({ length: this.layers() }, (_, i) => i + 1);
    return all.filter((n) => said.some((values) => values[n - 1] != null));
  }

  private runs(): RunSummary[] {
    const { comparison } = this.session;
    if (!comparison) return [];
    return [...comparison.rows.flatMap((r) => r.runs), ...comparison.outdated, ...this.others.runs()];
  }

  /** The curves as they are on a background. */
  entriesOn(theme: Pick<Theme, 'scheme' | 'highContrast'>): VariantEntry[] {
    const { comparison, state } = this.session;
    if (!comparison) return [];
    const drawn: Drawn = { comparison, table: this.settings.table, others: this.others.studies };
    return entriesOf(drawn, state, theme);
  }

  /** Rebuilds entries and models when anything that goes into them has changed. */
  refresh(theme: Theme, plotWidth: number): void {
    const { comparison, state } = this.session;
    if (!comparison) return;
    const { smoothing, showSeeds, showOutdated, hiddenVariants, axis, logX, band, ignoreOutliers } = state;
    const metrics = this.metrics();
    const { colourBy, pooled, chartsBy } = state;
    const drawn = [axis, logX, band, ignoreOutliers, theme.scheme, theme.highContrast, colourBy, pooled, chartsBy];
    const shown = [metrics, smoothing, showSeeds, showOutdated, hiddenVariants, ...drawn];
    const key = JSON.stringify([this.version, ...shown]);
    if (key === this.modelKey) return;
    this.modelKey = key;
    this.entries = this.entriesOn(theme);
    this.models.clear();
    const shownEntries = this.entries.filter(({ hidden }) => !hidden);
    for (const metric of metrics) {
      const inputs = inputsOf(shownEntries, metric, axis, this.source.store);
      const options = {
        smoothing,
        showSeeds,
        axis,
        logX,
        band,
        ignoreOutliers,
        pooled: pooled && colourBy !== '',
        budget: DRAW_BUDGET,
        maxPoints: 4 * plotWidth,
      };
      this.models.set(metric, buildModel(metric, inputs, options));
    }
    ({ charts: this.charts, left: this.left } = chartsOf(this.models, this.entries));
  }

  /** Of all that small charts show over the part of the axis that is looked at. */
  extremesOf(whole: ChartModel, log: boolean): readonly [number | null, number | null] {
    const { zoom } = this.session.state;
    const of = JSON.stringify([zoom, log, whole.logX]);
    const known = this.extremes.get(whole);
    if (known?.of === of) return known.range;
    const range = extremes(whole, epochRange(whole.xs, zoom, whole.logX), log);
    this.extremes.set(whole, { of, range });
    return range;
  }

  /** Why a chart is empty; an empty text where it is not, or where nobody knows yet. */
  emptyReason(model: ChartModel): string {
    const { entries, settled } = this;
    if (model.curves.length > 0 || !settled) return '';
    if (entries.length > 0 && entries.every((e) => e.hidden)) return 'All variants are hidden.';
    const { split } = parseMetric(model.metric)!;
    const runs = entries.flatMap((e) => e.runs);
    if (runs.length === 0) return 'No runs with the settings now in the file.';
    const begun = runs.some((r) => r.train && r.epoch > 0);
    const failed = runs.find((run) => run.state === 'failed' && run.message);
    if (!begun && failed && runs.every((run) => !isActive(run.state))) return failed.message!;
    if (split === undefined) return begun ? 'Nothing of this was logged.' : 'Waiting for the first epoch…';
    if (split !== 'train' && begun && runs.every((r) => !r[split])) return `This study has no ${split} scores.`;
    return 'Waiting for the first scores…';
  }

  /** Whether something visible has not been pulled yet, or not finely enough. */
  incomplete(plotWidth: number): boolean {
    return this.missing(plotWidth).length > 0;
  }

  async pull(plotWidth: number): Promise<void> {
    const { session } = this;
    const comparison = await session.channel.request('runs/compare', {});
    session.comparison = comparison;
    await this.others.pull();
    this.source.store.keepOnly(new Set(this.runs().map((r) => r.id)));
    this.show();
    // What settings there are is asked for by the boxes that choose among them, and by what is arranged by them.
    if (session.state.colourBy || session.state.chartsBy || session.menu === 'arrange') await this.pullSettings();
    await this.source.pull(this.missing(plotWidth), this.pulled());
    this.settled = true;
  }

  async pullSettings(): Promise<void> {
    const comparison = this.session.comparison!;
    const earlier = earlierOf(comparison).flatMap(({ runs }) => runs.slice(0, 1).map(({ id }) => id));
    if (await this.settings.pull(comparison, [...earlier, ...this.others.firstRuns()])) this.show();
  }

  private missing(plotWidth: number): { id: string; window: Window }[] {
    const { state } = this.session;
    const ids = this.entriesOn({ scheme: 'dark', highContrast: false })
      .filter((e) => !e.hidden)
      .flatMap((e) => e.runs)
      .filter((r) => r.progress > 0 || r.state !== 'queued')
      .map((r) => r.id);
    const metrics = this.pulled();
    return this.source.store.needed(
      ids,
      metrics,
      windowFor(plotWidth, ids.length, metrics.length, state.zoom, state.axis),
    );
  }

  private show(): void {
    this.version++;
    this.session.invalidate();
  }
}
