import { html, nothing, type TemplateResult } from 'lit';
import { quoted } from '../../../protocol/comparison/filter/tokens.ts';
import { noteText } from '../../../protocol/comparison/table.ts';
import { count } from '../../shared/format.ts';
import { banners, emptyState, header } from '../../shared/header.ts';
import { icon } from '../../shared/icons.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import { OtherStudies } from '../../shared/study/others.ts';
import { KnownSettings } from '../../shared/study/settings.ts';
import type { View } from '../../shared/view.ts';
import { chosenBar } from './beside/bar.ts';
import { Beside } from './beside/beside.ts';
import { runKeyOf, runsOf, sidesOf } from './beside/sides.ts';
import { columnsButton } from './choose/columns.ts';
import { FilterLine } from './choose/filter.ts';
import { groupHead, groupsOf, rowsButton } from './choose/groups.ts';
import { headRow } from './choose/head.ts';
import { referenceSelect } from './choose/reference.ts';
import { details } from './details.ts';
import { exportMenus } from './exports.ts';
import { RunLogs } from './logs.ts';
import { Relations } from './picture/relations.ts';
import { accuracyAxis, columnsOf, filterColumns, type Row, rowsOf, shownColumns, sortRows } from './rows.ts';
import { addSeedsButton } from './seeds.ts';
import { type RowLook, variantRow } from './table.ts';

/** The table of variants: what each one changes and what that does. */
export class CompareView implements View {
  private readonly session: Session<'compare'>;
  private readonly puller: Puller;
  private readonly filter: FilterLine;
  private readonly relations: Relations;
  private readonly logs: RunLogs;
  private readonly settings: KnownSettings;
  private readonly others: OtherStudies;
  private readonly beside: Beside;
  private rows: Row[] = [];
  private announcement = '';

  constructor(session: Session<'compare'>) {
    this.session = session;
    this.settings = new KnownSettings(session);
    this.others = new OtherStudies(session);
    this.filter = new FilterLine(session, () => ({ columns: filterColumns(this.settings.table), rows: this.rows }));
    this.relations = new Relations(session);
    this.logs = new RunLogs(session);
    this.beside = new Beside(session, () => this.puller.request());
    this.puller = new Puller(
      () => this.pull(),
      () => session.invalidate(),
    );
    this.puller.request();
  }

  changed(runIds: readonly string[]): void {
    if (runIds.length === 0) this.settings.forget();
    this.beside.changed(runIds);
    this.puller.request();
  }

  themeChanged(): void {
    this.beside.themeChanged();
  }

