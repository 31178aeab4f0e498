import { html, type TemplateResult } from 'lit';
import { describeMetric, type Metric } from '../../../protocol/metrics.ts';
import type { Aligned } from '../../plot/curves/grid.ts';
import { type ChartModel, meanText } from '../../plot/curves/model.ts';
import { AXES, metricText } from '../../shared/format.ts';

/** Rows that a table of numbers shows at most; the export has all of them. */
export const MAX_ROWS = 200;

/** The numbers of a chart: one row per epoch, one column per variant. */
export function valueTable(model: ChartModel): TemplateResult {
  const { label, unit } = describeMetric(model.metric);
  const title = unit ? `${label} in ${unit}` : label;
  const step = Math.max(1, Math.ceil(model.xs.length / MAX_ROWS));
  const last = model.xs.length - 1;
  const rows = model.xs.map((_, i) => i).filter((i) => (last - i) % step === 0);
  const seeds = model.curves.some((c) => c.seedCount > 1);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${title}>
    <table class="values">
      <caption>
        ${title}${seeds ? `, ${meanText(model)}` : ''}
        ${step > 1 ? html`<small>1 in ${step} points; export CSV for all of them</small>` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">${AXES[model.axis].name}</th>
          ${model.curves.map((c) => html`<th scope="col">${c.name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (i) => html`<tr>
            <th scope="row">${AXES[model.axis].text(model.xs[i]!)}</th>
            ${model.curves.map((c) => html`<td>${cell(c.mean, i, model.metric)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
    ${rows.length === 0 ? html`<p class="muted">No scores yet.</p>` : ''}
  </div>`;
}

function cell(values: Aligned, index: number, metric: Metric): string {
  const value = values[index];
  return value === undefined ? '' : metricText(metric, value, 2);
}
