import { html, nothing, type TemplateResult } from 'lit';
import { ref } from 'lit/directives/ref.js';
import { describeMetric, type Metric, parseMetric, type Quantity } from '../../../protocol/metrics.ts';
import type { CurveChart } from '../../plot/curves/chart.ts';
import { nearest } from '../../plot/curves/grid.ts';
import { BANDS, type ChartModel, fullRange, meanText, type Reading, readAt } from '../../plot/curves/model.ts';
import { swatch } from '../../plot/swatch.ts';
import { AXES, count, metricText } from '../../shared/format.ts';

/** One chart on the page: what it shows and what it listens to. */
export interface ChartPanel {
  /** The same for all splits: a chart stays when another split is chosen. */
  key: string;
  quantity: Quantity;
  model: ChartModel | undefined;
  /** The element that the chart fills, while it is on the page. */
  host: HTMLElement | undefined;
  chart: CurveChart | undefined;
  keyDown: (event: KeyboardEvent) => void;
  wheel: (event: WheelEvent) => void;
  blur: () => void;
  attach: (element: Element | undefined) => void;
}

export function panelKey(metric: Metric): string {
  const { quantity, split } = parseMetric(metric)!;
  return split === undefined ? metric : quantity;
}

/** Rows of the tooltip, at most; with more variants it says how many are left out. */
const TOOLTIP_ROWS = 12;
const TOOLTIP_HEAD = 60;
const TOOLTIP_ROW = 20;

export const AXIS_PLURALS = { epoch: 'epochs', update: 'weight updates', time: 'training time' } as const;
const RANGE_HEADS = { range: 'min – max', deviation: '± deviation', interval: '95 % interval', none: '' } as const;

function placeText({ axis, xs }: ChartModel, index: number): string {
  return `${AXES[axis].name} ${AXES[axis].text(xs[index]!)}`;
}

interface PanelLook {
  /** What the curves of a small chart have in common. */
  of: string | undefined;
  /** Why there is nothing to see; empty when there is. */
  emptyReason: string;
  log: boolean;
  toggleLog: () => void;
  /** Makes the value axis reach to the curves that leave it. */
  showAll: (() => void) | undefined;
}

export function panel(
  part: ChartPanel,
  model: ChartModel,
  cursor: { x: number; on: string } | undefined,
  { of, emptyReason, log, toggleLog, showAll }: PanelLook,
): TemplateResult {
  const { label, unit, log: mayBeLog } = describeMetric(model.metric);
  const band = model.curves.some((curve) => curve.low);
  const hint = 'Arrow keys move a cursor over the points, + and - zoom, Home follows the data again.';
  const axis = AXES[model.axis].short;
  return html`<figure class="panel">
    <figcaption>
      <h2 title=${of === undefined ? nothing : `${label}, ${of}`}>${label}${of === undefined ? nothing : html` <span class="of">${of}</span>`}</h2>
      <span class="unit">${unit}</span>
      ${band ? html`<span class="unit band">${meanText(model)}; band: ${BANDS[model.band]}</span>` : nothing}
      ${
        model.outliers && of === undefined
          ? html`<span class="unit">${count(model.outliers.outside, 'value')} of ${model.outliers.of.toLocaleString('en')} outside</span>`
          : nothing
      }
      ${beyondLine(model, showAll)}
      ${log && fullRange(model)[0] <= 0 ? html`<span class="unit">0 lies below the axis</span>` : nothing}
      ${
        mayBeLog
          ? html`<button
              class="log-axis"
              aria-pressed=${log ? 'true' : 'false'}
              aria-label="log: ${label} on a logarithmic axis"
              title="Logarithmic axis"
              @click=${toggleLog}
            >
              log
            </button>`
          : nothing
      }
    </figcaption>
    <div
      class="plot"
      tabindex="0"
      role="application"
      aria-roledescription="chart"
      aria-label="${label}${of === undefined ? '' : `, ${of},`} over ${AXIS_PLURALS[model.axis]}. ${hint}"
      @keydown=${part.keyDown}
      @wheel=${part.wheel}
      @blur=${part.blur}
    >
      <span class="x-label" aria-hidden="true">${axis}</span>
      <div class="canvas" data-metric=${model.metric} ${ref(part.attach)}></div>
      ${cursor && cursor.on === part.key ? tooltip(model, cursor.x, part.host?.clientHeight ?? 0) : nothing}
      ${emptyReason ? html`<p class="plot-empty">${emptyReason}</p>` : nothing}
    </div>
  </figure>`;
}

