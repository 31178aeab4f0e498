import { html, nothing, type TemplateResult } from 'lit';
import type { ExperimentEdit } from '../../../protocol/experiment.ts';
import type { Matrix } from '../../../protocol/matrix.ts';

export interface GridForm {
  axes: { field: string; values: string }[];
}

const MAX_AXES = 4;
const EXAMPLES: Record<string, string> = {
  'neuron.leak': '0, 0.1 … 1',
  'neuron.reset': 'none, hard, soft',
  'neuron.recurrent': 'false, true',
};

export function emptyForm(): GridForm {
  return { axes: [{ field: 'neuron.leak', values: '' }] };
}

/** What the form asks for; undefined while something is missing. */
export function gridEdit({ axes }: GridForm, variant: string | null): ExperimentEdit | undefined {
  const filled = axes.filter(({ values }) => values.trim() !== '');
  return filled.length === 0 ? undefined : { kind: 'grid', variant, axes: filled };
}

/** A range of one setting, or every combination of several, as new variants. */
export function gridForm(
  form: GridForm,
  matrix: Matrix,
  variant: string | null,
  actions: { change(form: GridForm): void; add(edit: ExperimentEdit): void; close(): void },
): TemplateResult {
  const fields = [...matrix.columns, ...matrix.more].map(({ field }) => field);
  const edit = gridEdit(form, variant);
  const set = (index: number, patch: Partial<GridForm['axes'][number]>): void =>
    actions.change({ axes: form.axes.map((axis, i) => (i === index ? { ...axis, ...patch } : axis)) });
  const submit = (event: Event): void => {
    event.preventDefault();
    if (edit) actions.add(edit);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') actions.close();
  };
  return html`<form class="grid-form" aria-label="Add variants for a range or grid" @submit=${submit} @keydown=${onKeyDown}>
    <p>
      A variant for each combination of these values, otherwise as
      <strong>${variant ?? 'all variants'}</strong>:
    </p>
    ${form.axes.map(
      (axis, i) => html`<div class="axis">
        <select aria-label="Setting ${i + 1}" @change=${(event: Event) => set(i, { field: (event.target as HTMLSelectElement).value })}>
          ${fields.map((field) => html`<option value=${field} ?selected=${field === axis.field}>${field}</option>`)}
        </select>
        <input
          aria-label="Values of setting ${i + 1}"
          placeholder=${EXAMPLES[axis.field] ?? '1, 2 … 5'}
          .value=${axis.values}
          @input=${(event: Event) => set(i, { values: (event.target as HTMLInputElement).value })}
        />
        ${
          form.axes.length > 1
            ? html`<button type="button" class="quiet" aria-label="Without ${axis.field}" @click=${() => actions.change({ axes: form.axes.filter((_, k) => k !== i) })}>×</button>`
            : nothing
        }
      </div>`,
    )}
    <div class="form-actions">
      ${
        form.axes.length < MAX_AXES
          ? html`<button type="button" class="link" @click=${() => actions.change({ axes: [...form.axes, { field: nextField(form, fields), values: '' }] })}>
              and another setting
            </button>`
          : nothing
      }
      <button class="quiet strong" ?disabled=${!edit}>Add variants</button>
      <button type="button" class="quiet" @click=${actions.close}>Close</button>
    </div>
  </form>`;
}

function nextField({ axes }: GridForm, fields: readonly string[]): string {
  const taken = axes.map(({ field }) => field);
  const usual = ['neuron.reset', 'neuron.recurrent', 'neuron.leak'];
  return [...usual, ...fields].find((field) => fields.includes(field) && !taken.includes(field)) ?? fields[0]!;
}
