import { html, nothing, type TemplateResult } from 'lit';
import type { MatrixCell, MatrixColumn } from '../../../protocol/matrix.ts';

const COMMON = '\u0000common';
const OTHER = '\u0000other';

export interface Editing {
  /** What the line begins with. */
  text: string;
  /** A line to type in, in place of a list of choices. */
  typing: boolean;
  /** The text is what was typed already: it is gone on with, and not replaced. */
  begun?: boolean;
}

export interface EditorActions {
  /** null takes the field out: what holds for all, or the default, counts again. */
  commit(text: string | null): void;
  cancel(): void;
  /** Another value than those of the list. */
  type(): void;
}

/** What stands in a cell while its value is chosen or typed. */
export function settingEditor(
  column: MatrixColumn,
  cell: MatrixCell,
  editing: Editing,
  common: string | undefined,
  actions: EditorActions,
): TemplateResult {
  const label = `${column.field}: ${column.expected}`;
  if (editing.typing) return textEditor(editing.text, cell.text, label, actions);
  const known = column.choices.some(({ text }) => text === cell.text);
  const change = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    if (value === OTHER) actions.type();
    else actions.commit(value === COMMON ? null : value);
  };
  return html`<select class="cell-editor" aria-label=${label} @change=${change} @blur=${actions.cancel} @keydown=${cancelOn(actions)}>
    <option value=${COMMON} ?selected=${!cell.own}>${common === undefined ? 'default' : `as all variants (${common})`}</option>
    ${column.choices.map(({ text, label: word }) => html`<option value=${text} ?selected=${cell.own && text === cell.text}>${word ?? text}</option>`)}
    ${cell.own && !known ? html`<option value=${cell.text} selected>${cell.text}</option>` : nothing}
    ${column.closed ? nothing : html`<option value=${OTHER}>another value…</option>`}
  </select>`;
}

/** A line to type in. Enter and leaving it commit what is another text than `before`, Escape does not. */
export function textEditor(
  text: string,
  before: string,
  label: string,
  actions: Pick<EditorActions, 'commit' | 'cancel'>,
): TemplateResult {
  let done = false;
  const commit = (event: Event): void => {
    if (done) return;
    done = true;
    const { value } = event.target as HTMLInputElement;
    if (value.trim() === before.trim()) actions.cancel();
    else actions.commit(value.trim() === '' ? null : value.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') commit(event);
    else if (event.key === 'Escape') {
      done = true;
      actions.cancel();
    } else return;
    event.preventDefault();
  };
  return html`<input
    class="cell-editor"
    aria-label=${label}
    .value=${text}
    @blur=${commit}
    @keydown=${(event: KeyboardEvent) => {
      event.stopPropagation();
      onKeyDown(event);
    }}
  />`;
}

function cancelOn(actions: EditorActions): (event: KeyboardEvent) => void {
  return (event) => {
    event.stopPropagation();
    if (event.key === 'Escape') actions.cancel();
  };
}
