import { html, nothing, type TemplateResult } from 'lit';
import { type TableRow, tableRows } from '../../../protocol/comparison/table.ts';
import type { ExperimentEdit } from '../../../protocol/experiment.ts';
import type { Matrix } from '../../../protocol/matrix.ts';
import { isActive, isResumable, type Series } from '../../../protocol/runs.ts';
import { banners, header } from '../../shared/header.ts';
import { Puller } from '../../shared/puller.ts';
import type { Session } from '../../shared/session.ts';
import type { View } from '../../shared/view.ts';
import { type Cursor, chosen, drawn, moved } from './cursor.ts';
import type { Editing } from './editor.ts';
import { emptyForm, type GridForm, gridForm } from './form.ts';
import { type GridActions, type GridState, grid, problemOf, ROW_HEIGHT, runsDrawn } from './grid.ts';
import { type Column, columnsOf, RESULTS } from './layout.ts';
import { toolbar } from './toolbar.ts';

/** Points of the little curve in a cell. */
const CURVE_POINTS = 24;

/** The variants as rows, settings as columns, a cell for every seed. Its only truth is the text of the file. */
export class MatrixView implements View {
  private readonly session: Session<'matrix'>;
  private readonly puller: Puller;
  /** Scrolling asks for curves alone: neither file nor runs are others by that. */
  private readonly curvePuller: Puller;
  private matrix: Matrix | undefined;
  private columns: Column[] = [];
  private results: ReadonlyMap<string, TableRow> = new Map();
  private readonly curves = new Map<string, Series>();
  /** Epochs that each curve shows: it is asked for again when there are more. */
  private readonly curveEpochs = new Map<string, number>();
  private cursor: Cursor = { row: 0, column: 0, anchor: 0 };
  private editing: Editing | undefined;
  private form: GridForm | undefined;
  private scrollTop = 0;
  /** The cell of the cursor takes the focus once it is drawn. */
  private takeFocus = false;

  constructor(session: Session<'matrix'>) {
    this.session = session;
    this.puller = new Puller(
      () => this.pull(),
      () => session.invalidate(),
    );
    this.curvePuller = new Puller(
      () => this.pullCurves(),
      () => session.invalidate(),
    );
    this.puller.request();
  }

  changed(): void {
    this.puller.request();
  }

  render(): TemplateResult {
    const { session, matrix } = this;
    const state = matrix && this.state(matrix);
    return html`<div class="page matrix-page" aria-busy=${this.puller.busy || this.curvePuller.busy}>
      ${header(session)} ${banners(session)}
      ${
        state
          ? html`${toolbar(session, state, this.chosenVariants(state.matrix), {
              edit: (edit) => this.edit(edit),
              rename: () => this.open(this.cursor.row, 0),
              form: () => {
                this.form = this.form ? undefined : emptyForm();
                session.invalidate();
              },
              column: (field) => this.addColumn(field),
            })}
            ${this.form ? this.formOf(this.form, state) : nothing} ${grid(session, state, this.actions(state))} ${this.status(state)}`
          : html`<p class="waiting">${session.pullProblem ? '' : 'Reading the file…'}</p>`
      }
    </div>`;
  }

  afterRender(): void {
    if (!this.takeFocus) return;
    this.takeFocus = false;
    const editor = document.querySelector<HTMLElement>('.cell-editor');
    if (!editor) this.showCursor();
    else if (document.activeElement !== editor) {
      editor.focus();
      if (editor instanceof HTMLInputElement && !this.editing?.begun) editor.select();
    }
  }

  private state(matrix: Matrix): GridState {
    const { columns, cursor, curves, editing, results, scrollTop } = this;
    const rows = matrix.rows.length + 1;
    const [first, last] = drawn(scrollTop, this.height(), ROW_HEIGHT, rows);
    const inside = (row: number): number => Math.max(0, Math.min(row, rows - 1));
    this.cursor = {
      row: inside(cursor.row),
      anchor: inside(cursor.anchor),
      column: Math.min(cursor.column, columns.length - 1),
    };
    return { matrix, columns, results, curves, cursor: this.cursor, editing, first, last };
  }

  private height(): number {
    return document.querySelector('.matrix-scroll')?.clientHeight ?? window.innerHeight;
  }

