/** The key of charts with a line for each variant. */
import { html, type TemplateResult } from 'lit';
import { byVariant } from '../../../../protocol/figures/answers.ts';
import type { Answered } from '../../../shared/analyses.ts';
import type { PanelContext } from '../panel.ts';

/** Which line is which variant. */
export function key(answers: readonly Answered[], { style }: PanelContext): TemplateResult {
  return html`<div class="key">
    ${byVariant(answers).map(({ name, index, runs }) => {
      const { colour, dash } = style({ index });
      return html`<span
        ><svg width="26" height="10" aria-hidden="true">
          <path d="M0 5H26" stroke=${colour} stroke-width="2" stroke-dasharray=${dash.join(' ') || 'none'} /></svg
        > ${name}${runs.length > 1 ? html` <span class="muted">${runs.length} seeds</span>` : ''}</span
      >`;
    })}
  </div>`;
}
