/** The key of charts with a line for each variant. */
import { html, type TemplateResult } from 'lit';
import { byVariant } from '../../../protocol/figures/answers.ts';
import { swatch } from '../../plot/swatch.ts';
import type { Answered } from './analyses.ts';
import type { PanelContext } from './panel.ts';

/** Which line is which variant; above the charts, so that it is seen with the first of them however narrow the view is. */
export function key(answers: readonly Answered[], { style }: PanelContext): TemplateResult {
  return html`<ul class="key">
    ${byVariant(answers).map(
      ({ name, index, runs }) => html`<li>
        ${swatch(style({ index }))}${name}${runs.length > 1 ? html` <span class="muted">${runs.length} seeds</span>` : ''}
      </li>`,
    )}
  </ul>`;
}
