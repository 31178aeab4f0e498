/** A chart of a few lines over a quantity other than epochs, as SVG. */
import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import { planXy, type XyChart, type XyPlan } from '../../protocol/drawing/xy.ts';

/** The chart with its title; reading values is for the table beside it. */
export function xyChart(chart: XyChart): TemplateResult {
  const plan = planXy(chart);
  return html`<figure class="xy">
    <figcaption><h3>${chart.title}</h3></figcaption>
    <svg viewBox="0 0 ${plan.width} ${plan.height}" role="img" aria-label=${plan.description}>${body(chart, plan)}</svg>
    ${plan.zeros ? html`<p class="muted">${plan.zeros}</p>` : nothing}
  </figure>`;
}

function body({ x, y }: XyChart, { box, height, rows, columns, marks, lines }: XyPlan): SVGTemplateResult {
  const { left, right, top, bottom } = box;
  return svg`
    ${rows.map(
      (row) => svg`<path class="grid" d="M${left} ${row.y.toFixed(1)}H${right}"/>
        <text class="tick" x=${left - 8} y=${row.y + 4} text-anchor="end">${row.label}</text>`,
    )}
    ${columns.map(
      (column) => svg`<text class="tick" x=${column.x} y=${bottom + 16} text-anchor="middle">${column.label}</text>`,
    )}
    <text class="axis-name" x=${(left + right) / 2} y=${height - 6} text-anchor="middle">${x.name}</text>
    <text class="axis-name" transform="translate(12 ${(bottom + top) / 2}) rotate(-90)" text-anchor="middle">${y.name}</text>
    ${marks.map(
      (mark) => svg`<path class="mark" d="M${left} ${mark.y.toFixed(1)}H${right}"/>
        <text class="mark-name" x=${right - 4} y=${mark.y - 4} text-anchor="end">${mark.name}</text>`,
    )}
    ${lines.map(lineOf)}`;
}

function lineOf({ style, path, band, dots }: XyPlan['lines'][number]): SVGTemplateResult {
  return svg`
    ${band ? svg`<path d=${band} fill=${style.colour} fill-opacity="0.16"/>` : ''}
    <path class="line" d=${path} fill="none" stroke=${style.colour} stroke-width="2" stroke-dasharray=${style.dash.join(' ') || 'none'}/>
    ${dots.map(({ x, y }) => svg`<circle cx=${x} cy=${y} r="2.5" fill=${style.colour}/>`)}`;
}
