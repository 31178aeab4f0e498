import { html, nothing, type TemplateResult } from 'lit';
import { parseMetric } from '../../../protocol/metrics.ts';
import { CurveChart } from '../../plot/curves/chart.ts';
import { nearest } from '../../plot/curves/grid.ts';
import { fullRange } from '../../plot/curves/model.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import { readTheme } from '../../shared/theme.ts';
import type { View } from '../../shared/view.ts';
import { arrangeButton } from './arrange/button.ts';
import type { Chart } from './arrange/charts.ts';
import { smallNote } from './arrange/small-note.ts';
import { CurvesData } from './data.ts';
import { exportCsv, exportPng, exportSvg } from './exports.ts';
import { keyTarget } from './keys.ts';
import { legend, legendCursor } from './legend.ts';
import { NeuronMaps } from './neurons/neurons.ts';
import { type ChartPanel, panel, placeTooltip, readingText } from './panel.ts';
import { valueTable } from './tables.ts';
import { toolbar } from './toolbar.ts';

/** Where the cursor is, in epochs, which chart has it, and what moves it. */
interface Cursor {
  x: number;
  on: string;
  by: 'pointer' | 'keys';
}

/** Accuracy, loss and what else was logged, over the epochs of all variants, live. */
export class CurvesView implements View {
  private readonly session: Session<'curves'>;
  private readonly data: CurvesData;
  private readonly neurons: NeuronMaps;
  private readonly puller: Puller;
  private readonly panels = new Map<string, ChartPanel>();
  private theme = readTheme();
  private emphasis: string | undefined;
  private cursor: Cursor | undefined;
  private announcement = '';

  constructor(session: Session<'curves'>) {
    this.session = session;
    this.data = new CurvesData(session);
    this.neurons = new NeuronMaps(session);
    this.puller = new Puller(
      () => this.pull(),
      () => session.invalidate(),
    );
    this.puller.request();
  }

  changed(runIds: readonly string[]): void {
    this.data.markStale(runIds);
    if (runIds.length === 0) this.data.settings.forget();
    this.puller.request();
  }

  themeChanged(): void {
    this.theme = readTheme();
    this.session.invalidate();
  }

  render(): TemplateResult {
    const { session } = this;
    const { comparison } = session;
    this.data.refresh(this.theme, this.plotWidth());
    for (const { part, chart } of this.shown()) part.model = chart.model;
    const empty = comparison && comparison.outdated.length === 0 && comparison.rows.every((r) => r.runs.length === 0);
    return html`<div class="page curves" aria-busy=${this.puller.busy}>
      ${header(session)} ${banners(session)}
      ${
        empty
          ? emptyState(session)
          : comparison
            ? this.body()
            : html`<p class="waiting">${session.pullProblem ? '' : 'Reading the runs…'}</p>`
      }
      <div class="visually-hidden" role="status" aria-live="polite" id="announcement">${this.announcement}</div>
    </div>`;
  }

  /** What is not HTML: the canvases, and the tooltip that follows them. */
  afterRender(): void {
    const { state } = this.session;
    for (const { part, chart } of this.shown()) {
      if (!part.model || !part.host) continue;
      // Empty axes that are gone a moment later would only flicker.
      if (part.model.curves.length === 0 && !this.data.settled) continue;
      part.chart ??= new CurveChart(part.host, this.chartEvents(part));
      part.chart.update(part.model, {
        theme: this.theme,
        log: state.logAxes.includes(part.quantity),
        zoomX: state.zoom,
        zoomY: state.zoomY[part.quantity] ?? null,
        shared: chart.whole && this.data.extremesOf(chart.whole, state.logAxes.includes(part.quantity)),
        emphasis: this.emphasis,
      });
      const own = this.cursor?.on === part.key && this.cursor.by === 'pointer';
      placeTooltip(part, part.chart.pointAt(this.cursor?.x, own));
    }
    const behind =
      this.data.incomplete(this.plotWidth()) ||
      (state.also === 'neurons' && this.neurons.incomplete(this.data.entries));
    if (behind && !this.session.pullProblem) this.puller.request();
  }