  private formOf(form: GridForm, { matrix }: GridState): TemplateResult {
    const variant = matrix.rows[this.cursor.row - 1]?.variant ?? null;
    return gridForm(form, matrix, variant, {
      change: (changed) => {
        this.form = changed;
        this.session.invalidate();
      },
      add: (edit) => this.edit(edit),
      close: () => {
        this.form = undefined;
        this.takeFocus = true;
        this.session.invalidate();
      },
    });
  }

  /** What the cell of the cursor is about, and what is wrong with it. */
  private status(state: GridState): TemplateResult {
    const column = state.columns[this.cursor.column]!;
    const problem = problemOf(state, this.cursor.row, column);
    return html`<footer class="matrix-status" aria-live="polite">
      ${problem ? html`<span class="problem ${problem.severity}">${problem.message}</span>` : html`<span>${about(column)}</span>`}
    </footer>`;
  }

  private actions(state: GridState): GridActions {
    return {
      focus: (row, column, extend) => {
        if (this.editing && row === this.cursor.row && column === this.cursor.column) return;
        const anchor = extend && column === this.cursor.column ? this.cursor.anchor : row;
        this.cursor = { row, column, anchor };
        this.session.invalidate();
      },
      open: (row, column) => this.open(row, column),
      keys: (event) => this.keys(event, state),
      scrolled: (event) => {
        this.scrollTop = (event.target as HTMLElement).scrollTop;
        this.session.invalidate();
        this.curvePuller.request();
      },
      commit: (text) => this.commit(text, state),
      cancel: () => this.stopEditing(),
      type: () => {
        this.editing = { text: this.textHere(state) ?? '', typing: true };
        this.takeFocus = true;
        this.session.invalidate();
      },
      copy: (event) => {
        const text = this.textHere(state);
        if (this.editing || text === undefined) return;
        event.clipboardData?.setData('text/plain', text);
        event.preventDefault();
      },
      paste: (event) => {
        const text = event.clipboardData?.getData('text/plain').trim();
        if (this.editing || !text || state.columns[this.cursor.column]!.kind !== 'setting') return;
        event.preventDefault();
        this.commit(text, state);
      },
      runSeed: (seed) => this.session.start(undefined, [seed]),
    };
  }

  private keys(event: KeyboardEvent, state: GridState): void {
    const { key, shiftKey } = event;
    if (this.editing) {
      this.keysBeforeLine(event, this.editing, state);
      return;
    }
    if ((event.target as HTMLElement).closest('button')) return;
    const many = event.ctrlKey || event.metaKey;
    const page = Math.max(1, Math.floor(this.height() / ROW_HEIGHT) - 2);
    const extent = { rows: state.matrix.rows.length + 1, columns: state.columns.length, page };
    const next = moved(this.cursor, key, shiftKey, many, extent);
    const column = state.columns[this.cursor.column]!;
    if (next) this.cursor = next;
    else if (many || event.altKey) return;
    else if (key === 'Enter' || key === 'F2') this.open(this.cursor.row, this.cursor.column);
    else if (key === ' ') this.toggle(state);
    else if ((key === 'Delete' || key === 'Backspace') && column.kind === 'setting') this.commit(null, state);
    else if (key.length === 1 && column.kind === 'setting' && !column.setting.closed) {
      this.editing = { text: key, typing: true, begun: true };
    } else return;
    event.preventDefault();
    this.takeFocus = true;
    this.session.invalidate();
  }

  /** What is typed before the line that takes it has been drawn. */
  private keysBeforeLine(event: KeyboardEvent, editing: Editing, state: GridState): void {
    if (!editing.begun || (event.target as HTMLElement).matches('.cell-editor')) return;
    if (event.key === 'Enter') this.commit(editing.text, state);
    else if (event.key.length === 1) this.editing = { ...editing, text: editing.text + event.key };
    else return;
    event.preventDefault();
  }

  /** Edits what can be edited, and does with a seed what its run needs. */
  private open(row: number, column: number): void {
    const { matrix } = this;
    if (!matrix) return;
    const state = this.state(matrix);
    const what = state.columns[column]!;
    this.cursor = {
      row,
      column,
      anchor: row === this.cursor.row && column === this.cursor.column ? this.cursor.anchor : row,
    };
    if (what.kind === 'name' && row > 0) this.editing = { text: matrix.rows[row - 1]!.variant, typing: true };
    else if (what.kind === 'setting') {
      const typing = what.setting.choices.length === 0;
      this.editing = { text: this.textHere(state) ?? '', typing };
    } else if (what.kind === 'seed' && row > 0) this.seed(state, row, what.seed);
    this.takeFocus = true;
    this.session.invalidate();
  }

