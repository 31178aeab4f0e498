import '@vscode-elements/elements/dist/vscode-checkbox/index.js';
import { html, nothing, type TemplateResult } from 'lit';
import { LAYER_QUANTITIES, METRICS, type Quantity, SPLITS } from '../../../protocol/metrics.ts';
import type { ChartModel } from '../../plot/curves/model.ts';
import { icon } from '../../shared/icons.ts';
import { type MenuItem, menuButton } from '../../shared/menu.ts';
import type { Session } from '../../shared/session.ts';
import { axesButton } from './axes/button.ts';

export interface ToolbarActions {
  resetZoom: () => void;
  /** What opens the choice of colours, charts and other studies. */
  arrange: TemplateResult;
  exports: MenuItem[];
}

/**
 * Which scores, how smooth; and the ways out: a table, a file.
 * @param layers whether anything is known of single layers
 */
export function toolbar(
  session: Session<'curves'>,
  layers: boolean,
  zoomed: boolean,
  models: readonly ChartModel[],
  actions: ToolbarActions,
): TemplateResult {
  const { state } = session;
  const seeds = session.comparison?.rows.some((row) => row.runs.length > 1) ?? false;
  const checked = (event: Event): boolean => (event.target as HTMLInputElement).checked;
  return html`<div class="toolbar" role="toolbar" aria-label="Curves">
    <div class="segments" role="radiogroup" aria-label="Scores on">
      ${SPLITS.map(
        (split) => html`<label>
          <input
            type="radio"
            name="split"
            .checked=${state.split === split}
            @change=${() => session.update({ split })}
          /><span>${split[0]!.toUpperCase()}${split.slice(1)}</span>
        </label>`,
      )}
    </div>
    ${alsoSelect(session, layers)}
    <label class="slider">
      <span>Smoothing</span>
      <input
        type="range"
        min="0"
        max="0.99"
        step="0.01"
        .value=${String(state.smoothing)}
        @input=${(event: Event) => session.update({ smoothing: Number((event.target as HTMLInputElement).value) })}
      />
      <output>${state.smoothing.toFixed(2)}</output>
    </label>
    ${
      seeds
        ? html`<vscode-checkbox
            label="Each seed"
            title="Draw every seed as a thin line of its own"
            ?checked=${state.showSeeds}
            @change=${(event: Event) => session.update({ showSeeds: checked(event) })}
          ></vscode-checkbox>`
        : nothing
    }
    ${axesButton(session, seeds, models)} ${actions.arrange}
    <span class="toolbar-end">${
      zoomed
        ? html`<button class="quiet" @click=${actions.resetZoom} title="Follow the data again (Home, or double-click)">
            ${icon('close')}<span>Reset zoom</span>
          </button>`
        : nothing
    }
    <button
      class="quiet"
      aria-label=${state.asTable ? 'View as charts' : 'View as table'}
      @click=${() => session.update({ asTable: !state.asTable })}
    >
      ${icon(state.asTable ? 'chart' : 'table')}<span>${state.asTable ? 'Charts' : 'Table'}</span>
    </button>
    ${menuButton(session, 'export', 'Export', 'export', actions.exports)}</span>
  </div>`;
}

const OPTIONS = { nothing: 'Nothing', neurons: 'Rates of the neurons', all: 'Everything logged' };

/** What is shown beside accuracy and loss. */
function alsoSelect(session: Session<'curves'>, layers: boolean): TemplateResult {
  // What layers say of themselves is only known of networks that spike.
  const options = [
    'nothing',
    ...(layers ? LAYER_QUANTITIES : []),
    'rate',
    'pace',
    ...(layers ? (['neurons'] as const) : []),
    'all',
  ] as const;
  const choose = (event: Event): void => {
    const also = options.find((option) => option === (event.target as HTMLSelectElement).value);
    if (also) session.update({ also });
  };
  return html`<label class="also">
    <span>Also</span>
    <select @change=${choose} title="What else was logged">
      ${options.map(
        (option) => html`<option value=${option} .selected=${session.state.also === option}>
          ${option in OPTIONS ? OPTIONS[option as keyof typeof OPTIONS] : METRICS[option as Quantity].label}
        </option>`,
      )}
    </select>
  </label>`;
}
