import { html, type TemplateResult } from 'lit';
import { AXIS_PLURALS } from '../../../parts/curves/panel.ts';
import { BANDS, meanText } from '../../../plot/curves/model.ts';
import type { CurvesData } from '../data.ts';

/** What small charts do not say of themselves, once for all of them. */
export function smallNote({ models, charts, left }: CurvesData): TemplateResult {
  const all = [...models.values()];
  const banded = all.find(({ curves }) => curves.some(({ low }) => low));
  const sentences = [
    ...(all[0] ? [`Over ${AXIS_PLURALS[all[0].axis]}`] : []),
    ...(banded ? [`${meanText(banded)}, band: ${BANDS[banded.band]}`] : []),
    ...(charts.some(({ whole }) => whole) ? ['charts of one quantity share their axes'] : []),
    ...(left > 0 ? [`${left} more values have no chart: hide curves, or choose another setting`] : []),
  ];
  return html`<p class="muted">${sentences.join('; ')}.</p>`;
}