  afterRender(): void {
    this.beside.afterRender();
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
      <div class="visually-hidden" role="status" aria-live="polite">${this.announcement}</div>
    </div>`;
  }

  private table(): TemplateResult {
    const { session } = this;
    const { state } = session;
    const comparison = session.comparison!;
    this.rows = rowsOf(comparison, this.settings.table, this.others.studies);
    const all = columnsOf(this.settings.table);
    const known = filterColumns(this.settings.table);
    const columns = shownColumns(all, state);
    const filtered = this.filter.apply(this.rows, known);
    const pinned = state.pinned.flatMap((key) => this.rows.find((row) => row.key === key) ?? []);
    const passed = sortRows(filtered.rows, state.sort, all).filter((row) => !pinned.includes(row));
    const rows = [...pinned, ...passed];
    const by =
      filtered.by && pinned.some((row) => !filtered.rows.includes(row)) ? `${filtered.by}, or pinned` : filtered.by;
    const groups = groupsOf(passed, state.groupBy, known, comparison.study);
    const axis = accuracyAxis(this.rows);
    const title = comparison.study;
    const first = comparison.rows[0]?.variant ?? 'the first variant';
    const against = comparison.rows.find(({ verdict }) => verdict?.kind === 'baseline')?.variant ?? first;
    const reference = against === first ? undefined : against;
    const told = (text: string): void => this.tell(text);
    const sides = sidesOf(this.rows, state.chosen);
    const table = { columns, axis, reference: this.rows.find(({ key }) => key === against) ?? this.rows[0]! };
    return html`<div class="toolbar" role="toolbar" aria-label="Comparison">
        ${this.filter.render(rows.length, this.rows.length)}
        ${referenceSelect(session, comparison, against, () => this.puller.request())} ${this.relations.select()} ${addSeedsButton(session, comparison)}
        <span class="toolbar-end">
          ${rowsButton(session, known, pinned, () => this.others.choice(() => this.puller.request()))} ${columnsButton(session, all, columns, told)}
          ${exportMenus(session, { rows, columns, title, excerpt: { reference, filter: by, of: this.rows.length } })}
        </span>
      </div>
      ${
        sides.length > 0
          ? chosenBar(session, sides, this.rows)
          : html`<p class="muted how-read" title=${noteText(reference)}>
              Mean ± standard deviation over the seeds that finished; differences are paired by seed. Bold: better than
              ${against} at 5 %.
            </p>`
      }
      ${this.relations.render(rows, all, title)}
      <p class="narrow-hint muted"></p>
      <main class="table-scroll" data-scroll="table" tabindex="0" aria-label="Comparison of the variants">
        <table class=${state.columns.length > 0 ? 'comparison as-chosen' : 'comparison'}>
          <caption class="visually-hidden">
            Variants of ${title}
          </caption>
          <thead>
            ${headRow(session, columns, told, { rows, choose: (keys) => this.choose(keys) })}
          </thead>
          <tbody>
            ${pinned.map((row) => this.row(row, table))}
            ${groups.map((group) => html`${groupHead(group, columns.length + 1)}${group.rows.map((row) => this.row(row, table))}`)}
            ${rows.length === 0 ? html`<tr><td class="muted" colspan="99">No row passes the filter.</td></tr>` : nothing}
          </tbody>
        </table>
      </main>
      ${this.beside.render(sides, this.settings.table)}
      ${(comparison.fewer ?? []).map((sentence) => html`<p class="fewer">${icon('warning')}<span>${sentence}</span></p>`)}
      ${this.outdated()}`;
  }

  private row(row: Row, table: Pick<RowLook, 'columns' | 'axis' | 'reference'>): TemplateResult {
    const { open, chosen } = this.session.state;
    const isOpen = open.includes(row.key);
    return html`${variantRow(this.session, row, {
      ...table,
      open: isOpen,
      toggle: () => this.session.update({ open: toggled(open, row.key) }),
      chosen: chosen.includes(row.key),
      choose: () => this.choose(toggled(chosen, row.key)),
      showTag: (tag) => this.filter.show(`tag = ${quoted(tag)}`),
      // Where only seeds are gone from the file, there is nothing to write.
      adopt: row.earlier && Object.keys(row.had ?? { unknown: '' }).length > 0 ? () => this.adopt(row) : undefined,
    })}
      ${
        isOpen
          ? html`<tr class="details">
            <td colspan=${table.columns.length + 1}>${details(this.session, row, this.logs.open, {
              toggleLog: (id) => this.logs.toggle(id),
              isChosen: (run) => chosen.includes(runKeyOf(run)),
              choose: (run) => this.choose(toggled(chosen, runKeyOf(run))),
            })}</td>
          </tr>`
          : nothing
      }`;
  }

  private choose(keys: readonly string[]): void {
    const chosen = [...keys];
    this.session.update({ chosen });
    this.tell(chosen.length > 1 ? `${chosen.length} are beside each other below the table.` : '');
    this.puller.request();
  }

  /** The file is changed as somebody would by hand: it can be looked at and undone before it is saved. */
  private adopt(row: Row): void {
    const { session } = this;
    const run = row.runs[0]!;
    session.act(`adopt:${row.key}`, async () => {
      const { edits } = await session.channel.request('experiment/adopt', { variant: row.variant, runId: run.id });
      session.notice =
        edits.length === 0
          ? `${row.variant} has these settings already.`
          : `The settings of these runs are in ${row.variant} again; save the file to keep that, or undo it there.`;
      this.settings.forget();
      this.puller.request();
    });
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

  private tell(text: string): void {
    this.announcement = text;
    this.session.invalidate();
  }

  private async pull(): Promise<void> {
    const { session } = this;
    const { reference } = session.state;
    try {
      session.comparison = await session.channel.request('runs/compare', reference ? { reference } : {});
      await this.others.pull();
      session.pullProblem = undefined;
      session.invalidate();
      await Promise.all([this.pullSettings(), this.pullBeside(), this.logs.pull()]);
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }

  private pullBeside(): Promise<void> {
    const rows = rowsOf(this.session.comparison!, this.settings.table, this.others.studies);
    return this.beside.pull(sidesOf(rows, this.session.state.chosen));
  }

  private async pullSettings(): Promise<void> {
    const { session } = this;
    const rows = rowsOf(session.comparison!, this.settings.table, this.others.studies);
    const earlier = rows.flatMap(({ earlier, runs }) => (earlier ? runs.slice(0, 1).map(({ id }) => id) : []));
    const sides = runsOf(sidesOf(rows, session.state.chosen));
    await this.settings.pull(session.comparison!, [...earlier, ...this.others.firstRuns(), ...sides]);
  }
}

function toggled(names: readonly string[], name: string): string[] {
  return names.includes(name) ? names.filter((one) => one !== name) : [...names, name];
}
