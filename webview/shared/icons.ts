import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { RunState } from '../../protocol/runs.ts';
import type { ViewIcon } from '../../protocol/views.ts';

const shapes = {
  play: svg`<path d="M4.5 2.8v10.4L13 8z" fill="currentColor"/>`,
  stop: svg`<rect x="3.5" y="3.5" width="9" height="9" rx="1" fill="currentColor"/>`,
  resume: svg`<path d="M3.2 3v10M6.5 3v10L14 8z" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linejoin="round"/>`,
  check: svg`<path d="m3 8.4 3.2 3.2L13 4.6" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/>`,
  clock: svg`<circle cx="8" cy="8" r="5.7" fill="none" stroke="currentColor" stroke-width="1.2"/><path d="M8 4.8V8l2.2 1.6" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linecap="round"/>`,
  cross: svg`<circle cx="8" cy="8" r="5.9" fill="none" stroke="currentColor" stroke-width="1.2"/><path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" stroke="currentColor" stroke-width="1.3" stroke-linecap="round"/>`,
  warning: svg`<path d="M8 2.2 14.4 13.4H1.6z" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round"/><path d="M8 6.3v3.4m0 1.5v.7" stroke="currentColor" stroke-width="1.3" stroke-linecap="round"/>`,
  info: svg`<circle cx="8" cy="8" r="5.9" fill="none" stroke="currentColor" stroke-width="1.2"/><path d="M8 7.2v3.8M8 4.7v.8" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>`,
  pause: svg`<circle cx="8" cy="8" r="5.9" fill="none" stroke="currentColor" stroke-width="1.2"/><path d="M6.5 5.8v4.4m3-4.4v4.4" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>`,
  ring: svg`<circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" stroke-opacity=".3" stroke-width="1.8"/><path d="M8 2.6A5.4 5.4 0 0 1 13.4 8" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>`,
  dash: svg`<path d="M4.5 8h7" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>`,
  plus: svg`<path d="M8 3v10M3 8h10" stroke="currentColor" stroke-width="1.4" stroke-linecap="round"/>`,
  chevron: svg`<path d="m6 3.8 4.2 4.2L6 12.2" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>`,
  down: svg`<path d="m4 6.2 4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"/>`,
  up: svg`<path d="m4 9.8 4-4 4 4" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"/>`,
  export: svg`<path d="M8 2v8m-3-3 3 3 3-3M2.8 11v2.2h10.4V11" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linecap="round" stroke-linejoin="round"/>`,
  copy: svg`<path d="M5.5 5.5V2.8h7.7v7.7h-2.7M2.8 5.5h7.7v7.7H2.8z" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round"/>`,
  table: svg`<path d="M2.3 3.2h11.4v9.6H2.3zM2.3 6.4h11.4M2.3 9.6h11.4M6.3 6.4v6.4" fill="none" stroke="currentColor" stroke-width="1.1"/>`,
  chart: svg`<path d="M2.5 2.5v11h11M4.8 10.5l2.6-3.6 2.3 1.9 3.3-4.6" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linecap="round" stroke-linejoin="round"/>`,
  across: svg`<path d="M2.3 4.8h9v8.5h-9zM4.7 4.8V2.6h9v8.5h-2.4M2.3 7.6h9M6 7.6v5.7" fill="none" stroke="currentColor" stroke-width="1.1"/>`,
  matrix: svg`<path d="M2.3 3.2h11.4v9.6H2.3zM2.3 6.4h11.4M2.3 9.6h11.4M6.1 3.2v9.6M9.9 3.2v9.6" fill="none" stroke="currentColor" stroke-width="1.1"/><path d="M6.1 6.4h3.8v3.2H6.1z" fill="currentColor"/>`,
  analyses: svg`<path d="M2.5 2.5h4.7v4.7H2.5zM8.8 2.5h4.7v4.7H8.8zM2.5 8.8h4.7v4.7H2.5z" fill="none" stroke="currentColor" stroke-width="1.1"/><path d="M8.8 8.8h4.7v4.7H8.8z" fill="currentColor"/>`,
  sample: svg`<path d="M1.5 8.5h3l1.6-5 2.6 9.5 2-6.5 1 2h2.8" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/>`,
  axes: svg`<path d="M3 2.5v10.5h10.5M3 4.5h1.6M3 8h1.6M6.5 13v-1.6M10 13v-1.6" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linecap="round"/>`,
  star: svg`<path d="m8 2 1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round"/>`,
  starred: svg`<path d="m8 2 1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z" fill="currentColor" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round"/>`,
  pin: svg`<path d="M5.2 2.5h5.6l-.8 4 2 2.3H4l2-2.3zM8 8.8v4.7" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/>`,
  pinned: svg`<path d="M5.2 2.5h5.6l-.8 4 2 2.3H4l2-2.3zM8 8.8v4.7" fill="currentColor" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round" stroke-linecap="round"/>`,
  tag: svg`<path d="M2.6 2.6h4.9l6 6-4.9 4.9-6-6z" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round"/><circle cx="5.4" cy="5.4" r="1" fill="currentColor"/>`,
  columns: svg`<path d="M2.3 3.2h11.4v9.6H2.3zM6.1 3.2v9.6M9.9 3.2v9.6" fill="none" stroke="currentColor" stroke-width="1.1"/>`,
  back: svg`<path d="M6.5 3.5 3 7l3.5 3.5M3.4 7h6a3.4 3.4 0 0 1 0 6.2H6" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round"/>`,
  close: svg`<path d="m4 4 8 8m0-8-8 8" stroke="currentColor" stroke-width="1.3" stroke-linecap="round"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type IconName = keyof typeof shapes;

/** Decoration only: whatever shows an icon also says it in words. */
export function icon(name: IconName, className = ''): TemplateResult {
  return html`<svg class="icon ${className}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    ${shapes[name]}
  </svg>`;
}

export const VIEW_ICONS: Record<ViewIcon, IconName> = {
  curves: 'chart',
  compare: 'table',
  across: 'across',
  matrix: 'matrix',
  analyses: 'analyses',
  sample: 'sample',
};

const STATE_ICONS: Record<RunState, IconName> = {
  running: 'ring',
  queued: 'clock',
  finished: 'check',
  stopped: 'pause',
  failed: 'cross',
  interrupted: 'warning',
};

export function stateIcon(state: RunState | undefined): TemplateResult {
  return state ? icon(STATE_ICONS[state], `state-${state}`) : icon('dash', 'state-none');
}
