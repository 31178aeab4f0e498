import { html, nothing, type TemplateResult } from 'lit';
import { boxButton } from '../../../shared/menu.ts';
import type { Session } from '../../../shared/session.ts';
import type { CurvesData } from '../data.ts';
import { BY_STUDY, BY_VARIANT } from './groups.ts';

/** Which colours curves have, which are taken together, and in how many charts they are drawn. */
export function arrangeButton(session: Session<'curves'>, data: CurvesData, changed: () => void): TemplateResult {
  const { colourBy, pooled, chartsBy, others } = session.state;
  // Which settings differ is asked for once somebody chooses among them.
  if (
    session.menu === 'arrange' &&
    data.settings.table === undefined &&
    session.comparison &&
    !session.pending.has('settings')
  )
    session.act('settings', () => data.pullSettings());
  const box = (): TemplateResult => {
    const fields = data.settings.table?.fields ?? [];
    const studies = others.length > 0 ? [[BY_STUDY, 'Study'] as const] : [];
    const kept = (value: string, known: readonly string[]) =>
      value !== '' && !known.includes(value) ? [[value, value] as const] : [];
    const settings = fields.map((field) => [field, field] as const);
    const colours = [['', 'Variant'] as const, ...studies, ...settings];
    const charts = [['', 'All in one'] as const, [BY_VARIANT, 'Variant'] as const, ...studies, ...settings];
    const ids = (options: readonly (readonly [string, string])[]) => options.map(([id]) => id);
    return html`<fieldset>
        <legend>Colours</legend>
        ${select('Colour by', [...colours, ...kept(colourBy, ids(colours))], colourBy, (value) => {
          session.update({ colourBy: value });
          changed();
        })}
        <label>
          <input
            type="checkbox"
            .checked=${pooled}
            ?disabled=${colourBy === ''}
            @change=${(event: Event) => session.update({ pooled: (event.target as HTMLInputElement).checked })}
          />One curve for each value: the mean of all its runs
        </label>
      </fieldset>
      <fieldset>
        <legend>Charts</legend>
        ${select('One small chart for each', [...charts, ...kept(chartsBy, ids(charts))], chartsBy, (value) => {
          session.update({ chartsBy: value });
          changed();
        })}
        ${data.settings.table && fields.length === 0 ? html`<p class="muted">No settings differ.</p>` : nothing}
      </fieldset>
      ${data.others.choice(changed)}`;
  };
  return boxButton(session, 'arrange', 'Arrange', 'matrix', box);
}

function select(
  label: string,
  options: readonly (readonly [string, string])[],
  now: string,
  choose: (value: string) => void,
): TemplateResult {
  return html`<label class="choice">
    <span>${label}</span>
    <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${options.map(([id, text]) => html`<option value=${id} .selected=${id === now}>${text}</option>`)}
    </select>
  </label>`;
}
