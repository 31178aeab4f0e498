import { html, nothing, type TemplateResult } from 'lit';
import { type TableRow, tableRows } from '../../../protocol/comparison/table.ts';
import type { ExperimentEdit } from '../../../protocol/experiment.ts';
import type { Matrix } from '../../../protocol/matrix.ts';
import { banners, header } from '../../shared/header.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import type { View } from '../../shared/view.ts';
import { CellCurves } from './cell-curves.ts';
import { GridControls } from './controls.ts';
import { drawn } from './cursor.ts';
import { emptyForm, type GridForm, gridForm } from './form.ts';
import { type GridState, grid, problemOf, ROW_HEIGHT, runsDrawn } from './grid.ts';
import { type Column, columnsOf, RESULTS } from './layout.ts';
import { toolbar } from './toolbar.ts';

/** The variants as rows, settings as columns, a cell for every seed. Its only truth is the text of the file. */
export class MatrixView implements View {
  private readonly session: Session<'matrix'>;
  private readonly puller: Puller;
  private readonly curves: CellCurves;
  private readonly controls: GridControls;
  private matrix: Matrix | undefined;
  private columns: Column[] = [];
  private results: ReadonlyMap<string, TableRow> = new Map();
  private form: GridForm | undefined;
  private scrollTop = 0;

  constructor(session: Session<'matrix'>) {
    this.session = session;
    this.puller = new Puller(
      () => this.pull(),
      () => session.invalidate(),
    );
    this.curves = new CellCurves(session, () => (this.matrix ? runsDrawn(this.state(this.matrix)) : []));
    this.controls = new GridControls({
      session,
      edit: (edit) => this.edit(edit),
      scrolled: (top) => {
        this.scrollTop = top;
        session.invalidate();
        this.curves.request();
      },
      height: () => this.height(),
    });
    this.puller.request();
  }

  changed(): void {
    this.puller.request();
  }

  render(): TemplateResult {
    const { session, matrix } = this;
    const state = matrix && this.state(matrix);
    return html`<div class="page matrix-page" aria-busy=${this.puller.busy || this.curves.busy}>
      ${header(session)} ${banners(session)}
      ${
        state
          ? html`${toolbar(session, state, this.controls.chosenVariants(state.matrix), {
              edit: (edit) => this.edit(edit),
              rename: () => this.controls.open(this.controls.cursor.row, 0, state),
              form: () => {
                this.form = this.form ? undefined : emptyForm();
                session.invalidate();
              },
              column: (field) => this.addColumn(field),
            })}
            ${this.form ? this.formOf(this.form, state) : nothing} ${grid(session, state, this.controls.actions(state))} ${this.status(state)}`
          : html`<p class="waiting">${session.pullProblem ? '' : 'Reading the file…'}</p>`
      }
    </div>`;
  }

  afterRender(): void {
    const { row, column } = this.controls.cursor;
    const { state } = this.session;
    if (this.matrix && (row !== state.row || column !== state.column)) this.session.keep({ row, column });
    if (!this.controls.takeFocus) return;
    this.controls.takeFocus = false;
    const editor = document.querySelector<HTMLElement>('.cell-editor');
    if (!editor) this.showCursor();
    else if (document.activeElement !== editor) {
      editor.focus();
      if (editor instanceof HTMLInputElement && !this.controls.editing?.begun) editor.select();
    }
  }

  private state(matrix: Matrix): GridState {
    const { columns, controls, results, scrollTop } = this;
    const rows = matrix.rows.length + 1;
    const [first, last] = drawn(scrollTop, this.height(), ROW_HEIGHT, rows);
    controls.keepInside(rows, columns.length);
    const { cursor, editing } = controls;
    return { matrix, columns, results, curves: this.curves.series, cursor, editing, first, last };
  }

  private height(): number {
    return document.querySelector('.matrix-scroll')?.clientHeight ?? window.innerHeight;
  }

  private formOf(form: GridForm, { matrix }: GridState): TemplateResult {
    const variant = matrix.rows[this.controls.cursor.row - 1]?.variant ?? null;
    return gridForm(form, matrix, variant, {
      change: (changed) => {
        this.form = changed;
        this.session.invalidate();
      },
      add: (edit) => this.edit(edit),
      close: () => {
        this.form = undefined;
        this.controls.takeFocus = true;
        this.session.invalidate();
      },
    });
  }

  /** What the cell of the cursor is about, and what is wrong with it. */
  private status(state: GridState): TemplateResult {
    const column = state.columns[this.controls.cursor.column]!;
    const problem = problemOf(state, this.controls.cursor.row, column);
    return html`<footer class="matrix-status" aria-live="polite">
      ${problem ? html`<span class="problem ${problem.severity}">${problem.message}</span>` : html`<span>${about(column)}</span>`}
    </footer>`;
  }

  private addColumn(field: string): void {
    this.session.update({ asked: [...this.session.state.asked, field] });
    this.puller.request();
  }

  private edit(edit: ExperimentEdit): void {
    this.session.act(`edit:${JSON.stringify(edit)}`, async () => {
      await this.session.channel.request('experiment/edit', { edit });
      if (edit.kind === 'grid') this.form = undefined;
      this.puller.request();
    });
  }

  /** The cell of the cursor is scrolled to where it can be seen, and takes the focus. */
  private showCursor(): void {
    const scroll = document.querySelector<HTMLElement>('.matrix-scroll');
    const head = scroll?.querySelector('thead')?.clientHeight ?? 0;
    if (!scroll) return;
    const top = this.controls.cursor.row * ROW_HEIGHT;
    const room = scroll.clientHeight - head - ROW_HEIGHT;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top > scroll.scrollTop + room) scroll.scrollTop = top - room;
    const cell = scroll.querySelector<HTMLElement>(
      `[data-row="${this.controls.cursor.row}"] [data-column="${this.controls.cursor.column}"]`,
    );
    if (cell) cell.focus();
    else {
      // It is drawn once the scrolling has been heard of.
      this.scrollTop = scroll.scrollTop;
      this.controls.takeFocus = true;
      this.session.invalidate();
    }
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  private async pull(): Promise<void> {
    const { session } = this;
    try {
      const [matrix, comparison] = await Promise.all([
        session.channel.request('experiment/matrix', { fields: session.state.asked }),
        // Without a comparison, as of a file with errors that was never saved, there is still a table.
        session.channel.request('runs/compare', {}).catch(() => session.comparison),
      ]);
      this.matrix = matrix;
      this.columns = columnsOf(matrix);
      this.results = new Map(comparison ? tableRows(comparison).map((row) => [row.variant, row]) : []);
      session.comparison = comparison;
      session.pullProblem = undefined;
      this.curves.request();
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }
}

function about(column: Column): string {
  switch (column.kind) {
    case 'name':
      return 'Enter renames a variant; its runs follow. Shift and the arrow keys select several rows.';
    case 'setting':
      return `${column.setting.field}: ${column.setting.expected}. ${column.setting.about}`;
    case 'seed':
      return `Enter trains this variant with seed ${column.seed}, stops it, or resumes it.`;
    case 'seeds':
      return `How far the ${column.seeds.length} seeds of this variant are.`;
    case 'result':
      return RESULTS[column.result].about;
  }
}
