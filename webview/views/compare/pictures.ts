import { html, type TemplateResult } from 'lit';
import type { Spread } from '../../../protocol/runs.ts';
import { percentOrDash, percentSign } from '../../shared/format.ts';
import { type Row, seedAccuracies } from './rows.ts';

/** With more seeds than these, extent and mean say more than dots. */
const MAX_DOTS = 50;

/** A dot for every seed on an axis that all rows share, and a tick at the mean. */
export function seedDots(row: Row, [low, high]: readonly [number, number]): TemplateResult {
  const seeds = seedAccuracies(row);
  const place = (v: number): number => (100 * (v - low)) / (high - low);
  const values = seeds.map((s) => s.accuracy);
  const from = place(Math.min(...values));
  const width = place(Math.max(...values)) - from;
  const label = seeds
    .slice(0, MAX_DOTS)
    .map((s) => `seed ${s.seed}: ${percentSign(s.accuracy, 2)}`)
    .join('\n');
  return html`<span class="dots" title=${label} aria-hidden="true">
    ${values.length > 1 ? html`<span class="extent" .style=${`left:${from}%;width:${width}%`}></span>` : ''}
    ${(values.length > MAX_DOTS ? [] : values).map((v) => html`<span class="dot" .style=${`left:${place(v)}%`}></span>`)}
    ${row.accuracy ? html`<span class="mean" .style=${`left:${place(row.accuracy.mean)}%`}></span>` : ''}
  </span>`;
}

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
