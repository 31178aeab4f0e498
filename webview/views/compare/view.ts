import { html, nothing, type TemplateResult } from 'lit';
import { compareCsv } from '../../../protocol/comparison/csv.ts';
import { compareLatex } from '../../../protocol/comparison/latex.ts';
import { compareMarkdown } from '../../../protocol/comparison/markdown.ts';
import { NOTE } from '../../../protocol/comparison/table.ts';
import { count } from '../../shared/format.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { icon } from '../../shared/icons.ts';
import { menuButton } from '../../shared/menu.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import type { View } from '../../shared/view.ts';
import { details } from './details.ts';
import { accuracyAxis, type Row, rowsOf, sortRows } from './rows.ts';
import { addSeedsButton } from './seeds.ts';
import { headRow, variantRow } from './table.ts';

const LOG_BYTES = 16_384;

/** The table of variants: what each one changes and what that does. */
export class CompareView implements View {
  private readonly session: Session<'compare'>;
  private readonly puller: Puller;
  private readonly expanded = new Set<string>();
  private readonly logs = new Map<string, string | undefined>();

  constructor(session: Session<'compare'>) {
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
    const { session } = this;
    const { comparison } = session;
    const empty = comparison && comparison.outdated.length === 0 && comparison.rows.every((r) => r.runs.length === 0);
    return html`<div class="page compare" aria-busy=${this.puller.busy}>
      ${header(session)} ${banners(session)}
      ${
        empty
          ? emptyState(session)
          : comparison
            ? this.table()
            : html`<p class="waiting">${session.pullProblem ? '' : 'Reading the runs…'}</p>`
      }
    </div>`;
  }

  private table(): TemplateResult {
    const { session } = this;
    const comparison = session.comparison!;
    const all = rowsOf(comparison);
    const rows = sortRows(all, session.state.sort);
    const axis = accuracyAxis(all);
    const title = comparison.study;
    const save = (suffix: string, text: string): void => session.export(session.exportName(suffix), text);
    return html`<div class="toolbar" role="toolbar" aria-label="Comparison">
        <p class="muted" title=${NOTE}>
          Mean ± standard deviation over the seeds that finished; differences are paired by seed. Bold: better than
          ${comparison.rows[0]?.variant ?? 'the first variant'} at 5 %.
        </p>
        ${addSeedsButton(session, comparison)}
        <span class="toolbar-end">${menuButton(session, 'export', 'Export', 'export', [
          { label: 'CSV', hint: 'full precision', run: () => save('comparison.csv', compareCsv(rows)) },
          { label: 'Markdown', hint: 'for a README', run: () => save('comparison.md', compareMarkdown(rows, title)) },
          { label: 'LaTeX', hint: 'for a paper', run: () => save('comparison.tex', compareLatex(rows, title)) },
        ])}</span>
      </div>
      <p class="narrow-hint muted"></p>
      <main class="table-scroll" tabindex="0" aria-label="Comparison of the variants">
        <table class="comparison">
          <caption class="visually-hidden">
            Variants of ${title}
          </caption>
          <thead>
            ${headRow(session)}
          </thead>
          <tbody>
            ${rows.map((row) => this.row(row, axis))}
          </tbody>
        </table>
      </main>
      ${(comparison.fewer ?? []).map((sentence) => html`<p class="fewer">${icon('warning')}<span>${sentence}</span></p>`)}
      ${this.outdated()}`;
  }

  private row(row: Row, axis: [number, number]): TemplateResult {
    const open = this.expanded.has(row.key);
    return html`${variantRow(this.session, row, axis, open, () => this.toggle(row))}
      ${
        open
          ? html`<tr class="details">
            <td colspan="7">${details(this.session, row, this.logs, (id) => this.toggleLog(id))}</td>
          </tr>`
          : nothing
      }`;
  }

  private outdated(): TemplateResult | typeof nothing {
    const n = this.session.comparison!.outdated.length;
    if (n === 0) return nothing;
    const [verb, have] = n === 1 ? ['was', 'has'] : ['were', 'have'];
    return html`<p class="outdated">
      ${icon('info')}<span>
        ${count(n, 'run')} ${verb} trained with settings that the file no longer has and ${have} rows of their own; write
        back what they had to count them again.
      </span>
    </p>`;
  }

  private toggle(row: Row): void {
    if (!this.expanded.delete(row.key)) this.expanded.add(row.key);
    this.session.invalidate();
  }

  private toggleLog(runId: string): void {
    if (this.logs.delete(runId)) this.session.invalidate();
    else {
      this.logs.set(runId, undefined);
      this.session.act(`log:${runId}`, () => this.readLog(runId));
    }
  }

  private async readLog(runId: string): Promise<void> {
    try {
      const text = await this.session.channel.request('runs/log', { runId, maxBytes: LOG_BYTES });
      if (this.logs.has(runId)) this.logs.set(runId, text || 'The log is empty.');
    } catch (error) {
      if (this.logs.get(runId) === undefined) this.logs.delete(runId);
      throw error;
    }
  }

  private async pull(): Promise<void> {
    const { session } = this;
    try {
      session.comparison = await session.channel.request('runs/compare', {});
      session.pullProblem = undefined;
      session.invalidate();
      await Promise.all([...this.logs.keys()].map((id) => this.readLog(id)));
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }
}
