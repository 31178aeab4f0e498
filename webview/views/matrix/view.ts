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
import { type GridState, grid, HEAD_HEIGHT, problemOf, ROW_HEIGHT, runsDrawn } from './grid.ts';
import { type Column, columnsOf, drawnColumns, RESULTS, startsOf, widthsOf } from './layout.ts';
import { toolbar } from './toolbar.ts';

/** Without another step for so long, scrolling has ended. */
const REST_MS = 150;

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
  /** Whether the focus was in the table when it was drawn last. */
  private inGrid = false;
  private scrollTop = 0;
  private scrollLeft = 0;
  /** Goes off when scrolling has ended. */
  private rest: ReturnType<typeof setTimeout> | undefined;
  /** Where each column begins, in CSS pixels. */
  private starts: number[] = [0, 0];

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
      scrolled: (top, left) => {
        this.scrollTop = top;
        this.scrollLeft = left;
        clearTimeout(this.rest);
        this.rest = setTimeout(() => {
          this.rest = undefined;
          session.invalidate();
        }, REST_MS);
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
    // The cell that had the focus went out of sight: keys still go to the table, and lead back to it.
    if (this.inGrid && document.activeElement === document.body)
      document.querySelector<HTMLElement>('.matrix-scroll')?.focus({ preventScroll: true });
    this.inGrid = document.activeElement?.closest('.matrix-scroll') != null;
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
    const { columns, controls, results, scrollTop, scrollLeft, starts } = this;
    const rows = matrix.rows.length + 1;
    const [first, last] = drawn(scrollTop, this.height(), ROW_HEIGHT, rows);
    const width = document.querySelector('.matrix-scroll')?.clientWidth ?? window.innerWidth;
    const [from, to] = drawnColumns(scrollLeft, width, starts);
    controls.keepInside(rows, columns.length);
    const { cursor, editing } = controls;
    return {
      matrix,
      columns,
      results,
      curves: this.curves.series,
      cursor,
      editing,
      first,
      last,
      from,
      to,
      starts,
      scrolling: this.rest !== undefined,
    };
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
    if (!scroll) return;
    const top = this.controls.cursor.row * ROW_HEIGHT;
    const room = scroll.clientHeight - HEAD_HEIGHT - ROW_HEIGHT;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top > scroll.scrollTop + room) scroll.scrollTop = top - room;
    const { column } = this.controls.cursor;
    const [left, right] = [this.starts[column]!, this.starts[column + 1]!];
    if (column > 0 && left < scroll.scrollLeft + this.starts[1]!) scroll.scrollLeft = left - this.starts[1]!;
    else if (column > 0 && right > scroll.scrollLeft + scroll.clientWidth)
      scroll.scrollLeft = right - scroll.clientWidth;
    const cell = scroll.querySelector<HTMLElement>(
      `[data-row="${this.controls.cursor.row}"] [data-column="${this.controls.cursor.column}"]`,
    );
    if (cell) cell.focus();
    else {
      // It is drawn once the scrolling has been heard of.
      this.scrollTop = scroll.scrollTop;
      this.scrollLeft = scroll.scrollLeft;
      this.controls.takeFocus = true;
      this.session.invalidate();
    }
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
      this.starts = startsOf(widthsOf(matrix, this.columns, this.results, digitWidth()));
      session.comparison = comparison;
      session.pullProblem = undefined;
      this.curves.request();
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }
}

/** Of a digit in the font of the page, in CSS pixels. */
function digitWidth(): number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return 8;
  context.font = getComputedStyle(document.body).font;
  return context.measureText('0').width || 8;
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
