import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { CurveChart } from '../../plot/chart.ts';
import { nearest } from '../../plot/grid.ts';
import { epoch, loss, percent, percentSign } from '../../shared/format.ts';
import type { Kind } from './data.ts';
import { swatch } from './legend.ts';
import { type ChartModel, type Reading, readAt } from './model.ts';

/** One chart on the page: what it shows and what it listens to. */
export interface Panel {
  kind: Kind;
  model: ChartModel | undefined;
  /** The element that the chart fills, while it is on the page. */
  host: HTMLElement | undefined;
  chart: CurveChart | undefined;
  keyDown: (event: KeyboardEvent) => void;
  blur: () => void;
  attach: (element: Element | undefined) => void;
}

/** Rows of the tooltip; with more variants it says how many are left out. */
const TOOLTIP_ROWS = 12;

const TITLES = { accuracy: 'Accuracy', loss: 'Loss' } as const;

export function panel(part: Panel, cursor: { x: number; on: Kind } | undefined, emptyReason: string): TemplateResult {
  const title = TITLES[part.kind];
  const unit = part.kind === 'accuracy' ? '%' : '';
  const hint = 'Arrow keys move a cursor over the epochs, Home follows the data again.';
  return html`<figure class="panel">
    <figcaption><h2>${title}</h2><span class="unit">${unit}</span></figcaption>
    <div
      class="plot"
      tabindex="0"
      role="application"
      aria-roledescription="chart"
      aria-label="${title} over epochs. ${hint}"
      @keydown=${part.keyDown}
      @blur=${part.blur}
    >
      <span class="x-label" aria-hidden="true">Epoch</span>
      <div class="canvas" data-metric=${part.model?.metric ?? part.kind} ${ref(part.attach)}></div>
      ${cursor && cursor.on === part.kind && part.model ? tooltip(part.model, cursor.x) : nothing}
      ${emptyReason ? html`<p class="plot-empty">${emptyReason}</p>` : nothing}
    </div>
  </figure>`;
}

function tooltip(model: ChartModel, x: number): TemplateResult | typeof nothing {
  const index = nearest(model.xs, x);
  const readings = readAt(model, index);
  if (readings.length === 0) return nothing;
  const accuracy = model.metric.endsWith('accuracy');
  const shown = readings.slice(0, TOOLTIP_ROWS);
  return html`<div class="tooltip" aria-hidden="true">
    <div class="tooltip-head">Epoch ${epoch(model.xs[index]!)}</div>
    <table>
      ${shown.map(
        (r) => html`<tr>
          <td>${swatch(r.style)}</td>
          <td class="name">${r.name}</td>
          <td class="value">${value(r.value, accuracy)}</td>
          <td class="range">${range(r, accuracy)}</td>
        </tr>`,
      )}
    </table>
    ${readings.length > shown.length ? html`<div class="more">and ${readings.length - shown.length} more</div>` : nothing}
  </div>`;
}

function value(v: number | null, accuracy: boolean): string {
  return v === null ? 'NaN' : accuracy ? percent(v, 2) : loss(v);
}

function range({ low, high }: Reading, accuracy: boolean): string {
  return low === undefined || high === undefined || low === high
    ? ''
    : `${value(low, accuracy)} – ${value(high, accuracy)}`;
}

/** What a screen reader says of one epoch: the values, best first. */
export function readingText(model: ChartModel, index: number): string {
  const accuracy = model.metric.endsWith('accuracy');
  const values = readAt(model, index).map(
    (r) => `${r.name} ${r.value === null ? 'not a number' : accuracy ? percentSign(r.value) : loss(r.value)}`,
  );
  return `Epoch ${epoch(model.xs[index]!)}. ${accuracy ? 'Accuracy' : 'Loss'}: ${values.join(', ') || 'no values'}.`;
}

/** Puts the tooltip beside the crosshair, on the side that has more room; `left` is undefined without a crosshair. */
export function placeTooltip(part: Panel, left: number | undefined): void {
  const tip = part.host?.parentElement?.querySelector<HTMLElement>('.tooltip');
  if (!tip || !part.host) return;
  tip.hidden = left === undefined;
  if (left === undefined) return;
  const width = part.host.clientWidth;
  const flip = left > width / 2;
  tip.style.left = flip ? '' : `${left + 14}px`;
  tip.style.right = flip ? `${width - left + 14}px` : '';
}
