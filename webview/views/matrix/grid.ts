import { html, nothing, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TableRow } from '../../../protocol/comparison/table.ts';
import type { Matrix, MatrixProblem } from '../../../protocol/matrix.ts';
import type { Series } from '../../../protocol/metrics.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import { icon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';
import { runAction } from '../../shared/study/run-action.ts';
import { resultCell, seedCell, seedsCell, settingCell } from './cells.ts';
import { type Cursor, chosen } from './cursor.ts';
import { type Editing, type EditorActions, settingEditor, textEditor } from './editor.ts';
import { ACTIONS_WIDTH, type Column, heading, RESULTS } from './layout.ts';

/** Of every row, in CSS pixels: what is on screen follows from it. */
export const ROW_HEIGHT = 32;
export const HEAD_HEIGHT = 44;

export interface GridState {
  matrix: Matrix;
  columns: Column[];
  /** By variant: what its runs gave, and the runs of its settings. */
  results: ReadonlyMap<string, TableRow>;
  /** By run. */
  curves: ReadonlyMap<string, Series>;
  cursor: Cursor;
  editing: Editing | undefined;
  /** Rows [first, last) are drawn. */
  first: number;
  last: number;
  /** Of them the names and the columns [from, to). */
  from: number;
  to: number;
  /** While rows come and go. */
  scrolling: boolean;
  /** Where each column begins, and at the end where the last one ends, in CSS pixels. */
  starts: readonly number[];
}

export interface GridActions extends EditorActions {
  focus(row: number, column: number, extend: boolean): void;
  /** As Enter does. */
  open(row: number, column: number): void;
  keys(event: KeyboardEvent): void;
  scrolled(event: Event): void;
  copy(event: ClipboardEvent): void;
  paste(event: ClipboardEvent): void;
  runSeed(seed: number): void;
}

/**
 * The table; of its rows and columns those on screen. Row 0 is what holds for all variants. Rows lie where their number says,
 * each laid out for itself, and one that goes out of sight becomes one that comes into it: while somebody scrolls, elements are
 * neither made nor thrown away nor moved. Once that is over they are in their order again, for whoever hears them read.
 */
export function grid(session: Session<'matrix'>, state: GridState, actions: GridActions): TemplateResult {
  const { matrix, columns, first, last, from, to, scrolling } = state;
  const total = matrix.rows.length + 1;
  const many = Math.max(1, last - first);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
  const ordered = scrolling ? rows.sort((a, b) => (a % many) - (b % many)) : rows;
  const at = (event: Event): [number, number] | undefined => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('td[data-column]');
    return cell ? [Number(cell.closest<HTMLElement>('tr')!.dataset.row), Number(cell.dataset.column)] : undefined;
  };
  return html`<main
    class="matrix-scroll"
    data-scroll="grid"
    tabindex="-1"
    @scroll=${actions.scrolled}
    @keydown=${actions.keys}
    @copy=${actions.copy}
    @paste=${actions.paste}
  >
    <table class="matrix" role="grid" aria-label="Variants and settings" aria-rowcount=${total + 1} aria-colcount=${columns.length} aria-multiselectable="true" .style=${extent(state, total)}>
      <thead role="rowgroup">
        <tr role="row" aria-rowindex="1">
          ${head(columns[0]!, 0, state, actions)}
          ${repeat(
            columns.slice(from, to),
            (column) => column,
            (column, i) => head(column, from + i, state, actions),
          )}
          <th role="columnheader" class="actions"><span class="visually-hidden">Actions</span></th>
        </tr>
      </thead>
      <tbody
        role="rowgroup"
        @mousedown=${(event: MouseEvent) => {
          const [row, column] = at(event) ?? [];
          if (row !== undefined && column !== undefined) actions.focus(row, column, event.shiftKey);
        }}
        @dblclick=${(event: MouseEvent) => {
          const [row, column] = at(event) ?? [];
          if (row !== undefined && column !== undefined) actions.open(row, column);
        }}
      >
        ${repeat(
          ordered,
          (row) => row % many,
          (row) => guard(rowNeeds(session, state, row), () => rowOf(session, state, actions, row)),
        )}
      </tbody>
    </table>
  </main>`;
}

/** Of the whole table, with what is out of sight. */
function extent({ starts }: GridState, total: number): string {
  return `width:${starts.at(-1)! + ACTIONS_WIDTH}px;height:${HEAD_HEIGHT + total * ROW_HEIGHT}px`;
}

/** Where a cell lies in its row: it stays there, whichever columns are drawn beside it. */
function place({ starts }: GridState, index: number): string {
  return `left:${starts[index]!}px;width:${starts[index + 1]! - starts[index]!}px`;
}

function head(column: Column, index: number, state: GridState, actions: GridActions): TemplateResult {
  const at = place(state, index);
  switch (column.kind) {
    case 'name':
      return html`<th role="columnheader" .style=${at} aria-colindex=${index + 1} class="name">Variant</th>`;
    case 'setting': {
      const { name, place } = heading(column.setting.field);
      return html`<th role="columnheader" .style=${at} aria-colindex=${index + 1} class="setting" title="${column.setting.field}: ${column.setting.about}">
        <span class="place">${place}</span><span>${name}</span>
      </th>`;
    }
    case 'seed':
      return html`<th role="columnheader" .style=${at} aria-colindex=${index + 1} class="seed">
        <span class="place">seed</span
        ><button class="quiet" title="Train what is missing with seed ${column.seed}" aria-label="Run all with seed ${column.seed}" @click=${() => actions.runSeed(column.seed)}>
          ${column.seed}${icon('play', 'small')}
        </button>
      </th>`;
    case 'seeds':
      return html`<th role="columnheader" .style=${at} aria-colindex=${index + 1} class="seeds"><span class="place">runs</span><span>${column.seeds.length} seeds</span></th>`;
    case 'result': {
      const { label, unit, about } = RESULTS[column.result];
      return html`<th role="columnheader" .style=${at} aria-colindex=${index + 1} class="result" title=${about}><span class="place">${unit}</span><span>${label}</span></th>`;
    }
  }
}

