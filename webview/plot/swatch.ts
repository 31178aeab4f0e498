import { html, nothing, svg, type TemplateResult } from 'lit';
import type { LineStyle } from '../../protocol/drawing/palette.ts';

/** A short piece of a line, with its colour and its dashes: what a key shows of it. */
export function swatch(style: LineStyle): TemplateResult {
  return html`<svg class="swatch" viewBox="0 0 22 10" width="22" height="10" aria-hidden="true">
    ${svg`<path d="M1 5h20" stroke=${style.colour} stroke-width="2.5" stroke-dasharray=${style.dash.join(' ') || nothing} />`}
  </svg>`;
}
