import { html, type TemplateResult } from 'lit';
import type { Column } from '../../../../protocol/comparison/columns.ts';
import { icon } from '../../../shared/icons.ts';
import { boxButton } from '../../../shared/menu.ts';
import type { Session } from '../../../shared/session.ts';
import { movedColumn } from '../rows.ts';

/** Which columns are shown, and in which order. */
export function columnsButton(
  session: Session<'compare'>,
  all: readonly Column[],
  shown: readonly Column[],
  told: (text: string) => void,
): TemplateResult {
  return boxButton(session, 'columns', 'Columns', 'columns', () => chooser(session, all, shown, told));
}

function chooser(
  session: Session<'compare'>,
  all: readonly Column[],
  shown: readonly Column[],
  told: (text: string) => void,
): TemplateResult {
  const ids = shown.map(({ id }) => id);
  const hidden = all.filter(({ id }) => !ids.includes(id));
  const set = (columns: readonly string[]): void => session.update({ columns: [...columns] });
  const toggle = (id: string): void => set(ids.includes(id) ? ids.filter((one) => one !== id) : [...ids, id]);
  const move = (id: string, by: number): void => {
    set(movedColumn(ids, id, by));
    told(`Moved ${by < 0 ? 'to the left' : 'to the right'}.`);
  };
  const settings = all.filter(({ setting }) => setting).map(({ id }) => id);
  const withSettings = settings.every((id) => ids.includes(id));
  return html`
    <ul class="column-list" aria-label="Columns">
      ${[...shown, ...hidden].map((column) => {
        const index = ids.indexOf(column.id);
        return html`<li>
          <label>
            <input
              type="checkbox"
              .checked=${index >= 0}
              ?disabled=${column.id === 'variant'}
              @change=${() => toggle(column.id)}
            />
            <span class=${column.setting ? 'setting' : ''}>${column.label}</span>
          </label>
          ${
            index > 0
              ? html`<span class="moves">
                ${moveButton(`Move ${column.label} to the left`, 'up', index > 1, () => move(column.id, -1))}
                ${moveButton(`Move ${column.label} to the right`, 'down', index < ids.length - 1, () => move(column.id, 1))}
              </span>`
              : ''
          }
        </li>`;
      })}
    </ul>
    <div class="box-foot">
      ${
        settings.length > 0
          ? html`<button class="link" @click=${() => set(withSettings ? ids.filter((id) => !settings.includes(id)) : [...ids.filter((id) => !settings.includes(id)), ...settings])}>
            ${withSettings ? 'Without settings' : `All ${settings.length} settings that differ`}
          </button>`
          : html`<span class="muted">No settings differ.</span>`
      }
      <button class="link" @click=${() => set([])}>As at first</button>
    </div>
  `;
}

function moveButton(label: string, name: 'up' | 'down', enabled: boolean, act: () => void): TemplateResult {
  return html`<button class="quiet" aria-label=${label} title=${label} ?disabled=${!enabled} @click=${act}>${icon(name, 'small')}</button>`;
}
