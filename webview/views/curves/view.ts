import { html, nothing, type TemplateResult } from 'lit';
import { ChartBoard } from '../../parts/curves/board.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import type { View } from '../../shared/view.ts';
import { arrangeButton } from './arrange/button.ts';
import { smallNote } from './arrange/small-note.ts';
import { CurvesData } from './data.ts';
import { exportPng, exportSvg, exportValues } from './exports.ts';
import { legend, legendCursor } from './legend.ts';
import { NeuronMaps } from './neurons/neurons.ts';
import { valueTable } from './tables.ts';
import { toolbar } from './toolbar.ts';

/** Accuracy, loss and what else was logged, over the epochs of all variants, live. */
export class CurvesView implements View {
  private readonly session: Session<'curves'>;
  private readonly data: CurvesData;
  private readonly neurons: NeuronMaps;
  private readonly puller: Puller;
  private readonly board: ChartBoard;

  constructor(session: Session<'curves'>) {
    this.session = session;
    this.data = new CurvesData(session);
    this.neurons = new NeuronMaps(session);
    this.board = new ChartBoard(session);
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
    this.board.themeChanged();
    this.session.invalidate();
  }

  render(): TemplateResult {
    const { session } = this;
    const { comparison } = session;
    this.data.refresh(this.board.theme, this.board.plotWidth());
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
      <div class="visually-hidden" role="status" aria-live="polite" id="announcement">${this.board.announcement}</div>
    </div>`;
  }

  /** What is not HTML: the canvases, and the tooltip that follows them. */
  afterRender(): void {
    const { state } = this.session;
    const { board, data } = this;
    board.afterRender(data.charts, data.settled, (whole, log) => data.extremesOf(whole, log));
    const behind =
      data.incomplete(board.plotWidth()) || (state.also === 'neurons' && this.neurons.incomplete(data.entries));
    if (behind && !this.session.pullProblem) this.puller.request();
  }

  private body(): TemplateResult {
    const { session } = this;
    const { state } = session;
    const { entries } = this.data;
    const neurons = state.also === 'neurons';
    const { board } = this;
    const { charts } = this.data;
    const models = [...this.data.models.values()];
    const signed = models.flatMap(({ curves }) => curves);
    const onWhite = () => this.data.entriesOn({ scheme: 'light', highContrast: false });
    return html`${toolbar(session, this.data.layers() > 0, board.zoomed, models, {
      resetZoom: () => board.resetZoom(),
      arrange: arrangeButton(session, this.data, () => this.puller.request()),
      exports: [
        { label: 'CSV', hint: 'every logged value', run: () => exportValues(session, entries, 'csv') },
        { label: 'JSON', hint: 'the same, run by run', run: () => exportValues(session, entries, 'json') },
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
                ${this.data.small ? smallNote(this.data) : nothing} ${charts.map((chart) => board.chart(chart, this.data.emptyReason(chart.model)))}
                ${neurons ? this.neurons.picture(entries, board.theme) : nothing}
              </main>`
        }
        ${legend(session, entries, legendCursor(this.data.models, state.split, board.cursor?.x), signed, (name) => board.setEmphasis(name))}
      </div>`;
  }

  private async pull(): Promise<void> {
    const { session } = this;
    try {
      await this.data.pull(this.board.plotWidth());
      if (session.state.also === 'neurons') {
        this.data.refresh(this.board.theme, this.board.plotWidth());
        await this.neurons.pull(this.data.entries);
      }
      session.pullProblem = undefined;
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }
}
