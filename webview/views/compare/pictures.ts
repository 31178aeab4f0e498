import { html, type TemplateResult } from 'lit';
import type { Spread } from '../../../protocol/runs.ts';
import { percentOrDash, percentSign } from '../../shared/format.ts';

/** One bar per spiking layer; a full bar is a spike in every step. */
export function spikeBars(rates: readonly Spread[] | undefined): TemplateResult {
  if (!rates || rates.length === 0) return html`<span class="none">–</span>`;
  return html`<span class="rates">
    ${rates.map(
      (rate, i) => html`<span class="rate" title="Layer ${i + 1}: ${percentSign(rate.mean)} of the steps">
        <span class="visually-hidden">Layer ${i + 1}:</span>
        <span class="bar"><span .style=${`width:${Math.min(100, Math.max(0, 100 * rate.mean))}%`}></span></span>
        <span class="number">${percentOrDash(rate.mean)}</span>
      </span>`,
    )}
  </span>`;
}