  private body(): TemplateResult {
    const { session } = this;
    const { state } = session;
    const { entries } = this.data;
    const neurons = state.also === 'neurons';
    const shown = this.shown();
    const zoomed = state.zoom !== null || Object.keys(state.zoomY).length > 0;
    const models = [...this.data.models.values()];
    const signed = models.flatMap(({ curves }) => curves);
    const charts = shown.map(({ chart }) => chart);
    const onWhite = () => this.data.entriesOn({ scheme: 'light', highContrast: false });
    return html`${toolbar(session, this.data.layers() > 0, zoomed, models, {
      resetZoom: () => this.resetZoom(),
      arrange: arrangeButton(session, this.data, () => this.puller.request()),
      exports: [
        { label: 'CSV', hint: 'every logged value', run: () => exportCsv(session, entries) },
        { label: 'SVG', hint: 'the charts with legend', run: () => exportSvg(session, charts, onWhite()) },
        { label: 'PNG', hint: 'the same as a picture', run: () => exportPng(session, charts, onWhite()) },
        ...(neurons
          ? [
              {
                label: 'Neurons as CSV',
                hint: 'their rates in every epoch shown',
                run: () => session.export(session.exportName('neurons.csv'), this.neurons.csv(entries)),
              },
            ]
          : []),
      ],
    })}
      <div class="stage">
        ${
          state.asTable
            ? html`<main class="tables">
                ${models.map((model) => valueTable(model))} ${neurons ? this.neurons.tables(entries) : nothing}
              </main>`
            : html`<main data-scroll="charts" class="charts ${this.data.small ? 'small' : ''} ${neurons ? 'with-neurons' : ''}">
                ${this.data.small ? smallNote(this.data) : nothing} ${shown.map(({ part, chart }) => this.panel(part, chart))}
                ${neurons ? this.neurons.picture(entries, this.theme) : nothing}
              </main>`
        }
        ${legend(session, entries, legendCursor(this.data.models, state.split, this.cursor?.x), signed, (name) => this.setEmphasis(name))}
      </div>`;
  }

  /** The charts in their order, each with what it shows now. */
  private shown(): { part: ChartPanel; chart: Chart }[] {
    return this.data.charts.map((chart) => ({ part: this.panelOf(chart), chart }));
  }

  private panel(part: ChartPanel, { model, of, whole = model }: Chart): TemplateResult {
    const { quantity } = part;
    const { logAxes, zoomY } = this.session.state;
    const log = logAxes.includes(quantity);
    const toggleLog = (): void => {
      const { [quantity]: _, ...others } = zoomY;
      const rest = logAxes.filter((one) => one !== quantity);
      this.session.update({ logAxes: log ? rest : [...rest, quantity], zoomY: others });
    };
    const showAll =
      zoomY[quantity] || log
        ? undefined
        : () => this.session.update({ zoomY: { ...zoomY, [quantity]: fullRange(whole) } });
    const emptyReason = this.data.emptyReason(model);
    return panel(part, model, this.cursor, { of, emptyReason, log, toggleLog, showAll });
  }

  private plotWidth(): number {
    return Math.max(256, ...[...this.panels.values()].map((p) => p.host?.clientWidth ?? 0));
  }

  private async pull(): Promise<void> {
    const { session } = this;
    try {
      await this.data.pull(this.plotWidth());
      if (session.state.also === 'neurons') {
        this.data.refresh(this.theme, this.plotWidth());
        await this.neurons.pull(this.data.entries);
      }
      session.pullProblem = undefined;
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }

  private panelOf({ key, metric }: Chart): ChartPanel {
    const known = this.panels.get(key);
    if (known) return known;
    const part: ChartPanel = {
      key,
      quantity: parseMetric(metric)!.quantity,
      model: undefined,
      host: undefined,
      chart: undefined,
      keyDown: (event) => this.onKey(part, event),
      blur: () => {
        if (this.cursor?.by === 'keys') this.setCursor(undefined);
      },
      attach: (element) => {
        if (element === part.host) return;
        part.chart?.destroy();
        part.chart = undefined;
        part.host = element as HTMLElement | undefined;
      },
    };
    this.panels.set(key, part);
    return part;
  }

  private chartEvents(part: ChartPanel): ConstructorParameters<typeof CurveChart>[1] {
    const on = part.key;
    return {
      cursor: (x) => {
        if (x === undefined) {
          if (this.cursor?.on === on && this.cursor.by === 'pointer') this.setCursor(undefined);
        } else if (this.cursor?.x !== x || this.cursor.on !== on) this.setCursor({ x, on, by: 'pointer' });
      },
      zoom: (axis, range) => {
        if (axis === 'x') this.session.update({ zoom: [Math.max(0, range[0]), range[1]] });
        else this.session.update({ zoomY: { ...this.session.state.zoomY, [part.quantity]: range } });
      },
      reset: () => this.resetZoom(),
      drawn: () => {
        if (this.cursor) this.session.invalidate();
      },
      released: () => this.session.invalidate(),
    };
  }

  private setCursor(cursor: Cursor | undefined): void {
    this.cursor = cursor;
    this.session.invalidate();
  }

  private setEmphasis(name: string | undefined): void {
    if (this.emphasis === name) return;
    this.emphasis = name;
    this.session.invalidate();
  }

  private resetZoom(): void {
    this.session.update({ zoom: null, zoomY: {} });
  }

  private onKey(part: ChartPanel, event: KeyboardEvent): void {
    const { model } = part;
    if (!model || model.xs.length === 0) return;
    const target = keyTarget(event, model.xs.length, this.cursor ? nearest(model.xs, this.cursor.x) : undefined);
    if (target === undefined) return;
    event.preventDefault();
    if (target === 'reset') {
      this.resetZoom();
      this.announcement = 'The charts follow the data again.';
    } else if (target === 'leave') this.setCursor(undefined);
    else {
      this.setCursor({ x: model.xs[target]!, on: part.key, by: 'keys' });
      this.announcement = readingText(model, target);
    }
  }
}
