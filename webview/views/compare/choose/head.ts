import { html, nothing, type TemplateResult } from 'lit';
import type { Column } from '../../../../protocol/comparison/columns.ts';
import { icon } from '../../../shared/icons.ts';
import type { Session } from '../../../shared/session.ts';
import { movedColumn, nextSort, type Row } from '../rows.ts';

/** What is dragged over the heads; the browser tells its name only when it is dropped. */
let dragged: string | undefined;

/** The heads of the columns: each sorts by its column, and can be put in another place. */
export function headRow(
  session: Session<'compare'>,
  columns: readonly Column[],
  told: (text: string) => void,
  all: { rows: readonly Row[]; choose: (keys: readonly string[]) => void },
): TemplateResult {
  const ids = columns.map(({ id }) => id);
  const move = (id: string, by: number): void => {
    const moved = movedColumn(ids, id, by);
    const label = columns.find((column) => column.id === id)!.label;
    session.update({ columns: moved });
    told(`${label} is column ${moved.indexOf(id) + 1} of ${moved.length}.`);
  };
  return html`<tr>
    ${columns.map((column) => head(session, column, ids, move, column.id === 'variant' ? chooseAll(session, all) : nothing))}
    <th scope="col"><span class="visually-hidden">Actions</span></th>
  </tr>`;
}

function head(
  session: Session<'compare'>,
  column: Column,
  ids: readonly string[],
  move: (id: string, by: number) => void,
  before: TemplateResult | typeof nothing,
): TemplateResult {
  const { id, label, unit, title, setting } = column;
  const { sort } = session.state;
  const place = sort.findIndex((one) => one.column === id);
  const way = place < 0 ? undefined : sort[place]!.descending ? 'descending' : 'ascending';
  const shown = unit === 's' ? undefined : unit;
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.altKey ? { ArrowLeft: -1, ArrowRight: 1 }[event.key] : undefined;
    if (by === undefined || id === 'variant') return;
    event.preventDefault();
    move(id, by);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    if (dragged !== undefined && dragged !== id) move(dragged, ids.indexOf(id) - ids.indexOf(dragged));
    dragged = undefined;
  };
  const hint = `${title ? `${title}. ` : ''}Click sorts, Shift+click sorts by several columns${id === 'variant' ? '' : '; drag it, or press Alt and an arrow key, to move the column'}`;
  // Of several sorted columns a screen reader is told the first; the button names the place of the others.
  return html`<th
    scope="col"
    class="col-${setting ? 'setting' : id}"
    data-column=${id}
    aria-sort=${way && place === 0 ? way : 'none'}
    draggable=${id === 'variant' ? 'false' : 'true'}
    @dragstart=${() => (dragged = id)}
    @dragover=${(event: DragEvent) => dragged !== undefined && event.preventDefault()}
    @drop=${drop}
  >
    ${before}<button
      title=${hint}
      @keydown=${onKeyDown}
      @click=${(event: MouseEvent) => session.update({ sort: nextSort(sort, column, event.shiftKey) })}
    >
      <span>${label}</span>${shown ? html`<span class="unit">${shown}</span>` : nothing}
      ${way ? icon(way === 'descending' ? 'down' : 'up', 'small') : nothing}
      ${way && sort.length > 1 ? html`<span class="sort-place"><span class="visually-hidden">${way}, sorted by as number </span>${place + 1}</span>` : nothing}
    </button>
  </th>`;
}

/** Chooses all rows that are shown, or none of them. */
function chooseAll(
  { state: { chosen } }: Session<'compare'>,
  { rows, choose }: { rows: readonly Row[]; choose: (keys: readonly string[]) => void },
): TemplateResult {
  const keys = rows.map(({ key }) => key);
  const n = keys.filter((key) => chosen.includes(key)).length;
  const others = chosen.filter((key) => !keys.includes(key));
  return html`<input
    type="checkbox"
    class="choose"
    aria-label="Choose all rows shown"
    title="Choose all rows shown"
    .checked=${n > 0 && n === keys.length}
    .indeterminate=${n > 0 && n < keys.length}
    @change=${() => choose(n === keys.length ? others : [...others, ...keys])}
  />`;
}
