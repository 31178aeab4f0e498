import { html, nothing, type TemplateResult } from 'lit';
import { SEEDS_TO_ADD } from '../../../protocol/comparison/verdicts.ts';
import type { Comparison } from '../../../protocol/runs.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';
import { icon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';

/** One press for more seeds, while there are too few of them to decide. */
export function addSeedsButton(session: Session, { rows }: Comparison): TemplateResult | typeof nothing {
  const undecided = rows.filter(({ verdict }) => verdict?.kind === 'undecided');
  if (undecided.length === 0) return nothing;
  const needed = Math.max(...undecided.map(({ verdict }) => verdict!.needed ?? 0));
  const why = `Writes ${SEEDS_TO_ADD} more seeds into the file; ${needed} can decide`;
  return html`<vscode-button
    secondary
    title=${session.trusted ? why : UNTRUSTED}
    ?disabled=${!session.trusted}
    @click=${() => session.addSeeds()}
    >${icon('plus')}Add ${SEEDS_TO_ADD} seeds</vscode-button
  >`;
}