/** Which curves leave the chart at the top, and the way to see them. */
function beyondLine(
  { beyond, metric, curves }: ChartModel,
  showAll: (() => void) | undefined,
): TemplateResult | typeof nothing {
  const [first, ...others] = curves.flatMap(({ name }) => (beyond?.names.includes(name) ? [name] : []));
  if (!beyond || !showAll || first === undefined) return nothing;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return html`<span class="beyond"
    >${first}${more} up to ${metricText(metric, beyond.highest)}:
    <button class="link" @click=${showAll}>show</button></span
  >`;
}

function tooltip(model: ChartModel, x: number, height: number): TemplateResult | typeof nothing {
  const index = nearest(model.xs, x);
  const readings = readAt(model, index);
  if (readings.length === 0) return nothing;
  const room = Math.max(3, Math.min(TOOLTIP_ROWS, Math.floor((height - TOOLTIP_HEAD) / TOOLTIP_ROW)));
  const shown = readings.slice(0, room);
  return html`<div class="tooltip" aria-hidden="true">
    <table>
      <tr class="tooltip-head">
        <th colspan="3">${placeText(model, index)}</th>
        <th class="range">${shown.some((r) => range(r, model.metric)) ? RANGE_HEADS[model.band] : ''}</th>
      </tr>
      ${shown.map(
        (r) => html`<tr>
          <td>${swatch(r.style)}</td>
          <td class="name">${r.name}</td>
          <td class="value">${metricText(model.metric, r.value, 2)}</td>
          <td class="range">${range(r, model.metric)}</td>
        </tr>`,
      )}
    </table>
    ${readings.length > shown.length ? html`<div class="more">and ${readings.length - shown.length} more</div>` : nothing}
  </div>`;
}

function range({ low, high }: Reading, metric: Metric): string {
  return low === undefined || high === undefined || low === high
    ? ''
    : `${metricText(metric, low, 2)} – ${metricText(metric, high, 2)}`;
}

/** What a screen reader says of one epoch: the values, best first. */
export function readingText(model: ChartModel, index: number): string {
  const { label, unit } = describeMetric(model.metric);
  const values = readAt(model, index).map(({ name, value }) => {
    const text = metricText(model.metric, value);
    return `${name} ${text === 'NaN' ? 'not a number' : unit === '%' ? `${text}\u202f%` : text}`;
  });
  return `${placeText(model, index)}. ${label}: ${values.join(', ') || 'no values'}.`;
}

/** Between the crosshair and the tooltip, and between the tooltip and the edges of the chart. */
const TIP_GAP = 14;
const TIP_MARGIN = 4;

/**
 * Puts the tooltip beside the crosshair, on the side that has more room, and always whole on the chart; `left` is
 * undefined without a crosshair.
 */
export function placeTooltip(part: ChartPanel, left: number | undefined): void {
  const tip = part.host?.parentElement?.querySelector<HTMLElement>('.tooltip');
  if (!tip || !part.host) return;
  tip.hidden = left === undefined;
  if (left === undefined) return;
  const width = part.host.clientWidth;
  const beside = left > width / 2 ? left - TIP_GAP - tip.offsetWidth : left + TIP_GAP;
  tip.style.left = `${Math.max(TIP_MARGIN, Math.min(beside, width - tip.offsetWidth - TIP_MARGIN))}px`;
}
