/** Accuracy and loss of a few variants or runs over their epochs, within another view. The view Curves has all the rest. */
import { html, nothing, type TemplateResult } from 'lit';
import { type Metric, SPLITS } from '../../../protocol/metrics.ts';
import { buildModel } from '../../plot/curves/model.ts';
import { swatch } from '../../plot/swatch.ts';
import { count } from '../../shared/format.ts';
import { icon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';
import { type Chart, ChartBoard } from './board.ts';
import { inputsOf, type Together } from './inputs.ts';
import { panelKey } from './panel.ts';
import { windowFor } from './pulled-series.ts';
import { SeriesSource } from './source.ts';

/** Numbers that one chart may hold. */
const DRAW_BUDGET = 200_000;
/** More curves are not told apart. */
export const MAX_CURVES = 20;

export class CurvesPart {
  private readonly board: ChartBoard;
  private readonly source: SeriesSource;
  private charts: Chart[] = [];
  private settled = false;
  private version = 0;
  private shown = '';

  constructor(private readonly session: Session<'compare'>) {
    this.board = new ChartBoard(session);
    this.source = new SeriesSource(session as unknown as Session, () => {
      this.version++;
      session.invalidate();
    });
  }

  themeChanged(): void {
    this.board.themeChanged();
  }

  markStale(runIds: readonly string[]): void {
    this.source.store.markStale(runIds);
  }

  async pull(all: readonly Together[]): Promise<void> {
    const ids = all.slice(0, MAX_CURVES).flatMap(({ runs }) => runs.filter(hasBegun).map(({ id }) => id));
    const metrics = this.metrics();
    const { zoom } = this.session.state;
    const window = windowFor(this.board.plotWidth(), ids.length, metrics.length, zoom);
    await this.source.pull(this.source.store.needed(ids, metrics, window), metrics);
    this.settled = true;
  }

  /** @param before what else stands in the toolbar */
  render(all: readonly Together[], before: TemplateResult): TemplateResult {
    const { session, board } = this;
    const curves = all.slice(0, MAX_CURVES);
    this.refresh(curves);
    const left = all.length - curves.length;
    return html`<div class="toolbar" role="toolbar" aria-label="Curves">
        ${before}
        <div class="segments" role="radiogroup" aria-label="Scores on">
          ${SPLITS.map(
            (split) => html`<label>
              <input
                type="radio"
                name="split"
                .checked=${session.state.split === split}
                @change=${() => session.update({ split })}
              /><span>${split[0]!.toUpperCase()}${split.slice(1)}</span>
            </label>`,
          )}
        </div>
        <span class="toolbar-end">
          ${
            board.zoomed
              ? html`<button class="quiet" title="Follow the data again (Home, or double-click)" @click=${() => board.resetZoom()}>
                  ${icon('close')}<span>Reset zoom</span>
                </button>`
              : nothing
          }
        </span>
      </div>
      <ul class="key" aria-label="Curves">
        ${curves.map(
          ({
            name,
            style,
            runs,
          }) => html`<li @pointerenter=${() => board.setEmphasis(name)} @pointerleave=${() => board.setEmphasis(undefined)}>
            ${swatch(style)}${name} ${runs.length > 1 ? html`<span class="muted">${count(runs.length, 'seed')}</span>` : nothing}
          </li>`,
        )}
      </ul>
      ${left > 0 ? html`<p class="muted">The first ${curves.length} of ${all.length} are drawn.</p>` : nothing}
      <div class="charts-beside">${this.charts.map((chart) => board.chart(chart, this.emptyReason(chart)))}</div>
      <div class="visually-hidden" role="status" aria-live="polite">${board.announcement}</div>`;
  }

  afterRender(): void {
    this.board.afterRender(this.charts, this.settled);
  }

  private metrics(): Metric[] {
    const { split } = this.session.state;
    return [`${split}.accuracy`, `${split}.loss`];
  }

  private refresh(curves: readonly Together[]): void {
    const { theme } = this.board;
    const metrics = this.metrics();
    const of = curves.map(({ name, style, runs }) => [
      name,
      style,
      runs.map(({ id, state, epoch }) => [id, state, epoch]),
    ]);
    const key = JSON.stringify([this.version, metrics, theme.scheme, of]);
    if (key === this.shown) return;
    this.shown = key;
    const maxPoints = 4 * this.board.plotWidth();
    const options = { smoothing: 0, showSeeds: false, budget: DRAW_BUDGET, maxPoints };
    this.charts = metrics.map((metric) => ({
      key: panelKey(metric),
      metric,
      model: buildModel(metric, inputsOf(curves, metric, 'epoch', this.source.store), options),
    }));
  }

  private emptyReason({ model }: Chart): string {
    if (model.curves.length > 0 || !this.settled) return '';
    return `There are no ${this.session.state.split} scores of these runs.`;
  }
}

function hasBegun({ progress, state }: { progress: number; state: string }): boolean {
  return progress > 0 || state !== 'queued';
}
