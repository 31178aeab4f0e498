import { html, nothing, type TemplateResult } from 'lit';
import type { StudiesTable } from '../../../protocol/comparison/studies.ts';
import type { StudyEntry } from '../../../protocol/runs.ts';
import { MAX_ACROSS } from '../../../protocol/views.ts';
import { baseName, count } from '../../shared/format.ts';
import { boxButton } from '../../shared/menu.ts';
import type { Session } from '../../shared/session.ts';

/** Which of the studies of which there are runs stand beside that of the view. */
export function studiesButton(
  session: Session<'across'>,
  found: readonly StudyEntry[],
  table: StudiesTable,
  changed: () => void,
): TemplateResult {
  const { studies } = session.state;
  const shown = studies ?? table.columns.slice(1).map(({ file }) => file);
  const change = (next: string[] | null): void => {
    session.update({ studies: next });
    changed();
  };
  // One that is no longer there can still be taken away.
  const gone = shown.filter((file) => !found.some((entry) => entry.file === file));
  const all = [...found, ...gone.map((file) => ({ file, study: baseName(file), runs: 0 }))];
  const toggle = (file: string): void =>
    change(shown.includes(file) ? shown.filter((one) => one !== file) : [...shown, file]);
  const full = shown.length >= MAX_ACROSS;
  return boxButton(session, 'studies', `Studies: ${shown.length + 1}`, 'columns', () => {
    return html`<fieldset class="studies">
        <legend>Beside this study</legend>
        ${all.map(
          ({ file, study, runs }) => html`<label title=${file}>
            <input
              type="checkbox"
              .checked=${shown.includes(file)}
              ?disabled=${!shown.includes(file) && full}
              @change=${() => toggle(file)}
            /><span>${study}</span><small class="muted">${baseName(file)}, ${count(runs, 'run')}</small>
          </label>`,
        )}
        ${all.length === 0 ? html`<span class="muted">There are no runs of other studies here.</span>` : nothing}
        ${full ? html`<span class="muted">${MAX_ACROSS} at most.</span>` : nothing}
      </fieldset>
      <label class="follow" title="Of every other data set the study with the newest run that has at least two variants of these names">
        <input
          type="checkbox"
          .checked=${studies === null}
          @change=${() => change(studies === null ? shown : null)}
        /><span>Whatever fits: one for each other data set</span>
      </label>`;
  });
}
