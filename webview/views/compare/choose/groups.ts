/** Rows that stand together, and rows that stand above all others. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Column } from '../../../../protocol/comparison/columns.ts';
import type { Spread } from '../../../../protocol/runs.ts';
import { spread } from '../../../../protocol/seeds.ts';
import { count, percentOrDash } from '../../../shared/format.ts';
import { icon } from '../../../shared/icons.ts';
import { boxButton } from '../../../shared/menu.ts';
import type { Session } from '../../../shared/session.ts';
import { type Row, seedAccuracies } from '../rows.ts';

/** Not a column: the study that a row is of. */
const BY_STUDY = 'study';
/** Columns of results by which nobody groups: each row has a value of its own. */
const GROUPING = ['state', 'starred', 'earlier', 'note'];

export interface RowGroup {
  /** `neuron.leak: 0.9`; empty where rows are not grouped. */
  name: string;
  rows: Row[];
  /** Over all runs of its rows that finished. */
  accuracy?: Spread | undefined;
}

/** @param rows as they are sorted, which is the order within groups, too; groups follow each other as their first rows do */
export function groupsOf(rows: readonly Row[], groupBy: string, columns: readonly Column[], study: string): RowGroup[] {
  const column = columns.find(({ id }) => id === groupBy);
  if (groupBy !== BY_STUDY && !column) return [{ name: '', rows: [...rows] }];
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const value = column ? (column.value(row) ?? 'not set') : (row.study ?? study);
    const name = column ? `${column.label}: ${value}` : String(value);
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups].map(([name, rows]) => ({
    name,
    rows,
    accuracy: spread(rows.flatMap((row) => seedAccuracies(row).map(({ accuracy }) => accuracy))),
  }));
}

/** What stands above the rows of a group. @param across columns of the table */
export function groupHead({ name, rows, accuracy }: RowGroup, across: number): TemplateResult | typeof nothing {
  if (name === '') return nothing;
  const deviation = accuracy?.deviation === undefined ? '' : ` ± ${percentOrDash(accuracy.deviation, 2)}`;
  return html`<tr class="group-head">
    <th scope="rowgroup" colspan=${across}>
      <span>${name}</span>
      <span class="muted">
        ${count(rows.length, 'row')}${accuracy ? `, ${count(accuracy.count, 'run')}: ${percentOrDash(accuracy.mean, 2)}${deviation} % accuracy` : ''}
      </span>
    </th>
  </tr>`;
}

/** By what rows are grouped, and which of them are pinned. */
export function rowsButton(
  session: Session<'compare'>,
  columns: readonly Column[],
  pinned: readonly Row[],
  studies: () => TemplateResult,
): TemplateResult {
  const { groupBy, others } = session.state;
  const options = [
    ['', 'Nothing'],
    ...(others.length > 0 ? [[BY_STUDY, 'Study']] : []),
    ...columns.filter(({ id, setting }) => setting || GROUPING.includes(id)).map(({ id, label }) => [id, label]),
  ] as [string, string][];
  return boxButton(
    session,
    'rows',
    'Rows',
    'table',
    () => html`<label class="choice">
        <span>Group by</span>
        <select @change=${(event: Event) => session.update({ groupBy: (event.target as HTMLSelectElement).value })}>
          ${options.map(([id, label]) => html`<option value=${id} .selected=${id === groupBy}>${label}</option>`)}
        </select>
      </label>
      ${studies()}
      <div class="box-foot">
        ${
          pinned.length > 0
            ? html`<span class="muted">${count(pinned.length, 'row')} pinned</span>
              <button class="link" @click=${() => session.update({ pinned: [] })}>Unpin all</button>`
            : html`<span class="muted">The pin of a row keeps it above all others.</span>`
        }
      </div>`,
  );
}

/** Pins a row above the others, or lets it go back among them. */
export function pinButton(session: Session<'compare'>, row: Row, what: string): TemplateResult {
  const { pinned } = session.state;
  const is = pinned.includes(row.key);
  return html`<button
    class="quiet pin ${is ? 'some' : ''}"
    aria-label="Pin ${what}"
    aria-pressed=${is ? 'true' : 'false'}
    title=${is ? `Let ${what} go back among the others` : `Pin ${what} above the others`}
    @click=${() => session.update({ pinned: is ? pinned.filter((key) => key !== row.key) : [...pinned, row.key] })}
  >
    ${icon(is ? 'pinned' : 'pin')}
  </button>`;
}
