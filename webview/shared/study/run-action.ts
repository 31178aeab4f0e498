import { html, nothing, type TemplateResult } from 'lit';
import { isActive, isResumable, type RunSummary } from '../../../protocol/runs.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';
import { icon } from '../icons.ts';
import type { Session } from '../session.ts';

export interface RunActionOptions {
  /** What the button acts on, for its name: `baseline`, `seed 2`. */
  what: string;
  /** Variant to start when nothing is going on or left off; without one there is no button then. */
  variant?: string;
  /** Show the verb beside the icon. */
  withLabel?: boolean;
}

/** The one button that makes sense for these runs: stop what runs, resume what was left off, or else run. */
export function runAction(
  session: Session,
  runs: readonly RunSummary[],
  { what, variant, withLabel = false }: RunActionOptions,
): TemplateResult | typeof nothing {
  const active = runs.filter((run) => isActive(run.state));
  const resumable = runs.filter((run) => isResumable(run.state));
  if (active.length > 0) return button('stop', 'Stop', session.trusted, () => session.stop(active));
  if (resumable.length > 0) return button('resume', 'Resume', session.trusted, () => session.resume(resumable));
  if (variant === undefined) return nothing;
  const free = session.trusted && !session.pending.has(`start:${variant}`);
  return button('play', 'Run', free, () => session.start([variant]));

  function button(name: 'stop' | 'resume' | 'play', verb: string, enabled: boolean, act: () => void): TemplateResult {
    return html`<button
      class="quiet"
      aria-label="${verb} ${what}"
      title=${enabled || session.trusted ? `${verb} ${what}` : UNTRUSTED}
      ?disabled=${!enabled}
      @click=${act}
    >
      ${icon(name)}${withLabel ? html`<span>${verb}</span>` : nothing}
    </button>`;
  }
}
