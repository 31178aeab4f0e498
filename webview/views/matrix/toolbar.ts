import { html, nothing, type TemplateResult } from 'lit';
import type { ExperimentEdit } from '../../../protocol/experiment.ts';
import { UNTRUSTED } from '../../../protocol/webview.ts';
import { icon } from '../../shared/icons.ts';
import type { Session } from '../../shared/session.ts';
import type { GridState } from './grid.ts';

export interface ToolbarActions {
  edit(edit: ExperimentEdit): void;
  rename(): void;
  /** Shows or hides the form for a range or grid. */
  form(): void;
  column(field: string): void;
}

/** What can be done to the table and to the rows that are chosen. */
export function toolbar(
  session: Session<'matrix'>,
  { matrix, cursor, results }: GridState,
  variants: readonly string[],
  { edit, rename, form, column }: ToolbarActions,
): TemplateResult {
  const names = matrix.rows.map(({ variant }) => variant);
  const one = variants.length === 1 ? variants[0] : undefined;
  const place = one === undefined ? -1 : names.indexOf(one);
  const several = variants.length > 1 ? ` ${variants.length}` : '';
  const waiting = variants
    .flatMap((name) => results.get(name)?.runs ?? [])
    .filter(({ state, cluster }) => state === 'queued' && !cluster);
  const pick = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    if (select.value !== '') column(select.value);
    select.value = '';
  };
  const button = (label: string, enabled: boolean, act: () => void, hint = label): TemplateResult =>
    html`<button class="quiet" title=${hint} ?disabled=${!enabled} @click=${act}>${label}</button>`;
  return html`<div class="toolbar matrix-toolbar" role="toolbar" aria-label="Matrix">
    <button class="quiet" @click=${() => edit({ kind: 'add', name: freeName(names, 'variant'), override: {} })}>
      ${icon('plus')}<span>Variant</span>
    </button>
    <button class="quiet" title="New variants for a range of a setting, or for all combinations of several" @click=${form}>
      ${icon('plus')}<span>Range or grid…</span>
    </button>
    <select class="add-column" aria-label="Add a column" @change=${pick}>
      <option value="">Add a column…</option>
      ${matrix.more.map(({ field }) => html`<option value=${field}>${field}</option>`)}
    </select>
    <span class="toolbar-end">
      ${button(
        `Run${several}`,
        session.trusted && variants.length > 0,
        () => session.start([...variants]),
        session.trusted ? `Train what is missing of ${variants.join(', ') || 'the chosen rows'}` : UNTRUSTED,
      )}
      ${
        waiting.length > 0
          ? button(
              'To front',
              session.trusted,
              () => session.moveToFront(waiting),
              session.trusted ? 'Train what waits of the chosen rows next, once cores are free' : UNTRUSTED,
            )
          : nothing
      }
      ${button('Duplicate', one !== undefined, () => edit({ kind: 'duplicate', variant: one!, name: freeName(names, `${one} copy`) }))}
      ${button('Rename', one !== undefined, rename)}
      ${button(`Remove${several}`, variants.length > 0 && variants.length < names.length, () => edit({ kind: 'remove', variants: [...variants] }))}
      <button class="quiet" aria-label="Move up" title="Move up" ?disabled=${place < 1} @click=${() => edit({ kind: 'move', variant: one!, to: place - 1 })}>
        ${icon('up')}
      </button>
      <button
        class="quiet"
        aria-label="Move down"
        title="Move down"
        ?disabled=${place < 0 || place === names.length - 1 || cursor.row === 0}
        @click=${() => edit({ kind: 'move', variant: one!, to: place + 1 })}
      >
        ${icon('down')}
      </button>
    </span>
  </div>`;
}

/** A name that is not taken: the one that is wanted, or that one with a number. */
function freeName(names: readonly string[], wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted} ${n}`;
    if (!names.includes(name)) return name;
  }
}
