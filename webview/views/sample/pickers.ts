import { html, type TemplateResult } from 'lit';
import type { SampleAnswer } from '../../../protocol/analyses/sample.ts';
import { layerNumber } from '../../../protocol/layers.ts';
import { SPLITS } from '../../../protocol/metrics.ts';
import type { RunSummary } from '../../../protocol/runs.ts';
import type { StateOf } from '../../../protocol/views.ts';
import { count } from '../../shared/format.ts';
import type { Session } from '../../shared/session.ts';

type State = StateOf<'sample'>;

/**
 * Which networks, which sample, which neurons.
 * @param answers of the networks, as far as they are there: they know what there is to choose from
 * @param chosen called after each choice
 */
export function pickers(
  session: Session<'sample'>,
  runs: readonly RunSummary[],
  answers: readonly (SampleAnswer | undefined)[],
  chosen: () => void,
): TemplateResult {
  const shown = answers.find((answer) => answer !== undefined);
  const { state, comparison } = session;
  const rows = comparison!.rows.filter(({ results }) => results.length > 0);
  const variants = rows.map(({ variant }) => variant);
  const seeds = [...new Set(rows.flatMap(({ results }) => results.map(({ seed }) => seed)))].sort((a, b) => a - b);
  const set = (patch: Partial<State>): void => {
    session.update(patch);
    chosen();
  };
  const to = (index: number): void => set({ index: Math.max(0, Math.min((shown?.of ?? 1) - 1, index)) });
  const index = shown?.index ?? state.index;
  const layers = shown?.layers.filter(({ kind }) => kind !== 'linear') ?? [];
  return html`<div class="toolbar" role="toolbar" aria-label="Sample">
    ${select('Variant', variants, runs[0]?.variant ?? '', (first) => set({ first, checkpoint: 0 }))}
    ${select(
      'Beside',
      ['', ...variants],
      runs[1]?.variant ?? '',
      (second) => set({ second, secondCheckpoint: 0 }),
      (variant) => variant || 'no other',
    )}
    ${seeds.length > 1 ? select('Seed', seeds.map(String), String(runs[0]?.seed ?? ''), (seed) => set({ seed: Number(seed), checkpoint: 0, secondCheckpoint: 0 })) : ''}
    ${select('Split', SPLITS, state.split, (split) => set({ split: split as State['split'], index: 0 }))}
    ${select('Class', ['all', ...Array.from({ length: shown?.classes ?? 0 }, (_, c) => String(c))], state.label < 0 ? 'all' : String(state.label), (label) => set({ label: label === 'all' ? -1 : Number(label) }))}
    <label class="also"
      ><span>Sample</span>
      <button class="quiet" aria-label="Previous sample" @click=${() => to(index - 1)}>‹</button>
      <input
        type="number"
        min="0"
        max=${(shown?.of ?? 1) - 1}
        .value=${String(index)}
        @change=${(event: Event) => to(Number((event.target as HTMLInputElement).value) || 0)}
      />
      <button class="quiet" aria-label="Next sample" @click=${() => to(index + 1)}>›</button>
      <span class="muted">of ${shown?.of ?? '…'}</span></label
    >
    ${
      layers.length > 1
        ? select('Layer', layers.map(numberOf), labelOf(layers, state.layer), (number) =>
            set({ layer: Number.parseInt(number, 10) - 1 }),
          )
        : ''
    }
    <label class="also"
      ><span>Neurons</span
      ><input
        class="neurons"
        type="text"
        title="Whose potentials are drawn: numbers and ranges, such as 0 5 8-12"
        .value=${state.neurons}
        @change=${(event: Event) => set({ neurons: (event.target as HTMLInputElement).value })}
    /></label>
    ${answers.map((answer, place) => checkpointPicker(answer, place, answers.length > 1, set))}
  </div>`;
}

/** Which checkpoint of a network; where there are two networks, of which one. */
function checkpointPicker(
  answer: SampleAnswer | undefined,
  place: number,
  several: boolean,
  set: (patch: Partial<State>) => void,
): TemplateResult | undefined {
  if (!answer || answer.checkpoints.length < 2) return undefined;
  const label = several ? `Checkpoint ${place === 0 ? 'left' : 'right'}` : 'Checkpoint';
  return select(
    label,
    answer.checkpoints.map(String),
    String(answer.checkpoint),
    (step) => set(place === 0 ? { checkpoint: Number(step) } : { secondCheckpoint: Number(step) }),
    (step) => `${count(Number(step), 'update')}${Number(step) === answer.checkpoints[0] ? ' (last)' : ''}`,
  );
}

function labelOf(layers: readonly { layer: number; name: string }[], layer: number): string {
  const found = layers.find((one) => one.layer === layer) ?? layers[0]!;
  return numberOf(found);
}

const numberOf = ({ layer, name }: { layer: number; name: string }): string => layerNumber(name, layer);

function select(
  label: string,
  values: readonly string[],
  chosen: string,
  choose: (value: string) => void,
  textOf = (value: string): string => value,
): TemplateResult {
  return html`<label class="also"
    ><span>${label}</span
    ><select aria-label=${label} @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
      ${values.map((value) => html`<option value=${value} .selected=${value === chosen}>${textOf(value)}</option>`)}
    </select></label
  >`;
}
