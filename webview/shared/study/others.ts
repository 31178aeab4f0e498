import { html, nothing, type TemplateResult } from 'lit';
import type { Comparison, RunSummary, StudyEntry } from '../../../protocol/runs.ts';
import { MAX_OTHERS } from '../../../protocol/views.ts';
import { baseName, count } from '../format.ts';
import type { Session } from '../session.ts';

/** Another study beside that of the view. */
export interface OtherStudy {
  comparison: Comparison;
  /** What stands behind its variants: its name, or its file where two have the same. */
  label: string;
}

/** The studies that are laid beside that of the view: asked for anew with every pull, so that they are as live as it is. */
export class OtherStudies {
  studies: OtherStudy[] = [];
  private entries: StudyEntry[] | undefined;
  /** Since something changed. */
  private asked = false;

  constructor(private readonly session: Session<'curves' | 'compare'>) {}

  /** Those that cannot be read are told, and left out. */
  async pull(): Promise<void> {
    const { session } = this;
    this.asked = false;
    const problems: string[] = [];
    const found = await Promise.all(
      session.state.others.map((other) =>
        session.channel.request('runs/compare', { other }).catch((error: Error) => {
          problems.push(`${baseName(other)} is not shown: ${error.message}`);
          return undefined;
        }),
      ),
    );
    const comparisons = found.filter((one) => one !== undefined);
    const names = [session.comparison?.study, ...comparisons.map(({ study }) => study)];
    this.studies = comparisons.map((comparison) => ({
      comparison,
      label:
        names.filter((name) => name === comparison.study).length > 1 ? baseName(comparison.file) : comparison.study,
    }));
    if (problems.length > 0) session.notice = problems.join(' ');
  }

  runs(): RunSummary[] {
    return this.studies.flatMap(({ comparison }) => comparison.rows.flatMap(({ runs }) => runs));
  }

  /** One of each variant: all of them have its settings. */
  firstRuns(): string[] {
    return this.studies.flatMap(({ comparison }) =>
      comparison.rows.flatMap(({ runs }) => runs.slice(0, 1).map(({ id }) => id)),
    );
  }

  /** Which studies there are, and which of them are shown: part of a box of controls. */
  choice(changed: () => void): TemplateResult {
    const { session, entries } = this;
    if (!this.asked) this.list();
    const { others } = session.state;
    const found = (entries ?? []).filter(({ file }) => file !== session.target.file);
    // One that is no longer there can still be taken away.
    const gone = others.filter((file) => entries && !found.some((entry) => entry.file === file));
    const all = [...found, ...gone.map((file) => ({ file, study: baseName(file), runs: 0 }))];
    const toggle = (file: string): void => {
      session.update({ others: others.includes(file) ? others.filter((one) => one !== file) : [...others, file] });
      changed();
    };
    return html`<fieldset class="studies">
      <legend>Beside this study</legend>
      ${
        all.length > 0
          ? all.map(
              ({ file, study, runs }) => html`<label title=${file}>
                <input
                  type="checkbox"
                  .checked=${others.includes(file)}
                  ?disabled=${!others.includes(file) && others.length >= MAX_OTHERS}
                  @change=${() => toggle(file)}
                /><span>${study}</span><small class="muted">${baseName(file)}, ${count(runs, 'run')}</small>
              </label>`,
            )
          : html`<span class="muted">${entries ? 'There are no runs of other studies here.' : 'Reading the list…'}</span>`
      }
      ${others.length >= MAX_OTHERS ? html`<span class="muted">${MAX_OTHERS} at most.</span>` : nothing}
    </fieldset>`;
  }

  /** Nothing that a user did: what the page says stays. */
  private list(): void {
    this.asked = true;
    const { session } = this;
    session.channel
      .request('studies/list', {})
      .then((entries) => {
        this.entries = entries;
      })
      .catch((error: Error) => {
        session.actionProblem = { message: error.message, retry: () => this.list() };
      })
      .finally(session.invalidate);
  }
}