/** Whatever a row shows: scrolling changes none of it, and rows that stay on screen are left alone. */
function rowNeeds(
  { trusted, pending }: Session<'matrix'>,
  { matrix, columns, starts, results, curves, cursor, editing, from, to }: GridState,
  row: number,
): unknown[] {
  const [above, below] = chosen(cursor);
  const result = row === 0 ? undefined : results.get(matrix.rows[row - 1]!.variant);
  return [
    row,
    matrix,
    columns,
    starts,
    from,
    to,
    result,
    row >= above && row <= below ? cursor.column : -1,
    cursor.row === row,
    cursor.row === row && editing,
    trusted,
    [...pending].join('\n'),
    ...(result?.runs ?? []).map(({ id }) => curves.get(id)),
  ];
}

function rowOf(session: Session<'matrix'>, state: GridState, actions: GridActions, row: number): TemplateResult {
  const { matrix, columns, cursor, results, from, to } = state;
  const variant = row === 0 ? undefined : matrix.rows[row - 1]!;
  const [above, below] = chosen(cursor);
  const result = variant && results.get(variant.variant);
  const cell = (column: Column, index: number): TemplateResult => {
    const here = cursor.row === row && cursor.column === index;
    const selected = cursor.column === index && row >= above && row <= below;
    const problem = problemOf(state, row, column);
    return html`<td
      role=${column.kind === 'name' ? 'rowheader' : 'gridcell'}
      class="${column.kind} ${here ? 'here' : ''} ${selected ? 'selected' : ''} ${problem?.severity ?? ''}"
      tabindex=${here ? 0 : -1}
      aria-colindex=${index + 1}
      aria-selected=${selected ? 'true' : 'false'}
      aria-invalid=${problem?.severity === 'error' ? 'true' : nothing}
      data-column=${index}
      .style=${place(state, index)}
    >
      ${cellOf(state, actions, row, column, here, result)}
    </td>`;
  };
  return html`<tr role="row" class=${row === 0 ? 'all' : ''} aria-rowindex=${row + 2} data-row=${row} .style=${`top:${HEAD_HEIGHT + row * ROW_HEIGHT}px`}>
    ${cell(columns[0]!, 0)}${repeat(
      columns.slice(from, to),
      (column) => column,
      (column, i) => cell(column, from + i),
    )}
    <td class="actions">
      ${variant ? runAction(session, result?.runs ?? [], { what: variant.variant, variant: variant.variant }) : nothing}
    </td>
  </tr>`;
}

/** The worst thing there is to say of a cell. */
export function problemOf({ matrix }: GridState, row: number, column: Column): MatrixProblem | undefined {
  const variant = row === 0 ? undefined : matrix.rows[row - 1];
  if (column.kind === 'setting') return (variant ? variant.cells : matrix.common)[column.index]?.problem;
  if (column.kind !== 'name') return undefined;
  const all = variant ? variant.problems : matrix.problems;
  return all.find(({ severity }) => severity === 'error') ?? all[0];
}

function cellOf(
  { matrix, editing, curves }: GridState,
  actions: GridActions,
  row: number,
  column: Column,
  here: boolean,
  result: TableRow | undefined,
): TemplateResult | typeof nothing {
  const variant = row === 0 ? undefined : matrix.rows[row - 1]!;
  switch (column.kind) {
    case 'name':
      if (!variant) return html`<em>all variants</em>${warning(matrix.problems)}`;
      return here && editing
        ? textEditor(editing.text, variant.variant, `New name of ${variant.variant}`, actions)
        : html`<span class="text" title=${variant.variant}>${variant.variant}</span>${warning(variant.problems)}`;
    case 'setting': {
      const cell = (variant ? variant.cells : matrix.common)[column.index]!;
      const common = variant && matrix.common[column.index]!.text;
      return here && editing
        ? settingEditor(column.setting, cell, editing, common, actions)
        : settingCell(cell, column.setting);
    }
    case 'seed': {
      const run = result?.runs.find(({ seed }) => seed === column.seed);
      return variant ? seedCell(run, run && curves.get(run.id)) : nothing;
    }
    case 'seeds':
      return variant ? seedsCell(result?.runs ?? []) : nothing;
    case 'result':
      return variant ? resultCell(result, column.result) : nothing;
  }
}

function warning(problems: readonly MatrixProblem[]): TemplateResult | typeof nothing {
  const worst = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  if (!worst) return nothing;
  return html`<span class="problem ${worst.severity}" title=${problems.map(({ message }) => message).join('\n')}
    >${icon(worst.severity === 'error' ? 'cross' : 'warning', 'small')}<span class="visually-hidden">${worst.message}</span></span
  >`;
}

/** The runs of the rows that are drawn. */
export function runsDrawn({ matrix, results, first, last }: GridState): RunSummary[] {
  return matrix.rows
    .slice(Math.max(0, first - 1), Math.max(0, last - 1))
    .flatMap(({ variant }) => results.get(variant)?.runs ?? []);
}
