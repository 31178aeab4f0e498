import type { ExperimentEdit } from '../../../protocol/experiment.ts';
import type { Matrix } from '../../../protocol/matrix.ts';
import { isActive, isResumable } from '../../../protocol/runs.ts';
import type { Session } from '../../shared/session.ts';
import { type Cursor, chosen, moved } from './cursor.ts';
import type { Editing } from './editor.ts';
import { type GridActions, type GridState, ROW_HEIGHT } from './grid.ts';

/** What the rest of the view does for the controls. */
export interface ControlServices {
  session: Session<'matrix'>;
  edit(edit: ExperimentEdit): void;
  scrolled(top: number, left: number): void;
  /** Of what shows the rows, in pixels. */
  height(): number;
}

/** Where the cursor is, what is being typed, and what keys, clicks and the clipboard do to the cells. */
export class GridControls {
  cursor: Cursor;
  editing: Editing | undefined;
  /** The cell of the cursor takes the focus once it is drawn. */
  takeFocus = false;
  private readonly services: ControlServices;

  constructor(services: ControlServices) {
    this.services = services;
    const { row, column } = services.session.state;
    this.cursor = { row, column, anchor: row };
  }

  /** Keeps the cursor among these rows and columns. */
  keepInside(rows: number, columns: number): void {
    const { row, anchor, column } = this.cursor;
    const inside = (index: number): number => Math.max(0, Math.min(index, rows - 1));
    this.cursor = { row: inside(row), anchor: inside(anchor), column: Math.min(column, columns - 1) };
  }

  /** Variants in the rows that the cursor covers. */
  chosenVariants(matrix: Matrix): string[] {
    const [from, to] = chosen(this.cursor);
    return matrix.rows.slice(Math.max(0, from - 1), to).map(({ variant }) => variant);
  }

  actions(state: GridState): GridActions {
    return {
      focus: (row, column, extend) => {
        if (this.editing && row === this.cursor.row && column === this.cursor.column) return;
        const anchor = extend && column === this.cursor.column ? this.cursor.anchor : row;
        this.cursor = { row, column, anchor };
        this.services.session.invalidate();
      },
      open: (row, column) => this.open(row, column, state),
      keys: (event) => this.keys(event, state),
      scrolled: ({ target }) => {
        const { scrollTop, scrollLeft } = target as HTMLElement;
        this.services.scrolled(scrollTop, scrollLeft);
      },
      commit: (text) => this.commit(text, state),
      cancel: () => this.stopEditing(),
      type: () => {
        this.editing = { text: this.textHere(state) ?? '', typing: true };
        this.takeFocus = true;
        this.services.session.invalidate();
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
      runSeed: (seed) => this.services.session.start(undefined, [seed]),
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
    const page = Math.max(1, Math.floor(this.services.height() / ROW_HEIGHT) - 2);
    const extent = { rows: state.matrix.rows.length + 1, columns: state.columns.length, page };
    const next = moved(this.cursor, key, shiftKey, many, extent);
    const column = state.columns[this.cursor.column]!;
    if (next) this.cursor = next;
    else if (many || event.altKey) return;
    else if (key === 'Enter' || key === 'F2') this.open(this.cursor.row, this.cursor.column, state);
    else if (key === ' ') this.toggle(state);
    else if ((key === 'Delete' || key === 'Backspace') && column.kind === 'setting') this.commit(null, state);
    else if (key.length === 1 && column.kind === 'setting' && !column.setting.closed) {
      this.editing = { text: key, typing: true, begun: true };
    } else return;
    event.preventDefault();
    this.takeFocus = true;
    this.services.session.invalidate();
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
  open(row: number, column: number, state: GridState): void {
    const what = state.columns[column]!;
    this.cursor = {
      row,
      column,
      anchor: row === this.cursor.row && column === this.cursor.column ? this.cursor.anchor : row,
    };
    if (what.kind === 'name' && row > 0) this.editing = { text: state.matrix.rows[row - 1]!.variant, typing: true };
    else if (what.kind === 'setting') {
      const typing = what.setting.choices.length === 0;
      this.editing = { text: this.textHere(state) ?? '', typing };
    } else if (what.kind === 'seed' && row > 0) this.seed(state, row, what.seed);
    this.takeFocus = true;
    this.services.session.invalidate();
  }

  private seed({ matrix, results }: GridState, row: number, seed: number): void {
    const { variant } = matrix.rows[row - 1]!;
    const run = results.get(variant)?.runs.find((one) => one.seed === seed);
    if (run && isActive(run.state)) this.services.session.stop([run]);
    else if (run && isResumable(run.state)) this.services.session.resume([run]);
    else this.services.session.start([variant], [seed]);
  }

  /** An on/off cell toggles; any other opens its editor. */
  private toggle(state: GridState): void {
    const column = state.columns[this.cursor.column]!;
    const text = this.textHere(state);
    if (column.kind === 'setting' && column.setting.closed && (text === 'true' || text === 'false'))
      this.commit(text === 'true' ? 'false' : 'true', state);
    else this.open(this.cursor.row, this.cursor.column, state);
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
      if (text !== null) this.services.edit({ kind: 'rename', variant, name: text });
      return;
    }
    if (column.kind !== 'setting') return;
    const [from, to] = chosen(this.cursor);
    const variants = [null, ...matrix.rows.map(({ variant }) => variant)].slice(from, to + 1);
    this.services.edit({ kind: 'set', variants, field: column.setting.field, text });
  }

  private stopEditing(): void {
    if (!this.editing) return;
    this.editing = undefined;
    this.takeFocus = true;
    this.services.session.invalidate();
  }
}
