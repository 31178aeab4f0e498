import { html, type TemplateResult } from 'lit';
import { lineStyle } from '../../../protocol/drawing/palette.ts';
import type { Session } from '../../shared/session.ts';
import type { Theme } from '../../shared/theme.ts';
import type { PanelContext } from './panel.ts';

/** Views that keep which answers are looked at. */
export type AnswersView = 'analyses' | 'compare';

/** More choices than these are a list. */
const MAX_BUTTONS = 5;

/** What pictures may use of the view. @param memories what they keep while the page lasts */
export function contextOf(session: Session<AnswersView>, theme: Theme, memories: Map<string, unknown>): PanelContext {
  const choice = <T extends string>(name: string, values: readonly T[]): T =>
    values.find((value) => value === session.state.choices[name]) ?? values[0]!;
  return {
    theme,
    style: ({ index }) => lineStyle(index, theme.scheme, theme.highContrast),
    choice,
    chooser(name, label, values, text) {
      const choose = (value: string): void => session.update({ choices: { ...session.state.choices, [name]: value } });
      return chooser(name, label, values, choice(name, values), text as (value: string) => string, choose);
    },
    kept: (name) => numbersIn(session.state.choices[name]),
    keep: (name, numbers) => session.keep({ choices: { ...session.state.choices, [name]: numbers.join(' ') } }),
    memory: <T>(name: string, make: () => T): T => {
      if (!memories.has(name)) memories.set(name, make());
      return memories.get(name) as T;
    },
    invalidate: session.invalidate,
  };
}

function numbersIn(text: string | undefined): number[] | undefined {
  const numbers = text?.split(' ').map(Number);
  return numbers?.every(Number.isFinite) ? numbers : undefined;
}

function chooser(
  name: string,
  label: string,
  values: readonly string[],
  chosen: string,
  text: (value: string) => string,
  choose: (value: string) => void,
): TemplateResult {
  if (values.length > MAX_BUTTONS)
    return html`<label class="also"
      ><span>${label}</span
      ><select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${values.map((value) => html`<option value=${value} .selected=${value === chosen}>${text(value)}</option>`)}
      </select></label
    >`;
  return html`<div class="choice">
    <span class="muted" id=${`choice-${name}`}>${label}</span>
    <div class="segments" role="radiogroup" aria-labelledby=${`choice-${name}`}>
      ${values.map(
        (value) => html`<label
          ><input type="radio" name=${name} .checked=${value === chosen} @change=${() => choose(value)} /><span
            >${text(value)}</span
          ></label
        >`,
      )}
    </div>
  </div>`;
}
