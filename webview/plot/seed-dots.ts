/** The accuracies of a few seeds as dots on a line. */
import { html, svg, type TemplateResult } from 'lit';
import { percentSign } from '../shared/format.ts';

/** With more seeds than these, extent and mean say more than dots. */
const MAX_DOTS = 50;

export interface SeedDots {
  seeds: readonly { seed: number; accuracy: number }[];
  mean: number | undefined;
  /** What was printed for it elsewhere: a cross. */
  printed?: number | undefined;
}

/** The axis that the dots beside and below each other share, with some room on both sides. */
export function dotsAxis(accuracies: readonly number[]): [number, number] {
  if (accuracies.length === 0) return [0, 1];
  const low = Math.min(...accuracies);
  const high = Math.max(...accuracies);
  const room = Math.max((high - low) * 0.08, 0.01);
  return [Math.max(0, low - room), Math.min(1, high + room)];
}

/** A dot for every seed, and a tick at the mean. */
export function seedDots({ seeds, mean, printed }: SeedDots, [low, high]: readonly [number, number]): TemplateResult {
  const place = (v: number): number => (100 * (v - low)) / (high - low);
  const values = seeds.map((s) => s.accuracy);
  const from = place(Math.min(...values));
  const width = place(Math.max(...values)) - from;
  const label = [
    ...seeds.slice(0, MAX_DOTS).map((s) => `seed ${s.seed}: ${percentSign(s.accuracy, 2)}`),
    ...(printed === undefined ? [] : [`paper: ${percentSign(printed, 2)}`]),
  ].join('\n');
  return html`<span class="dots" title=${label} aria-hidden="true">
    ${values.length > 1 ? html`<span class="extent" .style=${`left:${from}%;width:${width}%`}></span>` : ''}
    ${(values.length > MAX_DOTS ? [] : values).map((v) => html`<span class="dot" .style=${`left:${place(v)}%`}></span>`)}
    ${mean === undefined ? '' : html`<span class="mean" .style=${`left:${place(mean)}%`}></span>`}
    ${printed === undefined ? '' : html`<span class="printed" .style=${`left:${place(printed)}%`}>${CROSS}</span>`}
  </span>`;
}

const CROSS = html`<svg viewBox="0 0 9 9" width="9" height="9">${svg`<path d="m1 1 7 7m0-7-7 7" stroke="currentColor" stroke-width="1.6" fill="none"/>`}</svg>`;
