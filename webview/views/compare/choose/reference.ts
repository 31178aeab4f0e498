import { html, nothing, type TemplateResult } from 'lit';
import type { Comparison } from '../../../../protocol/runs.ts';
import type { Session } from '../../../shared/session.ts';

/** Which variant the others are compared with. */
export function referenceSelect(
  session: Session<'compare'>,
  { rows }: Comparison,
  against: string,
  changed: () => void,
): TemplateResult | typeof nothing {
  if (rows.length < 2) return nothing;
  const choose = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    session.update({ reference: value === rows[0]!.variant ? '' : value });
    changed();
  };
  return html`<label class="also">
    <span>Against</span>
    <select @change=${choose} title="What differences and verdicts are against. One that is chosen for its results makes p too small">
      ${rows.map(({ variant }) => html`<option value=${variant} .selected=${variant === against}>${variant}</option>`)}
    </select>
  </label>`;
}
