/** Stars and notes: kept beside the runs, for everybody who opens the store. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RunSummary } from '../../../protocol/runs.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';
import { icon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';

/** As long as the store takes. */
const MAX_NOTE = 2000;

/** Stars all of these runs, or takes the stars away where all have one. */
export function starButton(
  session: Session,
  runs: readonly RunSummary[],
  what: string,
): TemplateResult | typeof nothing {
  if (runs.length === 0) return nothing;
  const starred = runs.every((run) => run.starred);
  const some = runs.some((run) => run.starred);
  return html`<button
    class="quiet star ${some ? 'some' : ''}"
    aria-label="Star ${what}"
    aria-pressed=${starred ? 'true' : some ? 'mixed' : 'false'}
    title=${session.trusted ? `${starred ? 'Take the star from' : 'Star'} ${what}` : UNTRUSTED}
    ?disabled=${!session.trusted}
    @click=${() => session.annotate(runs, { starred: !starred })}
  >
    ${icon(starred ? 'starred' : 'star')}
  </button>`;
}

/** What is said of one run; leaving the line or Enter keeps it. */
export function noteLine(session: Session, run: RunSummary): TemplateResult {
  const keep = (event: Event): void => {
    const note = (event.target as HTMLInputElement).value.trim();
    if (note !== (run.note ?? '')) session.annotate([run], { note });
  };
  const onKey = (event: KeyboardEvent): void => {
    const input = event.target as HTMLInputElement;
    if (event.key === 'Escape') input.value = run.note ?? '';
    if (event.key === 'Enter' || event.key === 'Escape') input.blur();
  };
  return html`<input
    class="note"
    type="text"
    maxlength=${MAX_NOTE}
    placeholder="Note"
    aria-label="Note on seed ${run.seed} of ${run.variant}"
    title=${session.trusted ? 'Kept beside the run' : UNTRUSTED}
    ?disabled=${!session.trusted}
    .value=${run.note ?? ''}
    @change=${keep}
    @keydown=${onKey}
  />`;
}
