/** What can be done with the rows and runs that are chosen, all at once. */
import { html, type TemplateResult } from 'lit';
import type { RunSummary } from '../../../../protocol/runs.ts';
import { tagsOf } from '../../../../protocol/text/annotations.ts';
import { count } from '../../../shared/format.ts';
import type { Session } from '../../../shared/session.ts';
import { runAction } from '../../../shared/study/run-action.ts';
import { starButton } from '../notes.ts';
import type { Row } from '../rows.ts';
import { tagsButton } from '../tags.ts';
import type { Side } from './sides.ts';

/** @param sides everything that is chosen */
export function chosenBar(session: Session<'compare'>, sides: readonly Side[], rows: readonly Row[]): TemplateResult {
  const byId = new Map(sides.flatMap(({ row }) => row.runs.map((run): [string, RunSummary] => [run.id, run])));
  const runs = [...byId.values()];
  const what = `the ${count(runs.length, 'run')} chosen`;
  return html`<div class="chosen-bar" role="toolbar" aria-label="What is chosen">
    <span>${sides.length} chosen, ${count(runs.length, 'run')}</span>
    ${starButton(session, runs, what)} ${tagsButton(session, runs, tagsOf(rows.flatMap((row) => row.runs)))}
    ${runAction(session, runs, { what, withLabel: true })}
    <button class="link" @click=${() => session.update({ chosen: [] })}>Choose none</button>
  </div>`;
}
