import { html, nothing, type TemplateResult } from 'lit';
import { type StudiesAcross, studiesNote } from '../../../protocol/comparison/studies.ts';
import type { StudyEntry } from '../../../protocol/runs.ts';
import { baseName } from '../../shared/format.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { icon } from '../../shared/icons.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import type { View } from '../../shared/view.ts';
import { studiesButton } from './choose.ts';
import { exportMenus } from './exports.ts';
import { studiesTable } from './table.ts';

/** Table 6 of the paper, of the studies that there are here: variants × data sets, and numbers over all of them. */
export class AcrossView implements View {
  private readonly session: Session<'across'>;
  private readonly puller: Puller;
  private across: StudiesAcross | undefined;
  private entries: StudyEntry[] = [];

  constructor(session: Session<'across'>) {
    this.session = session;
    this.puller = new Puller(
      () => this.pull(),
      () => session.invalidate(),
    );
    this.puller.request();
  }

  changed(): void {
    this.puller.request();
  }

  render(): TemplateResult {
    const { session, across } = this;
    const { comparison, pullProblem } = session;
    const alone = across !== undefined && across.table.columns.length === 1;
    const empty = alone && comparison?.outdated.length === 0 && comparison.rows.every((row) => row.runs.length === 0);
    return html`<div class="page across" aria-busy=${this.puller.busy}>
      ${header(session)} ${banners(session)}
      ${
        across === undefined
          ? html`<p class="waiting">${pullProblem ? '' : 'Reading the runs…'}</p>`
          : empty && this.others().length === 0
            ? emptyState(session)
            : this.table(across)
      }
    </div>`;
  }

  private table({ table, unread }: StudiesAcross): TemplateResult {
    const { session } = this;
    const first = table.rows[0]?.variant ?? 'the first variant';
    return html`<div class="toolbar" role="toolbar" aria-label="Studies of several data sets">
        <span class="toolbar-end">
          ${studiesButton(session, this.others(), table, () => this.puller.request())} ${exportMenus(session, table)}
        </span>
      </div>
      <p class="muted reading" title=${studiesNote(table)}>
        Mean ± standard deviation over the seeds that finished, a dot for each. Bold: better than ${first} at 5 % within
        that study. Cross and “paper”: as printed in its Table 6, whose settings may be others.
      </p>
      ${table.columns.length === 1 ? this.alone() : nothing}
      ${unread.map(({ file, message }) => html`<p class="fewer">${icon('warning')}<span>${baseName(file)} is not shown: ${message}</span></p>`)}
      ${studiesTable(session, table)}
      ${(table.fewer ?? []).map((sentence) => html`<p class="fewer">${icon('warning')}<span>${sentence}</span></p>`)}`;
  }

  private alone(): TemplateResult {
    return html`<p class="fewer">
      ${icon('info')}<span>
        ${
          this.others().length === 0
            ? 'There are no runs of other studies here: train a study of another data set, and it stands beside this one.'
            : this.session.state.studies === null
              ? 'No study of another data set has two variants with these names: choose those that are to stand beside this one.'
              : 'No other study is chosen.'
        }
      </span>
    </p>`;
  }

  private others(): StudyEntry[] {
    return this.entries.filter(({ file }) => file !== this.session.target.file);
  }

  private async pull(): Promise<void> {
    const { session } = this;
    const { channel } = session;
    try {
      const [comparison, entries, across] = await Promise.all([
        channel.request('runs/compare', {}),
        channel.request('studies/list', {}),
        channel.request('runs/across', { others: session.state.studies }),
      ]);
      session.comparison = comparison;
      this.entries = entries;
      this.across = across;
      session.pullProblem = undefined;
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }
}
