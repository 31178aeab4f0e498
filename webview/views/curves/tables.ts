import { html, type TemplateResult } from 'lit';
import type { Aligned } from '../../plot/grid.ts';
import { epoch, loss, percent } from '../../shared/format.ts';
import type { ChartModel } from './model.ts';

/** Rows that a table of numbers shows at most; the export has all of them. */
export const MAX_ROWS = 200;

/** The numbers of a chart: one row per epoch, one column per variant. */
export function valueTable(model: ChartModel, title: string): TemplateResult {
  const step = Math.max(1, Math.ceil(model.xs.length / MAX_ROWS));
  const last = model.xs.length - 1;
  const rows = model.xs.map((_, i) => i).filter((i) => (last - i) % step === 0);
  const accuracy = model.metric.endsWith('accuracy');
  const seeds = model.curves.some((c) => c.seedCount > 1);
  return html`<div class="table-scroll" tabindex="0" role="region" aria-label=${title}>
    <table class="values">
      <caption>
        ${title}${seeds ? ', mean over the seeds' : ''}
        ${step > 1 ? html`<small>1 in ${step} points; export CSV for all of them</small>` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">Epoch</th>
          ${model.curves.map((c) => html`<th scope="col">${c.name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (i) => html`<tr>
            <th scope="row">${epoch(model.xs[i]!)}</th>
            ${model.curves.map((c) => html`<td>${cell(c.mean, i, accuracy)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
    ${rows.length === 0 ? html`<p class="muted">No scores yet.</p>` : ''}
  </div>`;
}

function cell(values: Aligned, index: number, accuracy: boolean): string {
  const value = values[index];
  if (value === undefined) return '';
  if (value === null) return 'NaN';
  return accuracy ? percent(value, 2) : loss(value);
}