  private seed({ matrix, results }: GridState, row: number, seed: number): void {
    const { variant } = matrix.rows[row - 1]!;
    const run = results.get(variant)?.runs.find((one) => one.seed === seed);
    if (run && isActive(run.state)) this.session.stop([run]);
    else if (run && isResumable(run.state)) this.session.resume([run]);
    else this.session.start([variant], [seed]);
  }

  /** A switch of two turns; other choices open. */
  private toggle(state: GridState): void {
    const column = state.columns[this.cursor.column]!;
    const text = this.textHere(state);
    if (column.kind === 'setting' && column.setting.closed && (text === 'true' || text === 'false'))
      this.commit(text === 'true' ? 'false' : 'true', state);
    else this.open(this.cursor.row, this.cursor.column);
  }

  private textHere({ matrix, columns }: GridState): string | undefined {
    const column = columns[this.cursor.column]!;
    const row = this.cursor.row === 0 ? undefined : matrix.rows[this.cursor.row - 1]!;
    if (column.kind === 'name') return row?.variant;
    return column.kind === 'setting' ? (row ? row.cells : matrix.common)[column.index]!.text : undefined;
  }

  private commit(text: string | null, { matrix, columns }: GridState): void {
    const column = columns[this.cursor.column]!;
    this.stopEditing();
    if (column.kind === 'name') {
      const { variant } = matrix.rows[this.cursor.row - 1]!;
      if (text !== null) this.edit({ kind: 'rename', variant, name: text });
      return;
    }
    if (column.kind !== 'setting') return;
    const [from, to] = chosen(this.cursor);
    const variants = [null, ...matrix.rows.map(({ variant }) => variant)].slice(from, to + 1);
    this.edit({ kind: 'set', variants, field: column.setting.field, text });
  }

  private stopEditing(): void {
    if (!this.editing) return;
    this.editing = undefined;
    this.takeFocus = true;
    this.session.invalidate();
  }

  private chosenVariants(matrix: Matrix): string[] {
    const [from, to] = chosen(this.cursor);
    return matrix.rows.slice(Math.max(0, from - 1), to).map(({ variant }) => variant);
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
    const top = this.cursor.row * ROW_HEIGHT;
    const room = scroll.clientHeight - head - ROW_HEIGHT;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    else if (top > scroll.scrollTop + room) scroll.scrollTop = top - room;
    const cell = scroll.querySelector<HTMLElement>(
      `[data-row="${this.cursor.row}"] [data-column="${this.cursor.column}"]`,
    );
    if (cell) cell.focus();
    else {
      // It is drawn once the scrolling has been heard of.
      this.scrollTop = scroll.scrollTop;
      this.takeFocus = true;
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
      this.curvePuller.request();
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.puller.request() };
    }
    session.invalidate();
  }

  private async pullCurves(): Promise<void> {
    const { matrix, session } = this;
    if (!matrix) return;
    const wanted = runsDrawn(this.state(matrix)).filter(
      ({ id, epoch }) => epoch > 1 && this.curveEpochs.get(id) !== epoch,
    );
    if (wanted.length === 0) return;
    const runIds = wanted.map(({ id }) => id);
    try {
      const asked = { runIds, metrics: ['test.accuracy' as const], maxPoints: CURVE_POINTS };
      for (const one of await session.channel.request('runs/series', asked)) this.curves.set(one.runId, one);
      for (const { id, epoch } of wanted) this.curveEpochs.set(id, epoch);
    } catch (error) {
      session.pullProblem = { message: (error as Error).message, retry: () => this.curvePuller.request() };
    }
  }
}

function about(column: Column): string {
  switch (column.kind) {
    case 'name':
      return 'Enter renames a variant; its runs follow. Shift with the arrow keys chooses several rows.';
    case 'setting':
      return `${column.setting.field}: ${column.setting.expected}. ${column.setting.about}`;
    case 'seed':
      return `Enter trains this variant with seed ${column.seed}, stops it, or goes on with it.`;
    case 'seeds':
      return `How far the ${column.seeds.length} seeds of this variant are.`;
    case 'result':
      return RESULTS[column.result].about;
  }
}
